"""From raw worksheets to lines: which sheet and column is meant, and what stands in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance.exchange import sheets as registry
from governance.exchange.folding import fold, nearest
from governance.exchange.importing.lines import HEADER_ROW, Fault, Hint, Line
from governance.exchange.reader import RawSheet, RawWorkbook
from governance.exchange.sheets import IGNORED_COLUMNS, Sheet, SheetField
from governance.exchange.tokens import read_token
from governance.exchange.writer import ID_COLUMN, VERSION_COLUMN


def read_tables(workbook: RawWorkbook) -> tuple[list[Line], list[Fault], list[Hint]]:
    """Lines of all known sheets in the order of the workbook's sheets, and what is wrong with the headers."""
    lines: list[Line] = []
    faults: list[Fault] = []
    hints: list[Hint] = []
    found: dict[str, tuple[Sheet, RawSheet]] = {}
    for raw in workbook.sheets:
        sheet = _sheet_of(raw, faults)
        if sheet is None:
            continue
        if sheet.name in found:
            text = f"工作表“{sheet.name}”出现了两次，请合并成一个。"
            faults.append(Fault(raw.name, HEADER_ROW, "", raw.name, text))
            continue
        found[sheet.name] = sheet, raw
        hints.extend(Hint(sheet.name, _row_of(notice.where), "", notice.message) for notice in raw.notices)
    for sheet in registry.known():
        if sheet.name in found:
            lines.extend(_Table(sheet, found[sheet.name][1], faults).lines(hints))
    return lines, faults, hints


def _row_of(where: str) -> int:
    address = where.rpartition("!")[2] if "!" in where else ""
    digits = "".join(sign for sign in address if sign.isdigit())
    return int(digits) if digits else 0


def _sheet_of(raw: RawSheet, faults: list[Fault]) -> Sheet | None:
    """The sheet of a worksheet's name; of a CSV file, the one whose columns it has."""
    known = registry.known()
    name = fold(raw.name)
    if not name:
        titles = set(raw.header) - IGNORED_COLUMNS - {""}
        best = max(known, key=lambda sheet: len(titles & set(sheet.columns)), default=None)
        if best is not None and len(titles & set(best.columns)) > 1:
            return best
        text = "看不出这个文件是哪一张表，请保留模板中的列名，或改用 .xlsx 工作簿。"
        faults.append(Fault("", HEADER_ROW, "", "", text))
        return None
    for sheet in known:
        if fold(sheet.name) == name:
            return sheet
    close = nearest(name, [sheet.name for sheet in known])
    hint = f"是不是“{close}”？" if close else ""
    listed = "、".join(sheet.name for sheet in registry.registered())
    text = f"没有名为“{raw.name}”的工作表，{hint}请改名或删除。可用的工作表：{listed}，以及专项台账的各表。"
    faults.append(Fault(raw.name, HEADER_ROW, "", raw.name, text))
    return None


class _Table:
    """One worksheet: its header resolved to columns, its rows parsed."""

    def __init__(self, sheet: Sheet, raw: RawSheet, faults: list[Fault]) -> None:
        self.sheet = sheet
        self.raw = raw
        self.fields: list[tuple[int, SheetField]] = []
        self.index: dict[str, int] = {}
        by_folded = {fold(name): name for name in (*sheet.columns, *IGNORED_COLUMNS)}
        for position, title in enumerate(raw.header):
            if not title:
                continue
            name = by_folded.get(fold(title))
            if name is None:
                self._unknown(title, faults)
            elif name in self.index:
                text = f"列“{name}”出现了两次，请只保留一列。"
                faults.append(Fault(sheet.name, HEADER_ROW, title, title, text))
            else:
                self.index[name] = position
                if name in sheet.columns:
                    self.fields.append((position, sheet.columns[name]))
        self.notify = _Notify()

    def _unknown(self, title: str, faults: list[Fault]) -> None:
        close = nearest(title, self.sheet.columns)
        hint = f"是不是“{close}”？请改列名" if close else "请删除该列"
        text = f"没有名为“{title}”的列，{hint}；要保留备注请放在别的工作簿里。"
        faults.append(Fault(self.sheet.name, HEADER_ROW, title, title, text))

    def lines(self, hints: list[Hint]) -> list[Line]:
        made = []
        id_at, version_at = self.index.get(ID_COLUMN), self.index.get(VERSION_COLUMN)
        for number, cells in self.raw.rows:
            if id_at is not None and _is_hidden_only(cells, id_at, version_at):
                text = "这一行只剩隐藏的编号，未作处理。导入不删除记录，请填写撤销、离任等日期。"
                hints.append(Hint(self.sheet.name, number, "", text))
                continue
            line = self._parse(number, cells)
            if id_at is not None:
                line.token = read_token(self.sheet.name, cells[id_at])
                if line.token is not None and version_at is not None:
                    line.version = _whole(cells[version_at])
            made.append(line)
        return made

    def _parse(self, number: int, cells: Sequence[Any]) -> Line:
        values: dict[str, Any] = {}
        line = Line(self.sheet, number, values, _Cells(self.index, cells))
        notify = self.notify
        notify.line = line
        for position, column in self.fields:
            cell = cells[position]
            widget = column.widget
            name = column.name
            if cell is None:
                values[name] = value = widget.clean(None)
            else:
                notify.column = name
                try:
                    values[name] = value = widget.clean(cell, notify=notify)
                except ValueError as error:
                    line.fail(name, str(error))
                    continue
            if column.required and (value is None or value == "" or value == []):
                line.missing.append(column)
        return line


def _is_hidden_only(cells: Sequence[Any], *hidden: int | None) -> bool:
    """A line whose visible cells were all cleared: the clerk wanted it away, which an import never does."""
    return all(cell is None or position in hidden for position, cell in enumerate(cells))


def _whole(cell: Any) -> int | None:
    try:
        return int(str(cell))
    except ValueError:
        return None


class _Cells:
    """Raw cells of a line by column name, without a dictionary per line."""

    __slots__ = ("cells", "index")

    def __init__(self, index: dict[str, int], cells: Sequence[Any]) -> None:
        self.index = index
        self.cells = cells

    def __call__(self, name: str) -> Any:
        position = self.index.get(name)
        return None if position is None else self.cells[position]

    def has(self, name: str) -> bool:
        return name in self.index


class _Notify:
    """Passes what a widget has to say on to the line being read; one for all cells."""

    line: Line
    column: str

    def __call__(self, text: str) -> None:
        self.line.notify(self.column, text)
