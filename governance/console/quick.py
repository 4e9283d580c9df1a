"""Quick actions of the home page: apps register what a role begins most often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from governance.accounts.roles import Action
from governance.accounts.scope import Scope


@dataclass(frozen=True)
class QuickAction:
    """A button of the home page, shown to whoever has the action somewhere and while its page exists."""

    label: str
    url_name: str
    icon: str
    action: Action
    order: int = 100
    args: tuple[Any, ...] = ()
    primary: bool = False

    @property
    def url(self) -> str:
        try:
            return reverse(self.url_name, args=self.args)
        except NoReverseMatch:
            return ""


_actions: dict[str, QuickAction] = {}


def register(action: QuickAction) -> None:
    """Add an action, or replace the one of the same label."""
    _actions[action.label] = action


def quick_actions(scope: Scope) -> list[QuickAction]:
    """The actions of a user, in order."""
    found = sorted(_actions.values(), key=lambda each: (each.order, each.label))
    return [each for each in found if scope.may_anywhere(each.action) and each.url]
