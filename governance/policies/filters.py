"""Filter forms of the pages."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.accounts.scope import permitted
from governance.policies.models import Finding, Measure
from governance.policies.outcomes import Outcome, Severity
from governance.policies.presentation import PROBLEMS
from governance.policies.targets import TargetState
from governance.policies.themes import OTHER, THEMES, theme_of
from governance.web.areas import AreaFilterForm
from governance.web.filters import FilterForm
from governance.web.forms import DateField

SOON = timedelta(days=7)
MOST_RESPONSIBLE = 200
"""Names offered in the select; more make a list nobody reads."""


def standard_choices() -> list[tuple[str, str]]:
    """Every standard by code and title, in the order of the catalogue."""
    rows = Measure.objects.exclude(standard=None).order_by("document__code", "order")
    return [("", "全部"), *((code, f"{code} {title}") for code, title in rows.values_list("code", "title"))]


THEME_CHOICES = [("", "全部"), *((theme.slug, theme.label) for theme in (*THEMES, OTHER))]
STATE_CHOICES = [("", "未消除"), ("closed", "已消除"), ("all", "全部")]
DUE_CHOICES = [
    ("", "全部"),
    ("overdue", "已超期"),
    ("soon", "7 天内到期"),
    ("set", "已定期限"),
    ("none", "未定期限"),
]
WHO_CHOICES = [("", "全部"), (":mine", "由我负责"), (":none", "未指派"), (":any", "已指派")]


def with_state(findings: QuerySet[Finding], state: str) -> QuerySet[Finding]:
    """Open ones unless asked otherwise."""
    if state == "all":
        return findings
    return findings.filter(resolved_on__isnull=state != "closed")


def with_due(findings: QuerySet[Finding], due: str, today: date | None = None) -> QuerySet[Finding]:
    today = today or timezone.localdate()
    conditions: dict[str, Q] = {
        "overdue": Q(due_on__lt=today, resolved_on=None),
        "soon": Q(due_on__gte=today, due_on__lte=today + SOON, resolved_on=None),
        "set": Q(due_on__isnull=False),
        "none": Q(due_on=None),
    }
    return findings.filter(conditions[due])


def with_responsible(user: Any) -> Callable[[QuerySet[Finding], str], QuerySet[Finding]]:
    def apply(findings: QuerySet[Finding], who: str) -> QuerySet[Finding]:
        nobody = Q(responsible="", responsible_user=None)
        conditions = {":mine": Q(responsible_user=user), ":none": nobody, ":any": ~nobody}
        return findings.filter(conditions.get(who, Q(responsible=who)))

    return apply


class FindingFilter(AreaFilterForm):
    """Filters 问题清单. Without a state only open findings are shown."""

    main = ("area", "standard", "theme", "severity", "state", "due", "responsible")
    standard = forms.ChoiceField(label="标准")
    theme = forms.ChoiceField(label="主题", choices=THEME_CHOICES)
    severity = forms.ChoiceField(label="程度", choices=[("", "全部"), *Severity.choices])
    state = forms.ChoiceField(label="状态", choices=STATE_CHOICES)
    due = forms.ChoiceField(label="期限", choices=DUE_CHOICES)
    responsible = forms.ChoiceField(label="责任", choices=WHO_CHOICES)
    community = forms.CharField(label="社区", max_length=40)
    outcome = forms.ChoiceField(
        label="结果", choices=[("", "全部"), *((each.value, each.label) for each in PROBLEMS)]
    )
    since = DateField(label="发现日期自")
    until = DateField(label="发现日期至")
    mended = DateField(label="消除日期自")

    def __init__(self, data: QueryDict, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        self.lookups = {  # type: ignore[misc]
            **self.lookups,
            "standard": "standard__measure__code",
            "theme": self._of_theme,
            "due": with_due,
            "responsible": with_responsible(user),
            "community": lambda findings, name: findings.filter(division__name__icontains=name.strip()),
            "since": "opened_on__gte",
            "until": "opened_on__lte",
            "mended": "resolved_on__gte",
            # Applied by `apply` itself, as its absence means something too.
            "state": lambda findings, state: findings,
        }
        # Read once: a callable would be asked whenever the choices are walked through.
        self.standards = standard_choices()
        cast(forms.ChoiceField, self.fields["standard"]).choices = self.standards
        responsible = cast(forms.ChoiceField, self.fields["responsible"])
        responsible.choices = [*WHO_CHOICES, *((name, name) for name in responsible_names(user))]

    def _of_theme(self, findings: QuerySet[Finding], slug: str) -> QuerySet[Finding]:
        codes = [code for code, _ in self.standards if code and theme_of(code).slug == slug]
        return findings.filter(standard__measure__code__in=codes)

    def apply(self, queryset: Any) -> Any:
        queryset = super().apply(queryset)
        return with_state(queryset, self.cleaned_data.get("state", ""))


def responsible_names(user: Any) -> list[str]:
    """Who answers for open findings of the user's scope."""
    rows = permitted(Finding.objects.filter(resolved_on=None, responsible__gt=""), user)
    return list(
        rows.order_by("responsible").values_list("responsible", flat=True).distinct()[:MOST_RESPONSIBLE]
    )


class StandardFilter(AreaFilterForm):
    """Filters the communities of one standard; `outcome` is applied by the page, on letters."""

    outcome = forms.ChoiceField(label="结果", choices=Outcome.choices)
    lookups = {"outcome": lambda queryset, value: queryset}


class TargetFilter(FilterForm):
    """Filters 目标台账; applied to lines, not to rows."""

    on = DateField(label="截至日期")
    document = forms.ChoiceField(label="文件")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *TargetState.choices])

    def __init__(self, data: QueryDict, *, documents: list[tuple[str, str]]) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["document"]).choices = [("", "全部"), *documents]
        self.is_valid()


class MatrixFilter(FilterForm):
    """Filters the table of communities and standards: columns by theme, rows by severity of findings."""

    theme = forms.ChoiceField(label="主题", choices=THEME_CHOICES)
    severity = forms.ChoiceField(
        label="只看有",
        choices=[("", "全部社区"), *((each.value, f"{each.label}问题的社区") for each in Severity)],
    )
