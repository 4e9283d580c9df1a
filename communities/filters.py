"""Filters of the list of communities."""

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from communities.choices import AreaType
from communities.models import Community
from governance.policies.models import Finding
from governance.policies.outcomes import Severity
from governance.web.areas import AreaFilterForm

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


class CommunityFilter(AreaFilterForm):
    name = forms.CharField(label="名称", max_length=30)
    area_type = forms.ChoiceField(label="区域类型", choices=[("", "全部"), *AreaType.choices])
    findings = forms.ChoiceField(label="问题", choices=[("", "全部"), *_FINDINGS.items()])
    lookups = {"name": "division__name__contains", "findings": _by_findings}
