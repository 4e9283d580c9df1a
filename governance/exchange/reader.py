"""Uploaded workbooks as rows of typed cells. Whatever the file, this process only ever sees checked JSON."""

import contextlib
import datetime as dt
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from governance.exchange.guard import Kind, Limits, UploadRefused, sniff
from governance.exchange.guard.archive import DAMAGED
from governance.exchange.guard.sheet import column_letters

Cell = str | int | float | bool | dt.date | dt.datetime | None
Source = str | os.PathLike[str] | bytes | IO[bytes]

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).parent / "guard" / "child.py"
_TOO_LARGE = "文件内容过大或过于复杂，无法在限定的内存和时间内读取，请拆成几个文件后分别上传。"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that is no error. ``where`` is an address such as ``网格!7``."""

    code: str
    message: str
    where: str = ""


@dataclass(slots=True)
class RawSheet:
    """One worksheet as it stands in the file.

    ``header`` is the first row as text (``""`` where a column has neither header nor data); every row is
    ``(Excel's row number, cells)`` with as many cells as the header; empty rows are left out. A cell is text,
    int, float, bool, date, datetime or None (empty). What Excel stored as a number stays recognisable as one
    (an int when whole and below 2**53), and text never becomes a number here. A CSV file has the name ``""``.
    """

    name: str
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def address(self, row: int, column: int) -> str:
        """Address for messages; ``row`` is Excel's, ``column`` counts from 0."""
        place = f"{column_letters(column + 1)}{row}"
        return f"{self.name}!{place}" if self.name else place


@dataclass(slots=True)
class RawWorkbook:
    kind: Kind
    sheets: list[RawSheet]

    @property
    def notices(self) -> list[Notice]:
        return [notice for sheet in self.sheets for notice in sheet.notices]


def read_workbook(source: Source, limits: Limits | None = None) -> RawWorkbook:
    """Read an uploaded .xlsx or .csv (recognised by content) in a child process with limits.

    ``source`` is a path, the bytes or a binary file. Our own sheets (填写说明) and empty sheets are left out.
    Raises ``UploadRefused`` when the file as a whole is not accepted; everything about single values is left
    to the caller, so that all errors of the rows can be shown at once.
    """
    limits = limits or Limits()
    data = _bytes(source, limits)
    kind = sniff(data, limits)
    found: list[tuple[dict[str, Any], list[list[Cell]]]] = []
    try:
        for line in _lines(data, limits):
            if isinstance(line, list):
                found[-1][1].extend(line)
            else:
                found.append((line, []))
        sheets = [_shape(opening, rows) for opening, rows in found if rows]
    except (LookupError, TypeError, AttributeError) as error:  # the child broke its own protocol
        raise UploadRefused("damaged", DAMAGED) from error
    if not sheets:
        raise UploadRefused("no_data", "工作簿里没有可读取的数据，请使用从本系统下载的工作簿填写。")
    return RawWorkbook(kind=kind, sheets=sheets)


def _bytes(source: Source, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            return stream.read(limits.file_bytes + 1)
    return source.read(limits.file_bytes + 1)


def _lines(data: bytes, limits: Limits) -> Iterator[Any]:
    """Run the child and yield its lines up to its end mark; anything else is a refusal."""
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD), json.dumps(asdict(limits))]
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    # The child may write to this file only until it has limited itself: it tells why it did not start, never
    # what was in the upload.
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment
        )
        timer = threading.Timer(limits.seconds, child.kill)
        timer.start()
        try:
            yield from _converse(child, data, limits)
        except _NotStarted as silence:
            complaints.seek(0)
            reason = complaints.read(2000).decode(errors="replace")
            logger.error("The workbook reader did not start (exit %s): %s", silence, reason)
            text = "暂时无法读取文件，请稍后再试；仍不行请联系系统管理员。"
            raise UploadRefused("unavailable", text) from None
        finally:
            timer.cancel()
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            child.wait()


class _NotStarted(Exception):
    """The child ended by itself before it had read anything."""


