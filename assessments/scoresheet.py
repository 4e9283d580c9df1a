"""打分表: the scores of a scheme as an Excel file, downloaded prefilled and uploaded again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assessments.formulas import WHOLE
from assessments.models import Criterion, Scheme
from assessments.results import Line
from assessments.scoring import NOTHING, Change, Given
from governance.exchange.cells import CodeWidget, CountWidget, QuantityWidget, TextWidget
from governance.exchange.guard.sheet import column_letters
from governance.exchange.reader import Cell, RawSheet, read_workbook
from governance.exchange.writer import Column, Layout, write_workbook
from governance.web.formats import hundredths

SHEET, CODE, NAME = "考核得分", "社区代码", "社区名称"
SCORE = QuantityWidget(2, "分", maximum=WHOLE)
REPLIES = CountWidget("份", minimum=1, maximum=10_000_000)
WIDGETS = (SCORE, REPLIES)
"""How the two parts of a `Given` are read, from a cell or from a field of the page."""
_CODE = CodeWidget([12])


def replies_of(criterion: Criterion) -> str:
    """The header beside a criterion that residents answer."""
    return f"{criterion.name}有效评价数"


def _headers(criteria: Sequence[Criterion]) -> dict[str, tuple[Criterion, int]]:
    """Header → (criterion, which of a `Given` it is)."""
    found: dict[str, tuple[Criterion, int]] = {}
    for criterion in criteria:
        found[criterion.name] = (criterion, 0)
        if criterion.asks_replies:
            found[replies_of(criterion)] = (criterion, 1)
    return found


def given_of(line: Line, criterion: Criterion) -> Given:
    score = line.scores.get(criterion.pk)
    return (score.value_c, score.replies) if score else NOTHING


def write_scores(scheme: Scheme, lines: Sequence[Line], *, notes: Sequence[str]) -> bytes:
    """The file, with what was scored so far; communities that are not assessed are left out."""
    criteria = list(scheme.criteria.all())
    columns = [
        Column(CODE, _CODE, "请勿改动", required=True, key=True),
        Column(NAME, TextWidget(80), "只供核对，不导入"),
    ]
    for criterion in criteria:
        weight = f"权重 {hundredths(criterion.weight_c)}%，满分 100 分，最多两位小数。{criterion.basis}"
        columns.append(Column(criterion.name, SCORE, weight))
        if criterion.asks_replies:
            columns.append(Column(replies_of(criterion), REPLIES, "收回的有效评价份数，没有统计的留空"))
    rows = [
        [line.assessment.division.code, line.assessment.division.name, *_cells(line, criteria)]
        for line in lines
        if line.assessment.is_counted
    ]
    made = io.BytesIO()
    layout = Layout(SHEET, tuple(columns), "每行一个社区")
    write_workbook(made, [(layout, rows)], notes=notes, title=f"{scheme.title}打分表")
    return made.getvalue()


def _cells(line: Line, criteria: Sequence[Criterion]) -> list[object]:
    cells: list[object] = []
    for criterion in criteria:
        value, replies = given_of(line, criterion)
        cells.append(SCORE.render(value))
        if criterion.asks_replies:
            cells.append(REPLIES.render(replies))
    return cells


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell, and what to do; an empty `where` is about the whole file."""

    where: str
    column: str
    message: str


@dataclass
class ReadSheet:
    """What an upload would change, or all that is wrong with it."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_scores(content: bytes, lines: Sequence[Line]) -> ReadSheet:
    """The scores of an uploaded file against those of `lines`, where the user may write.

    Raises `UploadRefused` when the file as a whole is not accepted.
    """
    found = ReadSheet()
    sheets = read_workbook(content).sheets
    sheet = next((each for each in sheets if each.name == SHEET), None)
    if sheet is None and len(sheets) == 1 and not sheets[0].name:
        sheet = sheets[0]  # a CSV file has no names
    if sheet is None:
        found.faults.append(Fault("", "", f"没有找到工作表“{SHEET}”，请用从这里下载的打分表填写。"))
        return found
    criteria = lines[0].criteria if lines else ()
    headers = _headers(criteria)
    unknown = [title for title in sheet.header if title and title not in (CODE, NAME, *headers)]
    for title in unknown:
        text = f"没有名为“{title}”的指标，请对照方案改正列名或删去这一列。"
        found.faults.append(Fault(_place(sheet, 1, title), title, text))
    if CODE not in sheet.header:
        found.faults.append(Fault("", CODE, f"缺少“{CODE}”列，请用从这里下载的打分表填写。"))
    if not found.faults:
        _read_rows(sheet, lines, headers, found)
    return found


def _read_rows(
    sheet: RawSheet,
    lines: Sequence[Line],
    headers: Mapping[str, tuple[Criterion, int]],
    found: ReadSheet,
) -> None:
    known = {line.assessment.division.code: line for line in lines}
    seen: dict[str, int] = {}
    for number, cells in sheet.rows:
        row = dict(zip(sheet.header, cells, strict=True))
        try:
            code = _CODE.clean(row[CODE])
        except ValueError as error:
            found.faults.append(Fault(_place(sheet, number, CODE), CODE, str(error)))
            continue
        line = known.get(code)
        if line is None or not line.assessment.is_counted:
            text = f"“{code}”不是本方案参评的社区，请核对。" if code else "请填写社区代码。"
            found.faults.append(Fault(_place(sheet, number, CODE), CODE, text))
        elif code in seen:
            text = f"与第 {seen[code]} 行是同一个社区，请只保留一行。"
            found.faults.append(Fault(_place(sheet, number, CODE), CODE, text))
        else:
            seen[code] = number
            _read_row(sheet, number, row, line, headers, found)


def _read_row(
    sheet: RawSheet,
    number: int,
    row: Mapping[str, Cell],
    line: Line,
    headers: Mapping[str, tuple[Criterion, int]],
    found: ReadSheet,
) -> None:
    new: dict[int, list[int | None]] = {}
    for title, (criterion, part) in headers.items():
        if title not in row:
            continue
        given = new.setdefault(criterion.pk, list(given_of(line, criterion)))
        try:
            given[part] = WIDGETS[part].clean(row[title])
        except ValueError as error:
            found.faults.append(Fault(_place(sheet, number, title), title, str(error)))
    for criterion in line.criteria:
        if criterion.pk in new:
            value, replies = new[criterion.pk]
            base = given_of(line, criterion)
            if (value, replies) != base:
                found.changes.append(Change(line.assessment.pk, criterion.pk, base, (value, replies)))


def _place(sheet: RawSheet, row: int, title: str) -> str:
    place = f"{column_letters(sheet.header.index(title) + 1)}{row}"
    return f"{sheet.name}!{place}" if sheet.name else place
