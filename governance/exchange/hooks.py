"""What upper apps do after an import, and what they tell of its effect; filled in their `apps.py`."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from governance.divisions.paths import path_length

log = logging.getLogger(__name__)

MOST_PATHS = 20

Hook = Callable[[Sequence[str], date], None]


class AfterImport:
    """`after_import.register(fn)`: fn(paths, on) runs once after each import that changed something.

    `paths` are disjoint and sorted, at most `MOST_PATHS`: of the communities, or of areas that contain them.
    It runs after the import is committed; an error is logged and undoes nothing.
    """

    def __init__(self) -> None:
        self._hooks: list[Hook] = []

    def register(self, hook: Hook) -> Hook:
        if hook not in self._hooks:
            self._hooks.append(hook)
        return hook

    def run(self, paths: Iterable[str], on: date) -> None:
        covering = cover(paths)
        if not covering:
            return
        for hook in self._hooks:
            try:
                with transaction.atomic():
                    hook(covering, on)
            except Exception:
                log.exception("A hook after an import failed: %r", hook)


after_import = AfterImport()


Compare = Callable[[], dict[str, Any] | None]
Watch = Callable[[Sequence[str]], Compare]


class Effects:
    """`effects.register(watch)`: what an import changed beyond its rows, for the receipt.

    `watch(paths)` looks at things before the hooks of `after_import` run and returns a function that is
    called afterwards; it gives a JSON-ready object for the template of the receipt, or None. An error is
    logged and leaves the receipt without it.
    """

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    def register(self, watch: Watch) -> Watch:
        if watch not in self._watches:
            self._watches.append(watch)
        return watch

    def watch(self, paths: Iterable[str]) -> Compare:
        covering = cover(paths)
        compares = [self._safely(each, covering) for each in self._watches] if covering else []

        def compare() -> dict[str, Any] | None:
            found: dict[str, Any] = {}
            for each in compares:
                found.update((self._safely(each) if each else None) or {})
            return found or None

        return compare

    @staticmethod
    def _safely(ask: Callable[..., Any], *args: Any) -> Any:
        try:
            with transaction.atomic():
                return ask(*args)
        except Exception:
            log.exception("The effect of an import is not known: %r", ask)
            return None


effects = Effects()


def cover(paths: Iterable[str]) -> tuple[str, ...]:
    """Few paths that together contain all given ones: the communities, else their streets, counties …"""
    found = set(paths)
    for level in range(4, -1, -1):
        if len(found) <= MOST_PATHS:
            break
        found = {path[: path_length(level)] for path in found}
    return tuple(sorted(found))
