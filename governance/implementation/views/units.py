"""By responsible unit: the list, one unit's measures (欠什么、到何时), 我的任务, and its account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from governance.accounts.models import Unit
from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.accounts.visitor import visitor
from governance.divisions.models import Division
from governance.implementation.assigning import forget_name, name_unit
from governance.implementation.catalogue import (
    NOBODY,
    Line,
    UnitLine,
    applicable_measures,
    by_unit,
    lines_of,
    state_tag,
)
from governance.implementation.forms import AccountForm
from governance.implementation.groups import GroupProgress, not_reported, progress_of
from governance.implementation.models import State, UnitName
from governance.implementation.units import is_for_unit, names_of, own_divisions, plain_names
from governance.implementation.views.common import AreaMixin, area_url
from governance.policies.models.documents import UnitRole
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage, TemplatePage


class UnitsMixin(AreaMixin):
    def lines(self) -> list[Line]:
        return lines_of(applicable_measures(self.division), self.division, self.on, judged=True)

    def progress(self, unit: UnitLine) -> GroupProgress | None:
        """What the divisions behind a group have reported, each for itself."""
        if unit.level is None:
            return None
        return progress_of([line.measure.pk for line, _ in unit.lines], self.division, unit.level)

    def rows_of(self, unit: UnitLine) -> list[dict[str, Any]]:
        """What a unit owes, late ones first, then by due day, in the order of the documents."""
        rows = []
        for line, role in unit.lines:
            own = unit.own(line)
            rows.append(
                {
                    "line": line,
                    "role": UnitRole(role).label if role else "",
                    "own": own,
                    "tag": state_tag(own),
                    "url": self.url("implementation:measure", line.measure.code),
                    "report_url": area_url(
                        "implementation:report",
                        self.division,
                        line.measure.code,
                        unit=unit.reports_as(line),
                    ),
                }
            )
        return sorted(rows, key=_urgency)


def _urgency(row: dict[str, Any]) -> tuple[bool, bool, str]:
    line: Line = row["line"]
    left = line.days_left
    soonest = str(line.measure.due_on) if left is not None and left >= 0 else ""
    return not line.late_reasons, not soonest, soonest


class UnitsPage(UnitsMixin, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "implementation/units.html"
    title = "责任单位"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        units, nobody = by_unit(self.lines(), self.on)
        found = [(unit, self.url("implementation:unit", unit.name), self.progress(unit)) for unit in units]
        return super().get_context_data(
            units=[each for each in found if not each[0].is_group],
            groups=[each for each in found if each[0].is_group],
            nobody=nobody if nobody.lines else None,
            nobody_url=self.url("implementation:unit", NOBODY),
            **kwargs,
        )


class UnitPage(UnitsMixin, TemplatePage):
    """What one unit owes in a division; 未分工 stands for the measures of nobody."""

    policy = Needs(Action.VIEW)
    template_name = "implementation/unit.html"
    kwargs: dict[str, Any]

    def middle(self) -> list[Crumb]:
        return [("责任单位", self.url("implementation:units"))]

    def get_title(self) -> str:
        return str(self.kwargs["name"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = kwargs.pop("name")
        units, nobody = by_unit(self.lines(), self.on)
        unit = nobody if name == NOBODY else next((each for each in units if each.name == name), None)
        if unit is None:
            # A unit of documents that do not apply here; names stand in documents everybody may read.
            unit = UnitLine(name, self.on)
        may_name = self.may(Action.DRAFT_POLICY) and name != NOBODY and not unit.is_group
        group = self.progress(unit)
        rows = self.rows_of(unit)
        for row in rows if group else ():
            row["tag"] = group.text([row["line"].measure.pk]) if group else row["tag"]
        return super().get_context_data(
            unit=unit,
            rows=rows,
            group=group,
            members=[(each, self._member_url(each.division)) for each in group.members] if group else [],
            is_nobody=name == NOBODY,
            may_assign=self.may(Action.DRAFT_POLICY) and name == NOBODY,
            accounts=[each.unit for each in self._accounts(name)] if may_name else [],
            account_url=self.url("implementation:accounts", name) if may_name else "",
            **kwargs,
        )

    def _member_url(self, division: Division) -> str:
        return area_url("implementation:unit", division, self.kwargs["name"])

    def _accounts(self, name: str) -> list[UnitName]:
        rows = permitted(UnitName.objects.filter(name=name), self.request.user, field="unit__division__path")
        return list(rows.select_related("unit").order_by("pk"))


class TasksPage(UnitsMixin, TemplatePage):
    """我的任务: the measures of the user's own unit, or of his street where a document names all streets;
    `?show=open` those without a report yet."""

    policy = Needs(Action.REPORT_OWN_MEASURES, Action.OPEN_CASE)
    template_name = "implementation/tasks.html"
    title = "我的任务"
    may_switch = False

    def get_breadcrumb(self) -> list[Crumb]:
        crumbs = super().get_breadcrumb()
        return [crumbs[0], crumbs[-1]]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = visitor(self.request)
        names = names_of(user)
        own = own_divisions(user)
        places = _places(own) if len(own) > 1 else []
        is_own = any(each.pk == self.division.pk for each in own)
        units, _ = by_unit(self.lines(), self.on)
        only_open = self.request.GET.get("show") == "open"
        rows = [
            row
            for unit in units
            if unit.name in names
            for row in self.rows_of(unit)
            if row["line"].binds and is_for_unit(row["line"].measure.document, user.unit)
        ]
        mine: list[UnitLine] = []
        if is_own:
            mine = [unit for unit in units if unit.level == self.division.level]
            rows += [row for unit in mine for row in self.rows_of(unit) if row["line"].binds]
        open_rows = [row for row in rows if row["own"] is None or row["own"].state == State.NONE]
        returned = [row for row in rows if row["own"] is not None and row["own"].state == State.RETURNED]
        return super().get_context_data(
            unit_name=self.division.name if is_own else user.unit.name if user.unit else "",
            is_division=is_own,
            names=[unit.name for unit in mine] if is_own else sorted(names),
            rows=sorted(open_rows if only_open else rows, key=_urgency),
            only_open=only_open,
            places=places,
            open_in_places=sum(number for _, _, number in places),
            totals={
                "all": len(rows),
                "open": len(open_rows),
                "returned": len(returned),
                "late": sum(1 for row in rows if row["line"].late_reasons),
                "accepted": sum(1 for row in rows if row["own"] and row["own"].state == State.ACCEPTED),
            },
            **kwargs,
        )


def _places(own: Sequence[Division]) -> list[tuple[Division, str, int]]:
    """The divisions a user answers for, each with the way to its tasks and what it has not reported."""
    owed = not_reported(own)
    return [(each, area_url("implementation:tasks", each, show="open"), len(owed[each.pk])) for each in own]


class AccountsPage(UnitsMixin, FormPage):
    """Which units of the portal a name in documents means; `action=forget` takes one back."""

    policy = Needs(Action.DRAFT_POLICY)
    template_name = "implementation/accounts.html"
    form_class = AccountForm
    submit_label = "保存"
    success_message = "已保存。该单位的部门联络员可以看到“我的任务”。"
    may_switch = False
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.name = kwargs["name"]
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.name}：对应的单位账号"

    def middle(self) -> list[Crumb]:
        return [
            ("责任单位", self.url("implementation:units")),
            (self.name, self.url("implementation:unit", self.name)),
        ]

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units of the portal in the user's divisions, by number."""
        if not self.may(Action.DRAFT_POLICY):
            raise PermissionDenied("您的角色没有办理此项操作的权限。")
        rows = Unit.objects.filter(closed_on=None).select_related("division")
        rows = permitted(rows, self.request.user, Action.DRAFT_POLICY, "division__path")
        return {str(unit.pk): unit for unit in rows.order_by("division__path", "pk")}

    def get_form_kwargs(self) -> dict[str, Any]:
        choices = [(pk, unit.name) for pk, unit in self.units.items()]
        return super().get_form_kwargs() | {"units": choices}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") != "forget":
            return super().post(request, *args, **kwargs)
        unit = self.units.get(request.POST.get("unit", ""))
        if unit is None:
            raise Http404
        if forget_name(user=visitor(request), unit=unit, name=self.name):
            messages.success(request, f"{self.name}不再对应{unit.name}。")
        return HttpResponseRedirect(self.url("implementation:accounts", self.name))

    def perform(self, form: Form) -> str:
        unit = self.units[form.cleaned_data["unit"]]
        name_unit(user=visitor(self.request), unit=unit, name=self.name)
        return self.url("implementation:accounts", self.name)

    def get_cancel_url(self) -> str:
        return self.url("implementation:unit", self.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        named = set(UnitName.objects.filter(name=self.name).values_list("unit_id", flat=True))
        return super().get_context_data(
            named=[unit for unit in self.units.values() if unit.pk in named],
            alike=[unit for unit in self.units.values() if self.name in plain_names(unit)],
            name=self.name,
            **kwargs,
        )
