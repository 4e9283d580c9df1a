"""What an import did to the findings below some paths, for its receipt."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from governance.divisions.paths import under
from governance.policies.models import Finding

MOST_COMPARED = 50_000
"""More open findings than this are not compared one by one (the import of a whole city)."""

MOST_LISTED = 200


def watch(paths: Sequence[str]) -> Callable[[], dict[str, Any] | None]:
    """The findings open now; the answer compares them with those open when it is called."""
    before = _open(paths)

    def compare() -> dict[str, Any] | None:
        if before is None:
            return None
        after = _open(paths)
        if after is None:
            return None
        return {"opened": _told(after - before), "closed": _told(before - after), "open": len(after)}

    return compare


def _open(paths: Sequence[str]) -> set[int] | None:
    condition = Q(pk__in=[])
    for path in paths:
        condition |= under(path)
    rows = Finding.objects.filter(condition, resolved_on=None).order_by()
    found = set(rows.values_list("pk", flat=True)[: MOST_COMPARED + 1])
    return found if len(found) <= MOST_COMPARED else None


def _told(ids: Iterable[int]) -> dict[str, Any]:
    """How many, and the first of them in the order of the tree with their addresses."""
    listed = sorted(ids)
    rows = Finding.objects.filter(pk__in=listed[:MOST_LISTED]).select_related("division", "standard__measure")
    return {
        "count": len(listed),
        "rows": [
            {
                "division": row.division.name,
                "standard": row.standard.measure.title,
                "severity": row.severity,
                "outcome": row.outcome,
                "url": reverse("policies:checkup", kwargs={"code": row.division.code}),
            }
            for row in rows.order_by("path", "pk")
        ],
    }
