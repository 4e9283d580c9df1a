"""The committed numbers of SQL statements that pages take: tests/statements.json, a line for each page.

A number is what the page takes of the database for one role, the session and the frame included, once the
counts of the menu are cached. Make the file anew with

    .venv/bin/pytest tests/test_statements.py --rewrite-statements

and commit it; with `-k <role>` only that role's numbers are made anew.
"""

import json
from pathlib import Path

FILE = Path(__file__).with_name("statements.json")
MOST = 15
"""No page takes more."""

HOW = "run  .venv/bin/pytest tests/test_statements.py --rewrite-statements  and commit tests/statements.json"

Baseline = dict[str, dict[str, int]]
"""Page → role → statements."""


def read() -> Baseline:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def merge(role: str, measured: dict[str, int]) -> None:
    """Put the numbers of one role into the file; pages it no longer opens lose it."""
    baseline = read()
    for page in baseline.keys() | measured.keys():
        numbers = baseline.setdefault(page, {})
        numbers.pop(role, None)
        if page in measured:
            numbers[role] = measured[page]
    # A page a line, so that two who add pages seldom meet.
    lines = [
        f"{json.dumps(page)}: {json.dumps(dict(sorted(numbers.items())))}"
        for page, numbers in sorted(baseline.items())
        if numbers
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def complaints(role: str, few: dict[str, int], many: dict[str, int], baseline: Baseline) -> list[str]:
    """What is wrong with the numbers of one role, with little and with much data."""
    found = []
    for page, count in many.items():
        expected = baseline.get(page, {}).get(role)
        if count > MOST:
            found.append(f"{page}: {count} statements, more than {MOST}")
        if page in few and few[page] != count:
            found.append(f"{page}: {few[page]} statements with little data, {count} with much")
        if expected is None:
            found.append(f"{page}: no line in tests/statements.json ({count} statements); {HOW}")
        elif count > expected:
            found.append(f"{page}: {count} statements, and {expected} so far; mend it, or {HOW}")
    return found
