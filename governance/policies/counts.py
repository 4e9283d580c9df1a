"""How many findings are open in a user's scope, by severity; kept for a minute, as every page shows it."""

from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.db.models import Count
from django.http import HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.policies.models import Finding
from governance.policies.outcomes import Severity

SECONDS = 60


def open_by_severity(user: Any) -> dict[str, int]:
    """Severity → open findings, every severity named."""
    paths = scope_of(user).paths(Action.VIEW)
    # The paths stand in the key, so a grant taken away takes its numbers away at once.
    key = f"open-findings:{crc32(repr(paths).encode())}:{len(paths)}"
    counts = cache.get(key)
    if counts is None:
        rows = permitted(Finding.objects.filter(resolved_on=None), user).order_by()
        found = dict(rows.values_list("severity").annotate(count=Count("pk")))
        counts = {each.value: found.get(each.value, 0) for each in Severity}
        cache.set(key, counts, SECONDS)
    return counts


def serious_findings(request: HttpRequest) -> int:
    """The number beside 问题清单 in the menu: only what is red asks for attention."""
    return open_by_severity(request.user)[Severity.RED]
