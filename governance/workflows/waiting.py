"""Which cases wait for a user: 待办, 已办, 我发起的, 督办; and the lines of the home page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.clock import today
from governance.web.todo import A_MINUTE, Todo
from governance.workflows.catalogue import ACTIONS, procedure_of
from governance.workflows.models import LIVE_STEPS, Case, CaseState, CaseStep, StepState

_MOST = 50
"""Lines of one list: more is no list of things to do."""


class Tab(StrEnum):
    """The lists of cases."""

    WAITING = "waiting"
    DONE = "done"
    OPENED = "opened"
    OVERDUE = "overdue"
    ALL = "all"

    @property
    def label(self) -> str:
        return {
            "waiting": "待办",
            "done": "已办",
            "opened": "我发起的",
            "overdue": "督办（逾期）",
            "all": "全部",
        }[self.value]


def steps_for(user: Any) -> QuerySet[CaseStep]:
    """The live steps that a user may work on and nobody else has taken."""
    scope = scope_of(user)
    condition = Q()
    for action in dict.fromkeys(ACTIONS.values()):
        where = scope.condition(action)
        if where is not None:
            condition |= Q(action=action.value) & where
    rows = CaseStep.objects.filter(state__in=LIVE_STEPS)
    if not condition:
        return rows.none()
    return rows.filter(condition).filter(Q(holder=None) | Q(holder=user))


def cases_in(tab: Tab, user: Any, on: date) -> QuerySet[Case]:
    """The cases of one list that the user may see."""
    rows = permitted(Case.objects.all(), user)
    step = CaseStep.objects.filter(case=OuterRef("pk"))
    match tab:
        case Tab.WAITING:
            return rows.filter(Exists(steps_for(user).filter(case=OuterRef("pk"))), state=CaseState.OPEN)
        case Tab.DONE:
            return rows.filter(Exists(step.filter(done_by=user)))
        case Tab.OPENED:
            return rows.filter(opened_by=user)
        case Tab.OVERDUE:
            late = step.filter(state__in=LIVE_STEPS, due_on__lt=on)
            return rows.filter(Exists(late), state=CaseState.OPEN)
    return rows


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """A line for each step that waits for the user, and for each he finished this month."""
    user: Any = request.user
    rows = steps_for(user).select_related("case__procedure", "case__division").order_by("due_on", "pk")
    for row in rows[:_MOST]:
        title = procedure_of(row.case).step(row.key).title
        notes = []
        if row.state == StepState.RETURNED:
            notes.append("已退回")
        if row.reminded_at is not None:
            notes.append(f"{timezone.localdate(row.reminded_at):%Y-%m-%d} 催办")
        label = f"{row.case.name}：{title}"
        yield Todo(label, row.case.get_absolute_url(), row.due_on, note="，".join(notes))
    month = timezone.make_aware(datetime(on.year, on.month, 1))
    done = CaseStep.objects.filter(done_by=user, state=StepState.DONE, done_at__gte=month)
    for row in permitted(done, user).select_related("case__procedure").order_by("-pk")[:_MOST]:
        title = procedure_of(row.case).step(row.key).title
        yield Todo(f"{row.case.name}：{title}", row.case.get_absolute_url(), done=True)


def waiting_count(request: HttpRequest) -> int:
    """The number beside the menu entry: cases that wait for the user."""
    return cases_in(Tab.WAITING, request.user, today()).count()


def register_home() -> None:
    from governance.web import todo

    todo.register(todo.Provider("cases", todos, Action.VIEW, A_MINUTE))
