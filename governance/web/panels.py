"""Panels of the home page: apps register them in `apps.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of


@dataclass(frozen=True)
class Panel:
    """A part of the home page: `context(request)` gives the values of `template`, or None to leave it out.

    `wide`: over the full width, else half of it: the left one, or with `aside` the right one.
    """

    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]
    order: int = 100
    action: Action | None = None
    wide: bool = False
    aside: bool = False


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel, or replace the one of the same template."""
    _panels[panel.template] = panel


@dataclass(frozen=True)
class RenderedPanel:
    html: SafeString
    wide: bool
    aside: bool = False


def panels_for(request: HttpRequest) -> list[RenderedPanel]:
    """The panels of the signed-in user, rendered, in their order."""
    scope = scope_of(request.user)
    rendered = []
    for panel in sorted(_panels.values(), key=lambda each: (each.order, each.template)):
        if panel.action is not None and not scope.may_anywhere(panel.action):
            continue
        context = panel.context(request)
        if context is not None:
            html = render_to_string(panel.template, context, request)
            rendered.append(RenderedPanel(html, panel.wide, panel.aside))
    return rendered
