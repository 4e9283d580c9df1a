"""合规对照单 of a community as an Excel file: a line a standard. No personal data stand in it."""

from collections.abc import Sequence
from typing import Any

from governance.exchange.listfile import write_list
from governance.policies.presentation import Result

COLUMNS: tuple[tuple[str, int], ...] = (
    ("编号", 13),
    ("标准", 26),
    ("依据文件", 34),
    ("条款", 10),
    ("约束力", 9),
    ("要求", 30),
    ("现状", 14),
    ("结果", 9),
    ("差距", 12),
    ("整改提示", 40),
    ("依据数据", 40),
)
"""Header and width in characters."""


def line_of(result: Result) -> list[Any]:
    trace = result.trace
    outcome = trace.outcome.label if trace.outcome else ""
    return [
        trace.code,
        trace.title,
        trace.source_title,
        trace.clause,
        trace.binding.label,
        result.own_required or trace.required_text,
        trace.value_text,
        outcome if trace.binds else f"{outcome}（参考）",
        result.gap_text,
        trace.remedy,
        "；".join(f"{item.label} {item.text}" for item in trace.inputs),
    ]


def write_checkup(results: Sequence[Result], *, title: str, notes: Sequence[str]) -> bytes:
    """The file; `notes` (place, day, who) come on a sheet of their own."""
    rows = (line_of(result) for result in results)
    return write_list(rows, sheet_name="合规对照单", columns=COLUMNS, title=title, notes=notes)[0]
