"""The filter of 数据完整度."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.divisions.clock import today
from governance.records.completeness.states import CHOICES, counted_sheets, in_state
from governance.web.areas import AreaFilterForm


class CompletenessFilter(AreaFilterForm):
    """Communities by area and name, and by the state of one registry or of any of them."""

    name = forms.CharField(label="名称", max_length=30)
    sheet = forms.ChoiceField(label="台账")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CHOICES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["sheet"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "全部"), *((sheet.slug, sheet.name) for sheet in counted_sheets())]
        self.lookups = {
            **self.lookups,
            "name": "name__contains",
            "sheet": lambda queryset, _: queryset,
            "state": self._by_state,
        }

    def _by_state(self, queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
        slug = self.cleaned_data.get("sheet")
        some = [sheet for sheet in counted_sheets() if sheet.slug == slug] or None
        return in_state(queryset, state, today(), some)
