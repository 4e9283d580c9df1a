"""Which stored row a line about a person belongs to.

By ID number, else by the name alone where it is unique among those in office in that community. A person may
have several terms there, so the day a term began decides first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from governance.exchange.cells import Masked
from governance.exchange.importing.lines import Line
from governance.exchange.importing.session import Session
from governance.exchange.sheets import Sheet
from governance.people.identity import id_index
from governance.people.masks import mask_id
from governance.people.widgets import ID_NUMBER, NAME


def is_active(row: Any, on: date) -> bool:
    return row.ended_on is None or row.ended_on > on


def match(session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Set `line.stored` of lines that have no valid hidden id."""
    rows = session.rows(sheet, {line.division.pk for line in lines if line.division})
    claimed = {line.stored.pk for line in lines if line.stored is not None}
    waiting = [line for line in lines if line.stored is None and _is_readable(line)]
    for exact in (True, False):
        for line in waiting:
            if line.stored is not None or line.faults or line.division is None:
                continue
            row = _Finder(session.on, sheet, line, rows[line.division.pk], claimed).find(exact=exact)
            if row is not None:
                line.stored = row
                claimed.add(row.pk)


def _is_readable(line: Line) -> bool:
    """Whether name and ID number could be read (an empty number is fine)."""
    if not line.values.get(NAME):
        return False
    return ID_NUMBER in line.values or line.raw(ID_NUMBER) in (None, "")


class _Finder:
    def __init__(self, on: date, sheet: Sheet, line: Line, rows: Sequence[Any], claimed: set[int]) -> None:
        self.on = on
        self.line = line
        self.rows = rows
        self.free = [row for row in rows if row.pk not in claimed]
        self.begin = line.values.get(sheet.begin)
        self.name = line.values[NAME]
        self.number = line.values.get(ID_NUMBER) or ""

    def find(self, *, exact: bool) -> Any:
        """The row; with `exact` only one that began on the same day."""
        if isinstance(self.number, Masked):
            return self._by_mask(exact)
        if self.number:
            return self._by_number(exact)
        return self._by_name(exact)

    def _by_mask(self, exact: bool) -> Any:
        named = [
            row
            for row in self.free
            if row.person.name == self.name and mask_id(row.person.id_number) == self.number
        ]
        return self._choose(named, exact)

    def _by_number(self, exact: bool) -> Any:
        index = id_index(self.number)
        same = [row for row in self.free if row.person.id_index == index]
        if same or any(row.person.id_index == index for row in self.rows):
            return self._term(same, exact)
        # Nobody here has the number yet: it is added to the one of that name who has none.
        nameless = [row for row in self.free if row.person.name == self.name and not row.person.id_number]
        return self._choose(nameless, exact)

    def _by_name(self, exact: bool) -> Any:
        active = [row for row in self.rows if row.person.name == self.name and is_active(row, self.on)]
        if len(active) > 1:
            text = f"本社区有 {len(active)} 名在任的“{self.name}”，请填写身份证号以区分。"
            self.line.fail(ID_NUMBER, text)
            return None
        return self._choose([row for row in self.free if row.person.name == self.name], exact)

    def _choose(self, rows: list[Any], exact: bool) -> Any:
        """The row of the same term, else the only active one; several are an error."""
        if exact:
            return self._began(rows)
        active = [row for row in rows if is_active(row, self.on)]
        if len(active) > 1:
            text = f"本社区有 {len(active)} 名“{self.name}”，请填写完整的身份证号以区分。"
            self.line.fail(ID_NUMBER, text)
            return None
        return active[0] if active else None

    def _term(self, rows: list[Any], exact: bool) -> Any:
        """Of the rows of one human: the one in office, else the last unless this term begins later."""
        if exact:
            return self._began(rows)
        active = [row for row in rows if is_active(row, self.on)]
        if active:
            return active[0]
        ended = [row for row in rows if self.begin is None or row.ended_on > self.begin]
        return max(ended, key=lambda row: row.ended_on, default=None)

    def _began(self, rows: Iterable[Any]) -> Any:
        same = [row for row in rows if self.begin is not None and row.started_on == self.begin]
        return same[0] if len(same) == 1 else None
