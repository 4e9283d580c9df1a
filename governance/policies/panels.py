"""Panels of the home page: open findings by severity, and the worst of them."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from governance.accounts.scope import permitted
from governance.policies.counts import open_by_severity
from governance.policies.outcomes import Severity
from governance.policies.presentation import severity_lamp, standard_url
from governance.policies.views.findings import checkup_url, open_findings

SHOWN = 6
_ICONS = {Severity.RED: "circle-x", Severity.AMBER: "alert-triangle", Severity.GREY: "info-circle"}
_COLOURS = {Severity.RED: "red", Severity.AMBER: "amber", Severity.GREY: ""}


def findings_panel(request: HttpRequest) -> dict[str, Any]:
    """Tiles by severity that lead to the list, and the oldest findings of the worst severity there is."""
    counts = open_by_severity(request.user)
    url = reverse("policies:findings")
    tiles = [
        {
            "label": f"{each.label}问题",
            "value": counts[each],
            "icon": _ICONS[each],
            "colour": _COLOURS[each] if counts[each] else "",
            "url": f"{url}?{urlencode({'severity': each.value})}",
        }
        for each in Severity
    ]
    worst = next((each for each in Severity if counts[each]), Severity.RED)
    worst_ones = permitted(open_findings().filter(severity=worst), request.user)
    rows = [
        {
            "lamp": severity_lamp(finding.severity),
            "finding": finding,
            "checkup_url": checkup_url(finding),
            "standard_url": standard_url(finding.standard.code),
        }
        for finding in worst_ones.order_by("opened_on", "path")[:SHOWN]
    ]
    return {"tiles": tiles, "rows": rows, "url": url, "overview_url": reverse("policies:own_overview")}
