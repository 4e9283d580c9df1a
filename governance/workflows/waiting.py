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

_MOST = 100
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


def _waiting_for(user: Any) -> Q | None:
    """The live steps that a user may work on and nobody else has taken; None when there can be none."""
    scope = scope_of(user)
    may_work = Q()
    for action in dict.fromkeys(ACTIONS.values()):
        where = scope.condition(action)
        if where is not None:
            may_work |= Q(action=action.value) & where
    if not may_work:
        return None
    return Q(state__in=LIVE_STEPS) & may_work & (Q(holder=None) | Q(holder=user))


def steps_for(user: Any) -> QuerySet[CaseStep]:
    """The live steps that wait for a user."""
    condition = _waiting_for(user)
    return CaseStep.objects.none() if condition is None else CaseStep.objects.filter(condition)


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


def _rows_of(request: HttpRequest, on: date) -> list[CaseStep]:
    """What waits for the user and what he finished this month, asked for once a request."""
    kept: list[CaseStep] | None = request.__dict__.get("_case_steps")
    if kept is not None:
        return kept
    user: Any = request.user
    month = timezone.make_aware(datetime(on.year, on.month, 1))
    done = Q(done_by=user, state=StepState.DONE, done_at__gte=month)
    seen = scope_of(user).condition(Action.VIEW)
    wanted = done if seen is None else done & seen
    waits = _waiting_for(user)
    rows = CaseStep.objects.filter(wanted if waits is None else wanted | waits)
    rows = rows.select_related("case__procedure").order_by("due_on", "pk")
    kept = request.__dict__["_case_steps"] = list(rows[:_MOST])
    return kept


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """A line for each step that waits for the user, and for each he finished this month."""
    for row in _rows_of(request, on):
        label = f"{row.case.name}：{procedure_of(row.case).step(row.key).title}"
        if not row.is_live:
            yield Todo(label, row.case.get_absolute_url(), done=True)
            continue
        notes = []
        if row.state == StepState.RETURNED:
            notes.append("已退回")
        if row.reminded_at is not None:
            notes.append(f"{timezone.localdate(row.reminded_at):%Y-%m-%d} 催办")
        yield Todo(label, row.case.get_absolute_url(), row.due_on, note="，".join(notes))


def waiting_count(request: HttpRequest) -> int:
    """The number beside the menu entry: cases that wait for the user."""
    return len({row.case_id for row in _rows_of(request, today()) if row.is_live})


def register_home() -> None:
    from governance.web import todo

    todo.register(todo.Provider("cases", todos, Action.VIEW, A_MINUTE))
