"""The stored preview of an import: what the page shows without working the file out again."""

import json
from collections import Counter
from typing import Any

from governance.exchange.importing.lines import Change, Line, Plan, Status

TABS = ("changed", "new", "conflicts", "errors", "notices", "unchanged")


def document(plan: Plan) -> bytes:
    """The plan as JSON: the object of the command, and every row with its changes, personal data masked."""
    rows = [_row(line) for line in plan.lines if line.status != Status.ERROR]
    sheets = Counter(line.sheet.name for line in plan.lines)
    content = {"preview": plan.preview, "rows": rows, "sheets": sheets, "on": plan.on.isoformat()}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _row(line: Line) -> dict[str, Any]:
    assert line.status is not None
    row: dict[str, Any] = {
        "sheet": line.sheet.name,
        "row": line.number,
        "status": line.status.value,
        "label": line.label,
    }
    if line.changes:
        row["changes"] = [_change(line, change) for change in line.changes]
    return row


def _change(line: Line, change: Change) -> dict[str, Any]:
    shown = {
        "column": change.column.name,
        "old": _filled(line.show(change.column, change.old)),
        "new": _filled(line.show(change.column, change.new)),
    }
    if change.is_conflict:
        shown |= {"base": _filled(change.base), "conflict": True}
    return shown


def _filled(value: Any) -> Any:
    return None if value == "" else value


def counts(plan: Plan) -> dict[str, int]:
    """Numbers for the list of imports and the tabs."""
    preview = plan.preview
    return {
        "rows": preview["rows"],
        "new": preview["new"],
        "changed": preview["changed"],
        "unchanged": preview["unchanged"],
        "conflicts": sum(1 for _ in plan.of(Status.CONFLICT)),
        "errors": len(preview["errors"]),
        "notices": len(preview["notices"]),
    }


_STATUS_OF_TAB = {
    "new": Status.NEW,
    "changed": Status.CHANGED,
    "unchanged": Status.UNCHANGED,
    "conflicts": Status.CONFLICT,
}


def entries(stored: dict[str, Any], tab: str) -> list[dict[str, Any]]:
    """The lines of a tab: errors, notices, or rows of one status."""
    if tab in ("errors", "notices"):
        return stored["preview"][tab]
    status = _STATUS_OF_TAB[tab].value
    return [row for row in stored["rows"] if row["status"] == status]
