"""The left menu: apps register their pages in `apps.py`; users see what their actions allow."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from governance.accounts.roles import Action
from governance.accounts.scope import Scope, scope_of

log = logging.getLogger(__name__)

COUNT_SECONDS = 60
"""Counts may be a minute old: they must not cost a statement on every page."""


@dataclass(frozen=True)
class MenuItem:
    """A page in the menu.

    `action`: shown to whoever has it somewhere (None: to everybody signed in). `group`: heading it folds
    under. `count`: number shown in red beside it, from (request); 0 or None shows nothing. `args` are those
    of the address. `or_action`: shown to whoever has this one, too.
    """

    label: str
    url_name: str
    icon: str
    action: Action | None = None
    order: int = 100
    group: str | None = None
    count: Callable[[HttpRequest], int | None] | None = None
    args: tuple[str, ...] = ()
    or_action: Action | None = None

    def is_for(self, scope: Scope) -> bool:
        asked = [each for each in (self.action, self.or_action) if each is not None]
        return not asked or any(scope.may_anywhere(each) for each in asked)

    @property
    def key(self) -> str:
        return "/".join((self.url_name, *self.args))


@dataclass
class Entry:
    """One line of the rendered menu; a group has `children` and no `url`."""

    label: str
    icon: str
    url: str = ""
    count: int | None = None
    current: bool = False
    children: list["Entry"] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return any(child.current for child in self.children)


_items: dict[str, MenuItem] = {}
_groups: dict[str, tuple[str, int]] = {}
_belonging: dict[str, str] = {}


def register(item: MenuItem) -> None:
    """Add an item, or replace the one of the same address."""
    _items[item.key] = item


def register_group(label: str, icon: str, order: int) -> None:
    """Give a group its icon and place; without it a folder and the place of its first item."""
    _groups[label] = (icon, order)


def belongs(page: str, to: str) -> None:
    """Mark the item of the URL name `to` on a page whose address does not lie below it."""
    _belonging[page] = to


def registered() -> tuple[MenuItem, ...]:
    """All items in the order of the menu."""
    return tuple(sorted(_items.values(), key=lambda item: (item.order, item.label)))


def _count(item: MenuItem, request: HttpRequest) -> int | None:
    if item.count is None:
        return None
    paths = scope_of(request.user).paths(item.action) if item.action else ()
    # The paths stand in the key, so a grant taken away takes its number away at once.
    key = f"menu-count:{item.key}:{request.user.pk}:{crc32(repr(paths).encode())}"
    value = cache.get(key)
    if value is None:
        value = item.count(request) or 0
        cache.set(key, value, COUNT_SECONDS)
    return value or None


def menu_for(request: HttpRequest) -> list[Entry]:
    """The menu of the signed-in user, the current page marked (the longest address that fits)."""
    scope = scope_of(request.user)
    placed: list[tuple[int, Entry]] = []
    groups: dict[str, Entry] = {}
    for item in registered():
        if not item.is_for(scope):
            continue
        try:
            url = reverse(item.url_name, args=item.args)
        except NoReverseMatch:
            log.error("menu item %r names no route", item.url_name)
            continue
        entry = Entry(item.label, item.icon, url, _count(item, request))
        if item.group is None:
            placed.append((item.order, entry))
            continue
        if item.group not in groups:
            icon, order = _groups.get(item.group, ("folder", item.order))
            groups[item.group] = Entry(item.group, icon)
            placed.append((order, groups[item.group]))
        groups[item.group].children.append(entry)
    entries = [entry for _, entry in sorted(placed, key=lambda pair: pair[0])]
    _mark_current(entries, request)
    return entries


def _mark_current(entries: list[Entry], request: HttpRequest) -> None:
    match = request.resolver_match
    to = _belonging.get(match.view_name) if match else None
    path = reverse(to) if to else request.path
    pages = [page for entry in entries for page in (entry.children or [entry])]
    fitting = [page for page in pages if path == page.url or (page.url != "/" and path.startswith(page.url))]
    if fitting:
        max(fitting, key=lambda page: len(page.url)).current = True
