"""问题清单: findings of the user's scope, overdue ones first, then the worst, then the oldest."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.paths import common_path
from governance.policies.counts import open_findings_of
from governance.policies.evaluation.community import results_of_many
from governance.policies.filters import FindingFilter
from governance.policies.follow_up import due_text, state_of
from governance.policies.models import Finding
from governance.policies.outcomes import Severity
from governance.policies.presentation import Result, clause_url, outcome_lamp, standard_url
from governance.web.columns import Column, tag_html
from governance.web.paging import (
    COUNT_CAP,
    KeysetPager,
    Page,
    capped_count,
    numbered_page,
    query_string,
)
from governance.web.policy import Needs
from governance.web.views import Crumb, ListPage

_RANK = Case(
    *(When(severity=each, then=Value(rank)) for rank, each in enumerate(Severity.values)),
    output_field=IntegerField(),
)


def findings_shown() -> QuerySet[Finding]:
    """Findings, mended ones too, with what a line shows."""
    return Finding.objects.select_related(
        "division__parent",
        "standard__measure__document",
        "standard__measure__clause",
        "responsible_user__unit",
    )


def open_findings() -> QuerySet[Finding]:
    """Open findings with what a line shows."""
    return findings_shown().filter(resolved_on=None)


def worst_first(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Overdue ones first, then by severity, then the oldest; mended ones last."""
    late = Case(
        When(resolved_on__isnull=False, then=Value(2)),
        When(due_on__lt=timezone.localdate(), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return findings.order_by(late, _RANK, "opened_on", "path", "pk")


def checkup_url(finding: Finding) -> str:
    return reverse("policies:checkup", kwargs={"code": finding.division.code})


def explain_findings(findings: list[Any]) -> None:
    """Give each finding its `result` of today (None when the standard no longer applies)."""
    divisions = list({finding.division_id: finding.division for finding in findings}.values())
    path = common_path(division.path for division in divisions)
    codes = {finding.standard.code for finding in findings}
    traces = results_of_many(divisions=divisions, path=path, on=timezone.localdate(), codes=codes)
    by_code = {(pk, trace.code): Result(trace) for pk, rows in traces.items() for trace in rows}
    for finding in findings:
        finding.result = by_code.get((finding.division_id, finding.standard.code))


def _value(finding: Any) -> SafeString | str:
    """What is there over what is asked for."""
    if finding.result is None:
        return ""
    trace, own = finding.result.trace, finding.result.own_required
    required = f"{own}（{trace.required_text}）" if own else trace.required_text
    return format_html(
        '<span class="fit"><b>{}</b><br><small class="mute">要求 {}</small></span>',
        trace.value_text,
        required,
    )


def _remedy(finding: Any) -> SafeString | str:
    text = finding.result.trace.remedy if finding.result else ""
    return format_html('<span class="fit wider">{}</span>', text) if text else ""


def _standard(finding: Any) -> SafeString:
    measure, result = finding.standard.measure, finding.result
    local = result.trace.rule.local if result else None
    return format_html(
        '<span class="fit"><a href="{}">{}</a><br><small><a href="{}">{}</a></small></span>',
        standard_url(measure.code),
        measure.title,
        local.get_absolute_url() if local else clause_url(measure.document.key, measure.clause.ref),
        result.trace.citation if local else f"{measure.document.code} {measure.clause.ref}",
    )


def _outcome(finding: Finding) -> SafeString:
    lamp = outcome_lamp(finding.outcome, finding.severity)
    return format_html(
        '<a href="{}">{}</a><br><small class="mute">{}</small>',
        finding.get_absolute_url(),
        lamp,
        finding.get_severity_display(),
    )


def _community(finding: Finding) -> SafeString:
    street = finding.division.parent
    return format_html(
        '<a href="{}"><b>{}</b></a><br><small class="mute">{}</small>',
        checkup_url(finding),
        finding.division.name,
        street.name if street else "",
    )


def _opened(finding: Finding) -> SafeString:
    if finding.resolved_on is not None:
        note = f"{finding.resolved_on:%Y-%m-%d} 消除"
    else:
        days = (timezone.localdate() - finding.opened_on).days
        note = "今天发现" if days <= 0 else f"已 {days} 天"
    return format_html("{}<br><small>{}</small>", f"{finding.opened_on:%Y-%m-%d}", note)


def _follow_up(finding: Finding) -> SafeString:
    today = timezone.localdate()
    text, colour = state_of(finding, today)
    who = finding.responsible_text
    left = due_text(finding, today)
    due = f"{finding.due_on:%Y-%m-%d}" if finding.due_on else ""
    return format_html(
        '<span class="fit">{} {}<br><small class="mute">{}</small></span>',
        tag_html(text, colour),
        format_html('<span class="{}">{}</span>', "err" if colour == "red" else "", left),
        " ".join(each for each in (who, due) if each) or "责任和期限未定",
    )


class FindingsPage(ListPage):
    policy = Needs(Action.VIEW)
    template_name = "policies/findings.html"
    title = "问题清单"
    filter_form_class = FindingFilter
    empty_title = "没有未消除的问题"
    empty_hint = "数据导入或修改后，系统按政策标准重新核查，不达标的项目会列在这里。"
    columns = (
        Column("结果", _outcome),
        Column("社区", _community),
        Column("标准与依据", _standard),
        Column("现状与要求", _value),
        Column("整改提示", _remedy),
        Column("发现日期", _opened),
        Column("责任与期限", _follow_up),
    )

    def get_filter_form(self) -> FindingFilter:
        return FindingFilter(self.request.GET, user=self.request.user)

    @property
    def bulk_url(self) -> str:  # type: ignore[override]
        return reverse("policies:findings_assign")

    def get_bulk_actions(self) -> Sequence[tuple[str, str]]:
        return (("assign", "批量指派"),) if self.may_assign else ()

    @cached_property
    def may_assign(self) -> bool:
        return scope_of(self.request.user).may_anywhere(Action.FOLLOW_UP)

    def row_actions(self, finding: Finding) -> Sequence[Crumb]:  # type: ignore[override]
        return [("办理" if self.may_assign and finding.is_open else "查看", finding.get_absolute_url())]

    def get_queryset(self) -> QuerySet[Finding]:
        return findings_shown()

    def get_page(self, queryset: QuerySet[Finding]) -> Page:
        """Worst first up to the cap; beyond it in path order, where a sort would cost seconds."""
        rows = permitted(queryset, self.request.user)
        total = capped_count(rows)
        self.too_many = total > COUNT_CAP
        if self.too_many:
            paths = scope_of(self.request.user).paths(Action.VIEW)
            page = KeysetPager(queryset, paths=paths, size=self.page_size).page(self.request)
        else:
            page = numbered_page(worst_first(rows), self.request, size=self.page_size, total=total)
        explain_findings(page.rows)
        return page

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        counts = open_findings_of(self.request.user)
        return {
            **context,
            "too_many": self.too_many,
            "overdue": counts.overdue,
            "export_url": reverse("policies:findings_export") + query_string(self.request.GET),
        }
