"""The filter 所属区划: a division inside the user's scope, from the level that keeps the list short."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.models import Division, Level, UnknownCode
from governance.divisions.paths import under
from governance.web.filters import FilterForm

MOST_OPTIONS = 600
_LABELS = {Level.COMMUNITY: "社区", Level.STREET: "街道", Level.COUNTY: "县（区）", Level.CITY: "市"}


def option_level(levels: list[int]) -> Level | None:
    """Which level to offer to a user with grants on divisions of these levels; None: nothing to choose."""
    top = min(levels, default=Level.COMMUNITY)
    if top >= Level.COMMUNITY:
        return None
    below = {Level.COUNTRY: Level.CITY, Level.PROVINCE: Level.COUNTY, Level.STREET: Level.COMMUNITY}
    return below.get(Level(top), Level.STREET)


class AreaField(forms.Field):
    """A select of divisions. Any other code of the scope is accepted too, as links from other pages give it.

    Cleans to a `Division`, or None when empty; foreign and unknown codes get the same message.
    """

    widget = forms.Select

    def __init__(self, *, user: Any, chosen: str = "", action: Action = Action.VIEW) -> None:
        self.user, self.action = user, action
        scope = scope_of(user)
        level = option_level([each.level for each in scope.divisions if scope.may(action, each.path)])
        super().__init__(label=_LABELS.get(level, "区划") if level else "区划", required=False)
        self.is_useful = level is not None
        self.found: Division | None = None
        options = self._options(level) if level else []
        codes = {code for _, group in options for code, _ in group}
        current = self._find(chosen) if chosen and chosen not in codes else None
        if current is not None:
            options.insert(0, ("当前所选", [(chosen, current.name)]))
        flat = len(options) == 1
        self.widget.choices = [("", "全部"), *(options[0][1] if flat else options)]

    def _options(self, level: Level) -> list[tuple[str, list[tuple[str, str]]]]:
        rows = permitted(Division.objects.current(), self.user, self.action).filter(level=level)
        rows = rows.select_related("parent").order_by("path")[:MOST_OPTIONS]
        return [
            (parent, [(row.code, row.name) for row in group])
            for parent, group in groupby(rows, key=lambda row: row.parent.name if row.parent else "")
        ]

    def _find(self, code: str) -> Division | None:
        if self.found is None:
            try:
                self.found = permitted(Division.objects.all(), self.user, self.action).by_code(code)
            except UnknownCode:
                return None
        return self.found

    def clean(self, value: Any) -> Division | None:
        if not value:
            return None
        found = self._find(str(value))
        if found is None:
            raise ValidationError("没有找到这个区划，请重新选择。")
        return found


class AreaFilterForm(FilterForm):
    """A filter form that begins with `area`, filtering by the column `path`."""

    area_path = "path"

    def __init__(self, data: QueryDict, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = AreaField(user=user, chosen=data.get("area", ""))
        if field.is_useful:
            self.fields = {"area": field, **self.fields}
        self.lookups = {  # type: ignore[misc]
            "area": lambda queryset, division: queryset.filter(under(division.path, self.area_path)),
            **self.lookups,
        }

    @property
    def area(self) -> Division | None:
        """The division chosen, after the form was applied."""
        return getattr(self, "cleaned_data", {}).get("area")
