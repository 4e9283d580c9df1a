"""The stored preview of an import: what the page shows without working the file out again."""

import json
from collections import Counter
from typing import Any

from governance.exchange.importing.lines import Change, Line, Plan, Status, conflict_key

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
        "conflict_fields": len(preview["conflicts"]),
    }


_STATUS_OF_TAB = {
    "new": Status.NEW,
    "changed": Status.CHANGED,
    "unchanged": Status.UNCHANGED,
    "conflicts": Status.CONFLICT,
}


def entries(stored: dict[str, Any], tab: str, sheet: str = "") -> list[dict[str, Any]]:
    """The lines of a tab: errors, notices, or rows of one status; of one sheet if it is named."""
    if tab in ("errors", "notices"):
        found = stored["preview"][tab]
    else:
        status = _STATUS_OF_TAB[tab].value
        found = [row for row in stored["rows"] if row["status"] == status]
    return [each for each in found if each["sheet"] == sheet] if sheet else found


def sheet_counts(stored: dict[str, Any], tab: str) -> dict[str, int]:
    """How many lines of a tab each sheet has, in the order of the workbook."""
    found = Counter(each["sheet"] for each in entries(stored, tab))
    return {sheet: found[sheet] for sheet in stored["sheets"] if found[sheet]}


def conflict_keys(stored: dict[str, Any]) -> set[str]:
    """How the decisions on the conflicts of a preview are addressed."""
    return {
        conflict_key(each["sheet"], each["row"], each["column"]) for each in stored["preview"]["conflicts"]
    }


def add_decisions(rows: list[dict[str, Any]], decisions: dict[str, str]) -> None:
    """Give the conflicting changes of some rows their `key` and what was decided."""
    for row in rows:
        for change in row.get("changes", ()):
            if change.get("conflict"):
                change["key"] = conflict_key(row["sheet"], row["row"], change["column"])
                change["choice"] = decisions.get(change["key"], "")
