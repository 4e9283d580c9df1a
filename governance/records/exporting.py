"""Exactly the rows a list shows, as their sheet of the workbook: it can be edited and imported again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied

from governance.accounts import options
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.exchange.exporting import ExportRefused, Made, moment, watermark_of, who
from governance.exchange.sheets import Sheet
from governance.exchange.tokens import row_token
from governance.exchange.writer import write_workbook
from governance.records.tables import action_of

MOST_ROWS = 20_000
"""What a click may wait for; whole divisions are made in the background on the workbook's own page."""


def may_reveal(user: User, sheet: Sheet) -> bool:
    """Whether a user may take a sheet with full personal data at all."""
    scope = scope_of(user)
    rights = (Action.REVEAL, Action.EXPORT_PERSONS)
    return any(column.is_personal for column in sheet.columns.values()) and all(
        scope.may_anywhere(each) for each in rights
    )


def export_rows(
    *,
    user: User,
    sheet: Sheet,
    rows: Any,
    conditions: str = "",
    reveal: bool = False,
    reason: str = "",
) -> Made:
    """The workbook of filtered rows; personal data masked unless revealed; logged.

    `rows` is a queryset of the sheet's model; what lies outside the user's scope is left out here too.
    `conditions` says in Chinese what was filtered. Voided rows are left out: read back, they would be new
    ones. Raises `PermissionDenied` and `ExportRefused` (Chinese, with what to do).
    """
    reason = reason.strip()
    scope = scope_of(user)
    seen = scope.condition(action_of(sheet))
    if seen is None:
        raise PermissionDenied("您的角色只看人数，不能导出个人信息。")
    rows = rows.filter(seen)
    if reveal:
        rights = (Action.REVEAL, Action.EXPORT_PERSONS)
        if not all(scope.may_anywhere(each) for each in rights):
            raise PermissionDenied("您没有导出完整个人信息的权限。")
        if not reason:
            raise ExportRefused("导出完整个人信息必须填写理由。")
        allowed = [scope.condition(each) for each in rights]
        if rows.exclude(*allowed[:1]).exists() or rows.exclude(*allowed[1:]).exists():
            raise ExportRefused("这些记录中有您无权导出完整个人信息的社区，请按区划分别导出。")
    valid = rows.filter(voided_on=None)
    total, voided = valid.count(), 0 if sheet.is_per_community else rows.exclude(voided_on=None).count()
    if not total:
        what = "已作废的记录不能导出为工作簿（重新导入会变成新记录）。" if voided else "请放宽条件。"
        raise ExportRefused(f"没有可导出的记录。{what}")
    most = min(MOST_ROWS, options.value("export_max_rows"))
    if total > most:
        raise ExportRefused(
            f"共 {total:,} 行，超过按条件导出的上限 {most:,} 行。请选择街道后分别导出，或到“台账工作簿”下载。"
        )
    target = io.BytesIO()
    written = write_workbook(
        target,
        [(sheet.layout(), _lines(sheet, valid, user, reveal))],
        notes=_notes(user, sheet, conditions, voided, reveal),
        title=f"{sheet.name}（按条件导出）",
        watermark=watermark_of(user) if reveal else "",
    )
    content = target.getvalue()
    made = Made(content, hashlib.sha256(content).hexdigest(), sum(written.values()))
    record(
        EventKind.EXPORT,
        reason=reason,
        detail={
            "rows": made.rows,
            "sheets": {sheet.name: made.rows},
            "conditions": conditions[:300],
            "revealed": reveal,
            "sha256": made.sha256,
        },
    )
    return made


def _notes(user: User, sheet: Sheet, conditions: str, voided: int, reveal: bool) -> list[str]:
    persons = "含完整个人信息，请妥善保管、用后删除" if reveal else "个人信息已隐藏"
    scope = f"{sheet.name}，{conditions or '全部在册记录'}"
    notes = [f"范围：{scope}；导出人：{who(user)}；时间：{moment()}；{persons}。"]
    if voided:
        notes.append(f"另有已作废的记录 {voided:,} 条，未列入本文件。")
    return notes


def _lines(sheet: Sheet, rows: Any, user: User, reveal: bool) -> Iterator[list[Any]]:
    """Cells of all rows in path order; names in open columns only where the user may see persons."""
    scope = scope_of(user)
    persons = scope.paths(Action.VIEW_PERSONS) == scope.paths(Action.VIEW)
    columns = [(column, persons or not column.names_person) for column in sheet.columns.values()]
    related = ["division__parent", *([sheet.link.field] if sheet.link is not None else [])]
    # Deferred columns of the list (the boundary) belong into the file.
    plain = rows.defer(None).select_related(*related).order_by("path", "pk")
    for row in plain.iterator(chunk_size=2000):
        cells = [column.cell(row, reveal=reveal) if is_shown else None for column, is_shown in columns]
        yield [*cells, row_token(sheet.name, row.pk), str(row.version)]
