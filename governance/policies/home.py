"""Findings on the home page: columns and bars of units, and what is late or has nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, Value
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.units import UnitCell, UnitColumn, Units, own_units
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under, under
from governance.policies.filters import SOON
from governance.policies.models import Finding, LocalState, LocalValue
from governance.policies.outcomes import Severity
from governance.policies.target_register import targets_due
from governance.web.charts import Part, Stack
from governance.web.todo import Todo

NOBODY = Q(responsible="", responsible_user=None)
LATE, UNASSIGNED = "late", "nobody"
_QUERIES = {
    **{each.value: {"severity": each.value} for each in Severity},
    LATE: {"due": "overdue"},
    UNASSIGNED: {"responsible": ":none"},
}
_LAMPS = {Severity.RED: "red", Severity.AMBER: "amber", Severity.GREY: "grey"}


def findings_url(area: Division | None = None, **asked: str) -> str:
    """问题清单 of an area under some conditions."""
    query = urlencode({"area": area.code, **asked} if area else asked)
    return reverse("policies:findings") + (f"?{query}" if query else "")


def counts_by_unit(request: HttpRequest, units: Units) -> Mapping[str, dict[str, int]]:
    """Unit path → open findings by severity, late ones, ones with nobody (one statement a request)."""
    kept: dict[Units, Mapping[str, dict[str, int]]] = request.__dict__.setdefault("_findings", {})
    if units not in kept:
        rows = permitted(Finding.objects.filter(resolved_on=None), request.user).order_by()
        condition = Q()
        for path in units.paths:
            condition |= under(path)
        rows = rows if "" in units.paths else rows.filter(condition)
        named = {each.value: Count("pk", filter=Q(severity=each)) for each in Severity}
        named |= {
            LATE: Count("pk", filter=Q(due_on__lt=today())),
            UNASSIGNED: Count("pk", filter=NOBODY),
        }

        def count(length: int) -> dict[str, dict[str, int]]:
            unit = Substr("path", 1, length) if length else Value("")
            found: Any = rows.annotate(unit=unit).values("unit").annotate(**named)
            return {each.pop("unit"): each for each in found}

        kept[units] = units.by_length(count)
    return kept[units]


def _column(kind: str, label: str, order: int, action: Action = Action.VIEW) -> UnitColumn:
    def cells(request: HttpRequest, units: Units) -> Mapping[str, UnitCell]:
        counts = counts_by_unit(request, units)
        found = {}
        for row in units.rows:
            number = counts.get(row.path, {}).get(kind, 0)
            url = findings_url(row, **_QUERIES[kind]) if number else ""
            found[row.path] = UnitCell(f"{number:,}", url)
        return found

    return UnitColumn(f"findings-{kind}", label, cells, order, action, number=True)


def spread_panel(request: HttpRequest) -> dict[str, Any] | None:
    """Stacked bars of open findings by unit; the numbers stand in the table of units."""
    units = own_units(request)
    if not units.rows or (len(units.rows) == 1 and units.rows[0].level == Level.COMMUNITY):
        return None
    counts = counts_by_unit(request, units)
    stacks = [
        Stack(
            row.name,
            [
                Part(each.label, counts.get(row.path, {}).get(each.value, 0), _LAMPS[each])
                for each in Severity
            ],
            findings_url(row),
        )
        for row in units.rows
    ]
    total = sum(part.value for stack in stacks for part in stack.parts)
    return {"stacks": stacks, "total": total, "label": units.label, "url": findings_url()}


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Findings past their day or close to it, severe ones with nobody, and those mended this month."""
    late = Q(resolved_on=None, due_on__lt=on)
    soon = Q(resolved_on=None, due_on__gte=on, due_on__lte=on + SOON)
    orphaned = Q(resolved_on=None, severity=Severity.RED) & NOBODY
    month = on.replace(day=1)
    found = permitted(Finding.objects.all(), request.user, Action.FOLLOW_UP).order_by()
    counts = found.aggregate(
        late=Count("pk", filter=late),
        late_on=Min("due_on", filter=late),
        soon=Count("pk", filter=soon),
        soon_on=Min("due_on", filter=soon),
        orphaned=Count("pk", filter=orphaned),
        mended=Count("pk", filter=Q(resolved_on__gte=month)),
    )
    yield Todo("超过整改期限的问题", findings_url(due="overdue"), counts["late_on"], counts["late"], "个")
    yield Todo("整改期限将到的问题", findings_url(due="soon"), counts["soon_on"], counts["soon"], "个")
    yield Todo(
        "未指派责任的严重问题",
        findings_url(severity=Severity.RED.value, responsible=":none"),
        count=counts["orphaned"],
        unit="个",
        note="请指定责任单位和整改期限",
    )
    url = findings_url(state="closed", mended=month.isoformat())
    yield Todo("消除的问题", url, count=counts["mended"], unit="个", done=True)


def drafts_waiting(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Local values drafted for divisions where the user decides; those sent back wait for their drafter."""
    drafts = LocalValue.objects.filter(state=LocalState.DRAFT, remark="")
    count = permitted(drafts, request.user, Action.ENACT_POLICY).count()
    yield Todo("待核准的地方标准值", f"{reverse('policies:values')}?state=draft", count=count, unit="个")


def target_todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Targets of documents in force whose day comes within a month, for those who collect data for them."""
    scope = scope_of(request.user)
    held = [each for each in scope.divisions if scope.may(Action.COLLECT, each.path)]
    if not held:
        return
    for due in targets_due(on):
        fitting = (each for each in held if is_under(each.path, due.path) and due.level in (None, each.level))
        division = next(fitting, None)
        if division is not None:
            url = reverse("policies:target", kwargs={"code": division.code, "measure": due.code})
            yield Todo(
                f"目标到期：{due.title}", url, due.on, unit="项", note="请核对数据，逾期未达成将判未达标"
            )


def register_home() -> None:
    """Columns, bars and todos of findings."""
    from governance.console import units
    from governance.web import panels, todo

    for order, each in enumerate(Severity, start=30):
        units.register(_column(each.value, f"{each.label}问题", order))
    units.register(_column(LATE, "已超期", 34, Action.FOLLOW_UP))
    units.register(_column(UNASSIGNED, "未指派", 35, Action.FOLLOW_UP))
    panels.register(
        panels.Panel("policies/panels/spread.html", spread_panel, order=72, action=Action.VIEW, aside=True)
    )
    todo.register(todo.Provider("findings", todos, Action.FOLLOW_UP))
    todo.register(todo.Provider("local_values", drafts_waiting, Action.ENACT_POLICY, todo.A_MINUTE))
    todo.register(todo.Provider("targets", target_todos, Action.FOLLOW_UP, todo.A_MINUTE))
