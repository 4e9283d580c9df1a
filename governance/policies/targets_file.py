"""目标完成情况登记表 as an Excel file: one line a target. No personal data stand in it."""

from collections.abc import Sequence
from typing import Any

from governance.exchange.listfile import write_list
from governance.policies.target_register import TargetLine

COLUMNS: tuple[tuple[str, int], ...] = (
    ("编号", 13),
    ("目标", 26),
    ("依据文件", 34),
    ("条款", 10),
    ("完成期限", 24),
    ("状态", 16),
    ("结果", 9),
    ("现状", 14),
    ("要求", 22),
    ("进度", 36),
    ("说明", 40),
)
"""Header and width in characters."""


def line_of(line: TargetLine) -> list[Any]:
    measure = line.measure
    return [
        measure.code,
        measure.title,
        line.document.title,
        measure.clause.ref,
        line.due_text,
        line.state.label,
        line.outcome.label if line.outcome else "",
        line.value_text,
        line.required_text,
        line.pace_text,
        "；".join(each for each in (line.note, line.remedy) if each),
    ]


def write_targets(lines: Sequence[TargetLine], *, title: str, notes: Sequence[str]) -> bytes:
    """The file; `notes` (place, day, who) come on a sheet of their own."""
    rows = (line_of(line) for line in lines)
    return write_list(rows, sheet_name="目标台账", columns=COLUMNS, title=title, notes=notes)[0]
