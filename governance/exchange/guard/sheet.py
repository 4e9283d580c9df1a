"""A look at the raw XML of one worksheet before a parser allocates anything for it.

Patterns over the bytes are much faster than a handler called for every element, and still complete: the part
is well-formed, and comments, CDATA and processing instructions are refused first, so ``<`` begins a tag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from . import xml
from .archive import DAMAGED
from .limits import MIB, Limits, UploadRefused

_TRUE = (b"1", b"true", b"on")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_PREFIXED = re.compile(rb":(?:c|f|row|col|sheetData|mergeCell)[\s/>]")

MAX_PLACES = 2_000
WINDOW = 8 * MIB


class _Patterns:
    """The tags we look for.

    A literal beginning makes each search several times faster, so names with a namespace prefix, which no
    common program writes, have patterns of their own.
    """

    def __init__(self, prefix: bytes) -> None:
        tag = rb"<" + prefix
        cell = tag + rb"""c\s[^>]*?\br\s*=\s*["']"""
        self.sheet_data = re.compile(tag + rb"sheetData[\s/>]")
        self.sheet_data_end = re.compile(rb"</" + prefix + rb"sheetData\s*>")
        self.row = re.compile(tag + rb"row\s([^>]*)>")
        self.cell = re.compile(cell + rb"""([A-Za-z]+\d+)["']""")
        self.filled_cell = re.compile(cell + rb"""([A-Za-z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
        self.error_cell = re.compile(tag + rb"""c\s[^>]*?\bt\s*=\s*["']e["'][^>]*>""")
        self.formula = re.compile(tag + rb"f[\s/>]")
        self.column = re.compile(tag + rb"col\s([^>]*)>")
        self.merge = re.compile(
            tag + rb"""mergeCell\s[^>]*?\bref\s*=\s*["']([A-Za-z]+)(\d+)(:[A-Za-z]+\d+)?["']"""
        )


_PLAIN = _Patterns(b"")
_WITH_PREFIX = _Patterns(rb"(?:[^\s<>/:]+:)?")


@dataclass(slots=True)
class SheetLook:
    """What one worksheet holds besides values. Addresses are like ``B7``; rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def look(name: str, part: str, data: bytes, limits: Limits) -> SheetLook:
    """Inspect a worksheet part; ``name`` is the sheet's name for messages.

    Raises ``UploadRefused``: encoding, dtd, odd_markup, damaged, too_many_rows, too_many_columns.
    """
    xml.check(part, data)
    if data.find(b"<!") >= 0 or data.find(b"<?", 5) >= 0:
        text = f"工作表“{name}”的内部写法不常见，无法安全读取。{DAMAGED}"
        raise UploadRefused("odd_markup", text, [part])
    patterns = _WITH_PREFIX if _PREFIXED.search(data) else _PLAIN
    start, found = patterns.sheet_data.search(data), SheetLook()
    if start is None:
        raise UploadRefused("damaged", DAMAGED, [name])
    end = start.end()
    for closing in patterns.sheet_data_end.finditer(data):
        end = max(end, closing.start())
    body = (start.start(), end)  # positions, not slices: the part may have a hundred megabytes
    _extent(name, data, body, patterns, found, limits)

    def cells(pattern: re.Pattern[bytes]) -> list[str]:
        matches = islice(pattern.finditer(data, *body), MAX_PLACES)
        return [_cell_before(data, match.end(), patterns) for match in matches]

    found.formulas = cells(patterns.formula)
    if any(data.find(mark, *body) >= 0 for mark in (b'"e"', b"'e'")):
        found.errors = cells(patterns.error_cell)
    for match in islice(patterns.merge.finditer(data, end), MAX_PLACES):
        if int(match[2]) <= found.rows and column_number(match[1]) <= found.columns:
            found.merged.append((match[1] + match[2] + (match[3] or b"")).decode())
    for match in patterns.column.finditer(data, 0, start.start()):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        if attributes.get(b"hidden") in _TRUE:
            first, last = int(attributes.get(b"min", b"0")), int(attributes.get(b"max", b"0"))
            found.hidden_columns.extend(range(first, min(last, found.columns) + 1))
    return found


def column_number(letters: bytes) -> int:
    """``A`` → 1, ``XFD`` → 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """1 → ``A``, 16384 → ``XFD``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _extent(
    name: str, data: bytes, body: tuple[int, int], patterns: _Patterns, found: SheetLook, limits: Limits
) -> None:
    """The filled rectangle and the hidden rows.

    Cells with a format but no content do not count: whole columns are coloured every day.
    """
    for start, end in _windows(data, *body):
        filled = patterns.filled_cell.findall(data, start, end)
        columns = {letters: column_number(letters) for letters in {letters for letters, _ in filled}}
        rows = {digits: int(digits) for digits in {digits for _, digits in filled}}
        found.columns = max(found.columns, *columns.values(), 0)
        found.rows = max(found.rows, *rows.values(), 0)
        if found.rows > limits.rows:
            far = [_address(name, c, r) for c, r in filled if rows[r] > limits.rows]
            raise UploadRefused(
                "too_many_rows",
                f"工作表“{name}”有内容的单元格到了第 {found.rows} 行（{far[0]}），最多 {limits.rows} 行；"
                "请删除表格下方多余的内容，或拆成几个文件。",
                far[:1],
            )
        if found.columns > limits.columns:
            far = [_address(name, c, r) for c, r in filled if columns[c] > limits.columns]
            raise UploadRefused(
                "too_many_columns",
                f"工作表“{name}”有内容的单元格到了 {column_letters(found.columns)} 列（{far[0]}），"
                f"最多 {limits.columns} 列；请删除表格右侧多余的内容。",
                far[:1],
            )
    for match in patterns.row.finditer(data, *body):
        if b"hidden" in match[1] or b'ht="0"' in match[1]:
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            hidden = attributes.get(b"hidden") in _TRUE or attributes.get(b"ht") == b"0"
            if hidden and attributes.get(b"r", b"").isdigit():
                found.hidden_rows.append(int(attributes[b"r"]))


def _windows(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces that begin and end between tags: millions of matches at once would fill the memory."""
    while start < end:
        stop = data.find(b"</", min(start + WINDOW, end), end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop


def check_area(names: list[str], area: int, limits: Limits) -> None:
    """The parser allocates whole rectangles, so all of them together are capped as well as their sides."""
    if area > limits.area:
        raise UploadRefused(
            "too_many_cells",
            f"工作簿的数据区过大（共 {area} 个单元格，最多 {limits.area} 个），请拆成几个文件后分别上传。",
            names,
        )


def _address(name: str, letters: bytes, digits: bytes) -> str:
    return f"{name}!{letters.decode()}{int(digits)}"


def _cell_before(data: bytes, position: int, patterns: _Patterns) -> str:
    """The address of the cell whose tag stands last before ``position``."""
    addresses = patterns.cell.findall(data, max(0, position - 40_000), position)
    return addresses[-1].decode() if addresses else "?"
