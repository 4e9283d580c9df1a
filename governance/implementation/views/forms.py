"""The forms of a measure: report progress, urge, give it to a unit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.accounts.visitor import visitor
from governance.divisions.paths import ancestor_paths
from governance.implementation.assigning import assign_locally
from governance.implementation.forms import AssignForm, ReportForm, UrgeForm
from governance.implementation.models import Undertaking
from governance.implementation.progress import Progress, report
from governance.implementation.units import Responsible, reporting_names, responsibles
from governance.implementation.urging import next_level, urge
from governance.implementation.views.common import MeasureMixin, measure_page
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage


class MeasureForm(MeasureMixin, FormPage):
    """A form about a measure in a division; it goes back to the measure's page."""

    template_name = "implementation/form.html"
    may_switch = False
    verb: str = ""

    @cached_property
    def rows(self) -> list[Undertaking]:
        """Undertakings of the measure here and, for local assignments, above."""
        rows = Undertaking.objects.filter(measure=self.measure, path__in=ancestor_paths(self.division.path))
        return list(rows.select_related("latest", "division").order_by("path", "pk"))

    @property
    def units(self) -> list[Responsible]:
        return responsibles(self.measure, self.rows)

    def own(self, unit_name: str) -> Undertaking | None:
        rows = (each for each in self.rows if each.division_id == self.division.pk)
        return next((each for each in rows if each.unit_name == unit_name), None)

    def labelled(self, names: list[str]) -> list[tuple[str, str]]:
        return [(name, name or f"{self.division.name}（本级）") for name in names]

    def get_title(self) -> str:
        return f"{self.verb}：{self.measure.title}"

    def middle(self) -> list[Crumb]:
        return [*super().middle(), (self.measure.code, measure_page(self.measure, self.division))]

    def get_cancel_url(self) -> str:
        return measure_page(self.measure, self.division)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(measure=self.measure, **kwargs)


class ReportPage(MeasureForm):
    """`?unit=` names for whom; the form begins with the last version."""

    policy = Needs(Action.REPORT_OWN_MEASURES, Action.CHANGE)
    verb = "报送进展"
    form_class = ReportForm
    submit_label = "报送"
    success_message = "已报送，等待审核。"

    @cached_property
    def names(self) -> list[str]:
        """For whom this user may report."""
        if not self.does_apply:
            return []
        return reporting_names(visitor(self.request), self.division, self.measure, self.units)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.names:
            messages.error(request, "这项措施不由您的单位报送。")
            return HttpResponseRedirect(self.get_cancel_url())
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        names = self.names
        if not names:
            raise PermissionDenied("这项措施不由您的单位报送。")
        asked = self.request.GET.get("unit", "")
        chosen = asked if asked in names else names[0]
        own = self.own(chosen)
        self.returned = own if own is not None and own.state == "returned" else None
        initial: dict[str, Any] = {"unit_name": chosen}
        if own is not None and own.latest is not None:
            initial |= {
                "status": own.latest.status,
                "completed_on": own.latest.completed_on,
                "text": own.latest.text,
            }
        kwargs = super().get_form_kwargs() | {"units": self.labelled(names), "today": self.on}
        return kwargs | {"initial": initial}

    def perform(self, form: Form) -> str:
        data = form.cleaned_data
        undertaking = report(
            user=visitor(self.request),
            division=self.division,
            measure=self.measure,
            unit_name=data["unit_name"],
            progress=Progress(
                status=data["status"],
                text=data["text"],
                completed_on=data["completed_on"],
                period=data["period"],
                files=[(each.name, each.read()) for each in data["files"]],
            ),
            key=data["key"],
            today=self.on,
        )
        return undertaking.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        remark = None
        if self.returned is not None:
            remark = self.returned.entries.filter(kind="return").order_by("-pk").first()
        return context | {"remark": remark}


class UrgePage(MeasureForm):
    """`?unit=` names who is addressed; the next level is offered."""

    policy = Needs(Action.REVIEW_CASE)
    verb = "督办"
    form_class = UrgeForm
    submit_label = "发出督办"
    success_message = "已发出督办。"

    def get_form_kwargs(self) -> dict[str, Any]:
        require(self.request.user, Action.REVIEW_CASE, self.division.path)
        names = ["", *(unit.name for unit in self.units if not unit.is_group)]
        asked = self.request.GET.get("unit", "")
        chosen = asked if asked in names else names[-1 if len(names) == 2 else 0]
        own = self.own(chosen)
        initial = {"unit_name": chosen, "level": next_level(own.level if own else "")}
        return super().get_form_kwargs() | {"units": self.labelled(names), "initial": initial}

    def perform(self, form: Form) -> str:
        data = form.cleaned_data
        undertaking = urge(
            user=visitor(self.request),
            division=self.division,
            measure=self.measure,
            unit_name=data["unit_name"],
            level=data["level"],
            text=data["text"],
            due_on=data["due_on"],
            key=data["key"],
            today=self.on,
        )
        return undertaking.get_absolute_url()


class AssignPage(MeasureForm):
    policy = Needs(Action.DRAFT_POLICY)
    verb = "指定责任单位"
    form_class = AssignForm
    submit_label = "指定"
    success_message = "已指定责任单位。"
    intro = "本地分工由区（县）确定，对本区划和下级有效，重新装载政策文件时不受影响。"

    def get_form_kwargs(self) -> dict[str, Any]:
        require(self.request.user, Action.DRAFT_POLICY, self.division.path)
        return super().get_form_kwargs()

    def perform(self, form: Form) -> str:
        data = form.cleaned_data
        assign_locally(
            user=visitor(self.request),
            division=self.division,
            measure=self.measure,
            unit_name=data["unit_name"],
            role=data["role"],
            key=data["key"],
        )
        return measure_page(self.measure, self.division)
