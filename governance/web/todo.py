"""待办: apps say in `apps.py` what waits for a user and until when; home page and 待办 show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.http import HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of

SOON = timedelta(days=7)
A_MINUTE = 60
KEPT = 3600


class When(StrEnum):
    """The lists of 待办: everything open, what falls due within a week, what is late, what is done."""

    OPEN = "open"
    SOON = "soon"
    OVERDUE = "overdue"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": "待办", "soon": "即将到期", "overdue": "已超期", "done": "本月完成"}[self.value]


@dataclass(frozen=True)
class Todo:
    """Something that waits (or, with `done`, was finished this month).

    `url` leads to where it is done, or to a list of exactly `count` things. `due_on`: the last day on which
    it is still in time. `unit` is the measure word of the count.
    """

    label: str
    url: str = ""
    due_on: date | None = None
    count: int = 1
    unit: str = "件"
    note: str = ""
    done: bool = False

    def days_left(self, on: date) -> int | None:
        """Whole days until the due day; negative when it is past."""
        return None if self.due_on is None or self.done else (self.due_on - on).days

    def when(self, on: date) -> When:
        days = self.days_left(on)
        if self.done:
            return When.DONE
        if days is None or days > SOON.days:
            return When.OPEN
        return When.OVERDUE if days < 0 else When.SOON


def days_text(days: int | None) -> str:
    """还有 23 天, 今天到期, 已超期 3 天; empty without a day."""
    if days is None:
        return ""
    if days == 0:
        return "今天到期"
    return f"还有 {days} 天" if days > 0 else f"已超期 {-days} 天"


LAMPS = {When.OVERDUE: "red", When.SOON: "amber", When.OPEN: "green", When.DONE: "green"}

Provide = Callable[[HttpRequest, date], Iterable[Todo]]


@dataclass(frozen=True)
class Provider:
    """Gives the todos of the signed-in user on a day; `action`: asked of whoever has it somewhere.

    What it gives may be `seconds` old, as the counts of the menu are; after whatever the user sends it is
    asked anew, so that nothing done still seems to wait.
    """

    code: str
    provide: Provide
    action: Action | None = None
    seconds: int = 0


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Add a provider, or replace the one of the same code."""
    _providers[provider.code] = provider


@dataclass(frozen=True)
class TodoLine:
    """A todo as a list shows it."""

    todo: Todo
    when: When
    days: int | None

    @property
    def days_text(self) -> str:
        return "已完成" if self.todo.done else days_text(self.days) or "不限期"

    @property
    def css(self) -> str:
        return "none" if self.days is None and not self.todo.done else LAMPS[self.when]


class TodoList:
    """The todos of one user on one day, most urgent first; what has no due day stands last."""

    def __init__(self, lines: list[TodoLine]) -> None:
        self.lines = lines

    def of(self, when: When) -> list[TodoLine]:
        """The lines of a list; 待办 holds whatever is not done."""
        if when == When.OPEN:
            return [line for line in self.lines if line.when != When.DONE]
        return [line for line in self.lines if line.when == when]

    def count(self, when: When) -> int:
        return sum(line.todo.count for line in self.of(when))


def _given(provider: Provider, request: HttpRequest, on: date) -> Iterable[Todo]:
    if not provider.seconds:
        return provider.provide(request, on)
    # The grants stand in the key, so a right taken away takes its todos away at once.
    held = repr([(each.role, each.content_object.path) for each in scope_of(request.user).grants])
    since = cache.get(_sent_key(request.user.pk), "")
    key = f"todo:{provider.code}:{request.user.pk}:{on}:{crc32(held.encode())}:{since}"
    kept: list[Todo] | None = cache.get(key)
    if kept is None:
        kept = list(provider.provide(request, on))
        cache.set(key, kept, provider.seconds)
    return kept


def _sent_key(user_id: int | None) -> str:
    return f"todo-since:{user_id}"


def forget(user_id: int) -> None:
    """What waits for a user may have changed by what he just sent."""
    cache.set(_sent_key(user_id), token_hex(4), KEPT)


def todos_of(request: HttpRequest, on: date) -> TodoList:
    """Ask every provider once a request."""
    kept: Any = request.__dict__.get("_todos")
    if kept is None:
        scope = scope_of(request.user)
        found = [
            todo
            for provider in _providers.values()
            if provider.action is None or scope.may_anywhere(provider.action)
            for todo in _given(provider, request, on)
            if todo.count
        ]
        lines = [TodoLine(todo, todo.when(on), todo.days_left(on)) for todo in found]
        lines.sort(key=lambda line: (line.todo.due_on is None, line.todo.due_on or on, line.todo.label))
        kept = request.__dict__["_todos"] = TodoList(lines)
    return kept
