"""问题清单 as a file: what the filters show, not only the page."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.policies.filters import FindingFilter
from governance.policies.findings_file import write_findings
from governance.policies.models import Finding
from governance.policies.views.findings import explain_findings, findings_shown, worst_first
from governance.policies.views.sending import exported_by, send_list
from governance.web.paging import COUNT_CAP, capped_count, query_string
from governance.web.policy import Needs, PolicyMixin

_AT_ONCE = 500
"""Findings explained by one statement."""


def explained(findings: list[Finding]) -> Iterator[Finding]:
    """Findings with the result of today, some hundred at a time."""
    for start in range(0, len(findings), _AT_ONCE):
        part = findings[start : start + _AT_ONCE]
        explain_findings(part)
        yield from part


class FindingsExport(PolicyMixin, View):
    policy = Needs(Action.VIEW)
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = FindingFilter(request.GET, user=request.user)
        rows = permitted(form.apply(findings_shown()), request.user)
        if capped_count(rows) > COUNT_CAP:
            messages.error(
                request, f"问题超过 {COUNT_CAP:,} 个，一次导不出。请先按区划、标准或程度缩小范围，再导出。"
            )
            return HttpResponseRedirect(reverse("policies:findings") + query_string(request.GET))
        filters = dict(form.conditions)
        content, count = write_findings(explained(list(worst_first(rows))), notes=self._notes(filters, form))
        return send_list(
            content,
            name=f"问题清单_{timezone.localdate():%Y%m%d}.xlsx",
            list_name="问题清单",
            path=self._path(form),
            rows=count,
            filters=filters,
        )

    def _path(self, form: FindingFilter) -> str:
        if form.area is not None:
            return form.area.path
        paths = scope_of(self.request.user).paths(Action.VIEW)
        return paths[0] if len(paths) == 1 else ""

    def _notes(self, filters: dict[str, str], form: FindingFilter) -> list[str]:
        user = self.request.user
        scope = form.area.name if form.area else "、".join(each.name for each in scope_of(user).divisions)
        chosen = "；".join(f"{label}：{value}" for label, value in filters.items()) or "未消除的问题"
        return [
            f"范围：{scope}；条件：{chosen}。",
            exported_by(user),
            "现状、要求、差距和整改提示按导出当天在册数据和现行标准核查；本表不含居民和社区工作人员的个人信息。",
        ]
