"""The lists of 政策落实 as Excel files: 责任矩阵, 超期清单 and 逐项措施. No personal data stand in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from governance.exchange.listfile import write_list
from governance.implementation.catalogue import NOBODY, Line, state_tag
from governance.implementation.matrix import Cell, MatrixRow
from governance.policies.outcomes import Outcome


@dataclass(frozen=True)
class ListKind:
    """One list: its columns (header, width in characters) and how a line is written."""

    name: str
    columns: tuple[tuple[str, int], ...]
    line: Callable[[Any], list[Any]]

    def write(self, lines: Sequence[Any], *, title: str, notes: Sequence[str]) -> bytes:
        """The file; `notes` (place, day, who) come on a sheet of their own."""
        rows = map(self.line, lines)
        return write_list(rows, sheet_name=self.name, columns=self.columns, title=title, notes=notes)[0]


def _units(line: Line) -> str:
    return "、".join(unit.name for unit in line.units) or NOBODY


def _progress(line: Line) -> str:
    return state_tag(line.progress)[0]


def _overdue(line: Line) -> list[Any]:
    measure = line.measure
    return [
        measure.code,
        measure.title,
        measure.document.title,
        measure.clause.ref,
        line.due_text,
        "；".join(line.late_reasons),
        _units(line),
        _progress(line),
    ]


def _measure(line: Line) -> list[Any]:
    measure = line.measure
    outcome = Outcome(line.outcome).label if line.outcome else ""
    return [
        measure.code,
        measure.title,
        measure.clause.ref,
        measure.text,
        line.state.label,
        "；".join(f"{each.label} {each.value}".strip() for each in line.figures),
        outcome if line.binds or not outcome else f"{outcome}（参考）",
        line.due_text,
        "；".join(line.late_reasons),
        _units(line),
        _progress(line),
    ]


def _cells(cells: Sequence[Cell]) -> str:
    return "；".join(f"{unit}（{tag[0]}）" for unit, tag in cells)


def _task(row: MatrixRow) -> list[Any]:
    return [
        row.number,
        row.title,
        "、".join(line.measure.code for line in row.lines),
        _cells(row.lead),
        _cells(row.cooperating),
        _cells(row.responsible),
        "；".join(row.late),
    ]


_WHAT = (("编号", 13), ("措施", 26))

OVERDUE = ListKind(
    "超期清单",
    (
        *_WHAT,
        ("依据文件", 34),
        ("条款", 10),
        ("期限", 24),
        ("超期事项", 50),
        ("责任单位", 30),
        ("进展", 20),
    ),
    _overdue,
)
MEASURES = ListKind(
    "逐项措施",
    (
        *_WHAT,
        ("条款", 10),
        ("要求", 44),
        ("平台支撑", 10),
        ("现状", 44),
        ("结果", 10),
        ("期限", 24),
        ("超期事项", 40),
        ("责任单位", 30),
        ("进展", 20),
    ),
    _measure,
)
MATRIX = ListKind(
    "责任矩阵",
    (
        ("序号", 7),
        ("任务", 36),
        ("措施", 28),
        ("牵头单位", 34),
        ("配合单位", 40),
        ("责任单位", 40),
        ("超期", 40),
    ),
    _task,
)
