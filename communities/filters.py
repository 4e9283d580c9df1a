"""Filters of the list of communities."""

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from communities.models import Community
from governance.policies.models import Finding
from governance.policies.outcomes import Severity
from governance.records.filters import RecordFilter

_FINDINGS = {
    "any": "有未消除的问题",
    "red": "有严重问题",
    "none": "没有问题",
    "empty": "尚未录入数据",
}


def open_findings() -> QuerySet[Finding]:
    """Open findings of the community of the outer row."""
    return Finding.objects.filter(path=OuterRef("path"), resolved_on=None)


def _by_findings(queryset: QuerySet[Community], value: str) -> QuerySet[Community]:
    if value == "empty":
        return queryset.filter(area_type="")
    if value == "none":
        return queryset.exclude(area_type="").exclude(Exists(open_findings()))
    findings = open_findings()
    return queryset.filter(Exists(findings.filter(severity=Severity.RED) if value == "red" else findings))


class CommunityFilter(RecordFilter):
    """What the sheet gives, and the open findings of a community."""

    search_field = "name"
    main = ("area", "name", "findings")
    findings = forms.ChoiceField(label="问题", choices=[("", "全部"), *_FINDINGS.items()])
    lookups = {"findings": _by_findings}
