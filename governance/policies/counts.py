"""How many findings are open in a user's scope, by severity; kept for a minute, as every page shows it."""

from dataclasses import asdict, dataclass, field
from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.policies.models import Finding
from governance.policies.outcomes import Severity

SECONDS = 60


@dataclass(frozen=True)
class OpenFindings:
    """Open findings of a scope: by severity (every one named), and those past their due day."""

    by_severity: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    urgent: int = 0
    """Severe, or past the due day: what asks for attention."""


def open_findings_of(user: Any) -> OpenFindings:
    """The numbers of a user's scope (one statement a minute)."""
    today = timezone.localdate()
    paths = scope_of(user).paths(Action.VIEW)
    # The paths stand in the key, so a grant taken away takes its numbers away at once.
    key = f"open-findings:{today}:{crc32(repr(paths).encode())}:{len(paths)}"
    kept = cache.get(key)
    if kept is None:
        rows = permitted(Finding.objects.filter(resolved_on=None), user).order_by()
        late = Count("pk", filter=Q(due_on__lt=today))
        found = list(rows.values("severity").annotate(count=Count("pk"), late=late))
        counts = {each["severity"]: each["count"] for each in found}
        red = Severity.RED.value
        kept = asdict(
            OpenFindings(
                by_severity={each.value: counts.get(each.value, 0) for each in Severity},
                overdue=sum(each["late"] for each in found),
                urgent=sum(each["count"] if each["severity"] == red else each["late"] for each in found),
            )
        )
        cache.set(key, kept, SECONDS)
    return OpenFindings(**kept)


def open_by_severity(user: Any) -> dict[str, int]:
    """Severity → open findings, every severity named."""
    return open_findings_of(user).by_severity


def urgent_findings(request: HttpRequest) -> int:
    """The number beside 问题清单 in the menu: what is severe or overdue asks for attention."""
    return open_findings_of(request.user).urgent
