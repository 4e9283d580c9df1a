"""A worksheet that takes whole rows of native cells and writes them straight into its stream.

xlsxwriter spends most of its time per cell (checks, a tuple, a generic tag writer). In constant-memory mode
its worksheet has an open stream for rows; here the rows are put together and written to it.
Everything else (styles, panes, validation, packaging) stays xlsxwriter's.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from governance.exchange.guard.sheet import column_letters

MAX_CELL_CHARS = 32_767
_EXACT = 10**15
_EPOCH = dt.date(1899, 12, 30)
_FIRST_SAFE_DAY = dt.date(1900, 3, 1)
"""Excel has a 29 February 1900: earlier days are written as text."""

_SPECIAL = re.compile(
    "[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s$|\n", re.ASCII
)
_LITERAL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_FLUSH_CHARS = 1 << 16


class CellTooLong(ValueError):
    """A text longer than a cell can hold; the message names the cell."""


class RowSheet(Worksheet):
    """Use `write_rows` for all rows of the sheet, top down; nothing else may write cells."""

    def write_rows(
        self,
        rows: Iterable[Sequence[Any]],
        *,
        first_row: int,
        formats: Sequence[Format | None],
        date_format: Format,
    ) -> int:
        """Write rows from ``first_row`` (from 0) and return how many.

        A cell is text, int, float, Decimal, bool, date or None (left out, so that it keeps the column's
        format). ``formats`` has the format of each column. Text is always text, whatever it begins with;
        numbers of more than 15 digits, which Excel would damage, become text. Raises `CellTooLong`.
        """
        styles = [_style(cell_format) for cell_format in formats]
        dates = _style(date_format)
        heads = [f'<c r="{column_letters(index + 1)}' for index in range(len(formats))]
        columns: list[tuple[str, str]] = list(zip(heads, styles, strict=True))
        write, number, size = self.fh.write, first_row, 0
        lines: list[str] = []
        for number, row in enumerate(rows, first_row + 1):
            line = [f'<row r="{number}">']
            for (head, style), cell in zip(columns, row, strict=True):
                if cell is None or cell == "":
                    continue
                kind = type(cell)
                if kind is str:
                    if len(cell) > MAX_CELL_CHARS:
                        raise CellTooLong(
                            f"单元格 {head[6:]}{number} 超过 {MAX_CELL_CHARS} 个字，无法写入工作簿。"
                        )
                    text = _escape(cell) if _SPECIAL.search(cell) else f"<t>{cell}"
                    line.append(f'{head}{number}"{style} t="inlineStr"><is>{text}</t></is></c>')
                elif kind is bool:
                    line.append(f'{head}{number}"{style} t="b"><v>{int(cell)}</v></c>')
                elif isinstance(cell, dt.date):
                    line.append(_date(f"{head}{number}", cell, dates))
                elif isinstance(cell, int | float | Decimal) and -_EXACT < cell < _EXACT:
                    line.append(f'{head}{number}"{style}><v>{cell}</v></c>')
                else:
                    text = _escape(str(cell))
                    line.append(f'{head}{number}"{style} t="inlineStr"><is>{text}</t></is></c>')
            line.append("</row>")
            lines.append("".join(line))
            size += len(lines[-1])
            if size > _FLUSH_CHARS:
                write("".join(lines))
                lines, size = [], 0
        write("".join(lines))
        if number > first_row:
            self._check_dimensions(first_row, 0)
            self._check_dimensions(number - 1, max(len(formats) - 1, 0))
        return number - first_row


def _style(cell_format: Format | None) -> str:
    return f' s="{cell_format._get_xf_index()}"' if cell_format else ""


def _date(address: str, day: dt.date, style: str) -> str:
    plain = day.date() if isinstance(day, dt.datetime) else day
    if plain < _FIRST_SAFE_DAY:
        return f'{address}" t="inlineStr"><is><t>{plain.isoformat()}</t></is></c>'
    return f'{address}"{style}><v>{(plain - _EPOCH).days}</v></c>'


def _escape(text: str) -> str:
    """The opening ``<t>`` and the text as Excel escapes it; a control character becomes ``_x0001_``."""
    text = _LITERAL_ESCAPE.sub("_x005F_", text)
    text = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    text = _NO_CHARACTER.sub("\ufffd", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text}'
