"""Filter forms of the pages."""

from django import forms

from governance.policies.models import Measure
from governance.policies.outcomes import Outcome, Severity
from governance.policies.presentation import PROBLEMS
from governance.web.areas import AreaFilterForm
from governance.web.forms import DateField


def standard_choices() -> list[tuple[str, str]]:
    """Every standard by code and title, in the order of the catalogue."""
    rows = Measure.objects.exclude(standard=None).order_by("document__code", "order")
    return [("", "全部"), *((code, f"{code} {title}") for code, title in rows.values_list("code", "title"))]


class FindingFilter(AreaFilterForm):
    standard = forms.ChoiceField(label="标准", choices=standard_choices)
    severity = forms.ChoiceField(label="程度", choices=[("", "全部"), *Severity.choices])
    outcome = forms.ChoiceField(
        label="结果", choices=[("", "全部"), *((each.value, each.label) for each in PROBLEMS)]
    )
    since = DateField(label="发现日期自")
    lookups = {"standard": "standard__measure__code", "since": "opened_on__gte"}


class StandardFilter(AreaFilterForm):
    """Filters the communities of one standard; `outcome` is applied by the page, on letters."""

    outcome = forms.ChoiceField(label="结果", choices=Outcome.choices)
    lookups = {"outcome": lambda queryset, value: queryset}