def _converse(child: subprocess.Popen[bytes], data: bytes, limits: Limits) -> Iterator[Any]:
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(data)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it died while reading; its exit code tells why
    started, received = False, 0
    while line := child.stdout.readline(limits.output_bytes - received + 1):
        received += len(line)
        if received > limits.output_bytes:
            raise UploadRefused("too_large", _TOO_LARGE)
        try:
            message = json.loads(line, object_hook=_moment) if line != b"\n" else None
        except (ValueError, RecursionError) as error:
            raise UploadRefused("damaged", DAMAGED) from error
        if isinstance(message, dict):
            if message.get("end") is True:
                return
            if message.get("started") is True:
                started = True
                continue
            if "refused" in message:
                raise _refusal(message["refused"])
        if message is not None:
            yield message
    code = child.wait()
    if not started and code > 0:
        raise _NotStarted(code)
    if code in (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL):
        raise UploadRefused("damaged", DAMAGED)
    raise UploadRefused("too_large", _TOO_LARGE)  # killed by us or by its limits, or the parser gave up


def _refusal(answer: dict[str, Any]) -> UploadRefused:
    code = str(answer.get("code", "damaged"))
    if code == "memory":
        return UploadRefused("too_large", _TOO_LARGE)
    return UploadRefused(
        code, str(answer.get("message", DAMAGED)), [str(place) for place in answer.get("where", [])]
    )


def _moment(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if "d" in value:
            return dt.date.fromisoformat(value["d"])
        if "m" in value:
            return dt.datetime.fromisoformat(value["m"])
        if "x" in value:
            return value["x"]
    return value


def _shape(opening: dict[str, Any], rows: list[list[Cell]]) -> RawSheet:
    """Split off the header, bring all rows to its width, and name what is hidden."""
    sheet = RawSheet(name=str(opening["sheet"]))
    label = f"工作表“{sheet.name}”" if sheet.name else "文件"
    first = rows[0]
    if first[0] != 1:
        raise UploadRefused("no_header", f"{label}的第 1 行应当是列名，现在是空行。", [f"{sheet.name}!1"])
    width = max(_width(row) for row in rows)
    sheet.header = [_title(cell) for cell in _fit(first, width)]
    sheet.rows = [(int(row[0]), _fit(row, width)) for row in rows[1:]]  # type: ignore[arg-type]
    _check_header(sheet, label)
    data_rows = {number for number, _ in sheet.rows}
    hidden = sorted(data_rows.intersection(opening["hidden_rows"]))
    if hidden:
        text = f"{label}有 {len(hidden)} 个隐藏的数据行（第 {_spans(hidden)} 行），已一并读取。"
        sheet.notices.append(Notice("hidden_rows", text, f"{sheet.name}!{hidden[0]}"))
    titles = [
        sheet.header[column - 1]
        for column in opening["hidden_columns"]
        if column <= width and sheet.header[column - 1] and not sheet.header[column - 1].startswith("_")
    ]
    if titles:
        text = f"{label}有隐藏的列（{'、'.join(titles)}），已一并读取。"
        sheet.notices.append(Notice("hidden_columns", text, sheet.name))
    return sheet


def _width(row: list[Cell]) -> int:
    """Cells up to the last filled one (the row number in front is no cell)."""
    width = len(row) - 1
    while width and row[width] is None:
        width -= 1
    return width


def _fit(row: list[Cell], width: int) -> list[Cell]:
    cells = row[1 : width + 1]
    return cells if len(cells) == width else cells + [None] * (width - len(cells))


def _title(cell: Cell) -> str:
    """A column name without stray blanks and line breaks, and without a star somebody put in front."""
    return "" if cell is None else "".join(str(cell).split()).strip("*＊")


def _check_header(sheet: RawSheet, label: str) -> None:
    repeated = sorted({title for title in sheet.header if title and sheet.header.count(title) > 1})
    if repeated:
        where = [sheet.address(1, index) for index, title in enumerate(sheet.header) if title in repeated]
        raise UploadRefused(
            "repeated_column", f"{label}的列名重复：{'、'.join(repeated)}，请只保留一列。", where
        )
    for column, title in enumerate(sheet.header):
        if not title:
            for number, cells in sheet.rows:
                if cells[column] is not None:
                    place = sheet.address(number, column)
                    text = f"{label}的单元格 {place} 有内容，但这一列没有列名；请补上列名或清空。"
                    raise UploadRefused("no_header", text, [place])


def _spans(numbers: list[int], shown: int = 20) -> str:
    """``5、7–12`` from sorted numbers, cut after ``shown`` spans."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    text = "、".join(str(a) if a == b else f"{a}–{b}" for a, b in spans[:shown])
    return text if len(spans) <= shown else f"{text} 等"
