"""Paths of the division tree: digits, fixed width per level, ordered like the tree.

A path is asked for by half-open ranges (`>= p`, `< next_path(p)`), never with LIKE, and is never parsed for
a code nor shown to users.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Q

WIDTHS = (2, 2, 2, 3, 3)
"""Digits per level: province, city, county, street, community."""


def path_length(level: int) -> int:
    """Length of a path at a level: 0, 2, 4, 6, 9, 12."""
    return sum(WIDTHS[:level])


def next_path(path: str) -> str:
    """The first path behind the subtree of `path`: 6104 → 6105, and 6109 → 610A.

    A letter, not the `:` that follows 9 in ASCII: outside the C collation PostgreSQL sorts punctuation before
    digits, and the subtree of a path that ends in 9 would be empty.
    """
    last = path[-1]
    return path[:-1] + ("A" if last == "9" else str(int(last) + 1))


def path_range(path: str) -> tuple[str, str] | None:
    """Half-open range of the subtree, or None for the root, which needs no filter."""
    return (path, next_path(path)) if path else None


def under(path: str, field: str = "path") -> Q:
    """Condition for everything in the subtree of `path`, itself included."""
    if not path:
        return Q()
    return Q(**{f"{field}__gte": path, f"{field}__lt": next_path(path)})


def within(paths: Sequence[str]) -> Q:
    """Everything in the subtrees of some paths; nothing for none."""
    condition = Q() if paths else Q(pk__in=[])
    for path in paths:
        condition |= under(path)
    return Q() if "" in paths else condition


def is_under(path: str, ancestor: str) -> bool:
    return path.startswith(ancestor)


def ancestor_paths(path: str) -> list[str]:
    """Paths of all ancestors from the root down, the path itself last."""
    return [path[: path_length(level)] for level in range(6) if path_length(level) <= len(path)]


def common_path(paths: Iterable[str]) -> str:
    """The path of the lowest division that holds all of some paths; empty for the whole country."""
    found: list[str] | None = None
    for path in paths:
        chain = ancestor_paths(path)
        found = chain if found is None else [each for each in found if each in chain]
    return found[-1] if found else ""
