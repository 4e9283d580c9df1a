"""One community in a scheme: its scores, its own account, and where it assesses its street."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from assessments.choices import SchemeState
from assessments.forms import SelfReportForm
from assessments.models import Assessment
from assessments.results import lines_of
from assessments.rights import may_exempt, may_report, may_score, sees_scores, visible_assessments
from assessments.scoring import exempt, save_scores, write_self_report
from assessments.views.boxes import BoxLine, box_lines, read_boxes, rebase
from assessments.views.common import CRUMBS, state_tag
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.web.policy import Needs
from governance.web.views import ActingPage


class ResultPage(ActingPage):
    policy = Needs(Action.VIEW)
    model = Assessment
    crumbs = (*CRUMBS, ("各社区考核结果", "assessments:results"))
    template_name = "assessments/result.html"
    shown: BoxLine | None = None

    def get_queryset(self) -> QuerySet[Assessment]:
        return visible_assessments(self.request.user).select_related("division", "scheme__division")

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {"score": self._score, "report": self._report, "exempt": self._exempt}

    def _score(self, request: HttpRequest) -> str:
        scheme = self.object.scheme
        shown = box_lines(lines_of(scheme, only=[self.object.pk]), request.POST)
        changes, faults = read_boxes(shown)
        self.shown = shown[0]
        if faults:
            raise ValidationError(faults)
        try:
            saved = save_scores(user=visitor(request), scheme=scheme, changes=changes)
        except ValidationError:
            rebase(shown)
            raise
        return f"已保存 {saved} 个得分，街道只看到各社区的平均分。" if saved else ""

    def _report(self, request: HttpRequest) -> str:
        text = request.POST.get("self_report", "")
        changed = write_self_report(user=visitor(request), assessment=self.object, text=text)
        return "自评已保存。" if changed else ""

    def _exempt(self, request: HttpRequest) -> str:
        reason = request.POST.get("reason", "")
        exempt(user=visitor(request), assessment=self.object, reason=reason)
        return "已记为不参评。" if reason.strip() else "已恢复参评。"

    def get_title(self) -> str:
        return f"{self.object.division.name}　{self.object.scheme.title}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, visitor(self.request)
        scheme = row.scheme
        shows = sees_scores(user, scheme, row.path)
        line = lines_of(scheme, only=[row.pk])[0]
        rank, of = self._place() if scheme.is_locked and shows and not scheme.is_up else (None, 0)
        scoring = scheme.state == SchemeState.SCORING
        upward = scheme.is_up and scoring and row.is_counted and may_score(user, scheme, row.path)
        reports = scoring and may_report(user, scheme, row.path)
        return super().get_context_data(
            row=row,
            scheme=scheme,
            state=state_tag(scheme),
            line=line,
            shows=shows,
            rank=rank,
            of=of,
            boxes=(self.shown or box_lines([line])[0]) if upward else None,
            report_form=SelfReportForm(initial={"self_report": row.self_report}) if reports else None,
            may_exempt=scoring and may_exempt(user, scheme),
            sees_scheme=scope_of(user).may(Action.VIEW, scheme.path),
            **kwargs,
        )

    def _place(self) -> tuple[int | None, int]:
        """Its place among all that have a result, and how many these are; equal results share a place."""
        results = self.object.scheme.assessments.filter(result_c__isnull=False)
        if self.object.result_c is None:
            return None, results.count()
        return results.filter(result_c__gt=self.object.result_c).count() + 1, results.count()
