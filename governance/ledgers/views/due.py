"""应报事项: what every subject must file, period by period, and who has not."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.ledgers.duties import due_lines, missing_subjects
from governance.ledgers.periods import Period, from_code
from governance.ledgers.views.common import InView, find_ledger
from governance.web.formats import percent
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage


class DuePage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/due.html"
    title = "应报事项"
    crumbs = (("专项台账", "ledgers:index"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view, on = InView(self.request), timezone.localdate()
        del view.form.fields["state"]
        some = [ledger for ledger in view.chosen if ledger.record.expected]
        lines = [
            {
                "line": line,
                "late": line.is_late(on),
                "rate": percent(line.in_time if line.period else line.filed, line.expected),
                "url": self._url(line.ledger.slug, line.period, view.division.code),
            }
            for line in due_lines(some, [view.path], on)
        ]
        return super().get_context_data(
            lines=lines, late=sum(each["late"] for each in lines), on=on, **view.context(), **kwargs
        )

    @staticmethod
    def _url(slug: str, period: Period | None, area: str) -> str:
        asked = f"&period={period.code}" if period else ""
        return f"{reverse('ledgers:missing')}?ledger={slug}{asked}&area={area}"


class MissingPage(TemplatePage):
    """The subjects that have not filed a period, each with the way to file it."""

    policy = Needs(Action.VIEW)
    template_name = "ledgers/missing.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "ledger" not in request.GET:
            return redirect("ledgers:due")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        self.ledger = find_ledger(self.request.GET.get("ledger", ""), scope)
        self.period = self._period()
        view, on = InView(self.request), timezone.localdate()
        rows = [
            (row, f"{reverse('records:add', args=[self.ledger.slug])}?area={row.code}")
            for row in missing_subjects(self.ledger, view.path, self.period, on)
        ]
        return super().get_context_data(
            ledger=self.ledger,
            period=self.period,
            due_on=self.period.due_on(self.ledger.record.due_days) if self.period else None,
            rows=rows,
            may_add=scope.may_anywhere(Action.ADD),
            on=on,
            division=view.division,
            **kwargs,
        )

    def _period(self) -> Period | None:
        text = self.request.GET.get("period", "")
        if not text:
            return None
        try:
            period = from_code(text)
        except ValueError:
            raise Http404 from None
        if period.filing != self.ledger.record.filing:
            raise Http404
        return period

    def get_title(self) -> str:
        return f"{self.period.label if self.period else ''}{self.ledger.title}：未报名单"

    def get_breadcrumb(self) -> list[Crumb]:
        home, *_ = super().get_breadcrumb()
        middle = [("专项台账", reverse("ledgers:index")), ("应报事项", reverse("ledgers:due"))]
        return [home, *middle, ("未报名单", "")]
