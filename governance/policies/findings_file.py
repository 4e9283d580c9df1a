"""问题清单 as an Excel file: one line a finding, with today's figures. No personal data stand in it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from governance.exchange.listfile import write_list
from governance.policies.follow_up import due_text, state_of
from governance.policies.models import Finding
from governance.policies.presentation import Result

COLUMNS: tuple[tuple[str, int], ...] = (
    ("街道（乡镇）", 16),
    ("社区（村）", 16),
    ("社区代码", 14),
    ("标准编号", 13),
    ("标准", 28),
    ("依据文件", 34),
    ("条款", 10),
    ("结果", 9),
    ("程度", 7),
    ("现状", 12),
    ("要求", 26),
    ("差距", 12),
    ("整改提示", 36),
    ("发现日期", 12),
    ("消除日期", 12),
    ("办理状态", 9),
    ("责任单位（人）", 24),
    ("整改期限", 12),
    ("剩余", 14),
)
"""Header and width in characters."""


def line_of(finding: Any, today: dt.date) -> list[Any]:
    """The cells of a finding that `explain_findings` has given its `result`."""
    result: Result | None = finding.result
    measure = finding.standard.measure
    local = result.trace.rule.local if result else None
    street = finding.division.parent
    return [
        street.name if street else "",
        finding.division.name,
        finding.division.code,
        measure.code,
        measure.title,
        local.paper if local else measure.document.title,
        local.clause if local else measure.clause.ref,
        finding.get_outcome_display(),
        finding.get_severity_display(),
        result.trace.value_text if result else "",
        (result.own_required or result.trace.required_text) if result else "",
        result.gap_text if result else "",
        result.trace.remedy if result else "",
        finding.opened_on,
        finding.resolved_on,
        state_of(finding, today)[0],
        finding.responsible_text,
        finding.due_on,
        due_text(finding, today),
    ]


def write_findings(findings: Iterable[Finding], *, notes: Sequence[str]) -> tuple[bytes, int]:
    """The file and how many findings stand in it; `notes` (scope, filters, who, when) come on a sheet of
    their own."""
    today = timezone.localdate()
    rows = (line_of(finding, today) for finding in findings)
    return write_list(rows, sheet_name="问题清单", columns=COLUMNS, title="问题清单", notes=notes)
