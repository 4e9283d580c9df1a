"""Where a division's page leads: upper apps register their pages of one division here."""

import logging
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.divisions.models import Division, Level

log = logging.getLogger(__name__)

ALL_LEVELS = frozenset(Level)


@dataclass(frozen=True)
class DivisionLink:
    """A page about one division: the route takes its code as the keyword `code`.

    `levels`: of which levels the page exists; `action`: what the user must be allowed to do there.
    """

    label: str
    url_name: str
    icon: str = "link"
    levels: frozenset[Level] = ALL_LEVELS
    action: Action = Action.VIEW
    order: int = 100


_links: dict[str, DivisionLink] = {}


def register(link: DivisionLink) -> None:
    """Add a link, or replace the one of the same route."""
    _links[link.url_name] = link


def links_for(scope: Scope, division: Division) -> list[tuple[DivisionLink, str]]:
    """The links of a division that the user may follow, each with its address, in order."""
    found = []
    for link in sorted(_links.values(), key=lambda each: (each.order, each.label)):
        if division.level not in link.levels or not scope.may(link.action, division.path):
            continue
        try:
            found.append((link, reverse(link.url_name, kwargs={"code": division.code})))
        except NoReverseMatch:
            log.error("division link %r names no route", link.url_name)
    return found
