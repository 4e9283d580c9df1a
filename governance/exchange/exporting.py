"""The prefilled workbook of a division: template and export are one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, UnknownCode
from governance.divisions.paths import under
from governance.exchange import sheets as registry
from governance.exchange.sheets import Sheet
from governance.exchange.tokens import row_token
from governance.exchange.writer import write_workbook


class ExportRefused(Exception):
    """The export is not made; the text (Chinese) says why and what to do."""


def find_division(user: User, code: str) -> Division:
    """The division of a code inside the user's scope; a foreign one is as unknown as a missing one."""
    return permitted(Division.objects.all(), user, Action.VIEW).by_code(code)  # type: ignore[attr-defined]


def export_workbook(division: Division, user: User, *, reveal: bool = False, reason: str = "") -> bytes:
    """The workbook of everything the user sees below a division, personal data masked; logged.

    `reveal` writes ID numbers, phones and birth dates in full; it needs the rights to reveal and to export
    persons, and a reason. Sheets of persons are left without rows where the user may not see persons.
    Raises `UnknownCode`, `PermissionDenied`, `ExportRefused`.
    """
    scope = scope_of(user)
    if not scope.may(Action.VIEW, division.path):
        raise UnknownCode(f"没有找到代码为“{division.code}”的行政区划，请核对后重试。")
    reason = reason.strip()
    if reveal:
        if not all(scope.may(each, division.path) for each in (Action.REVEAL, Action.EXPORT_PERSONS)):
            raise PermissionDenied("您没有导出完整个人信息的权限。")
        if not reason:
            raise ExportRefused("导出完整个人信息必须填写理由。")
    sheets = registry.registered()
    querysets = [_rows(sheet, division, user) for sheet in sheets]
    total = sum(queryset.count() for queryset in querysets)
    most = options.value("export_max_rows")
    if total > most:
        raise ExportRefused(f"共 {total:,} 行，超过一次导出的上限 {most:,} 行，请按下级行政区划分别导出。")
    target = io.BytesIO()
    notes = _notes(division, user, reveal)
    written = write_workbook(
        target,
        [
            (sheet.layout(), _lines(sheet, queryset, reveal))
            for sheet, queryset in zip(sheets, querysets, strict=True)
        ],
        notes=notes,
        title=f"{division.name}社区台账工作簿",
    )
    content = target.getvalue()
    record(
        EventKind.EXPORT,
        obj=division,
        reason=reason,
        detail={
            "rows": sum(written.values()),
            "sheets": {name: count for name, count in written.items() if count},
            "revealed": reveal,
            "sha256": hashlib.sha256(content).hexdigest(),
        },
    )
    return content


def _notes(division: Division, user: User, reveal: bool) -> list[str]:
    """Who exported what and when: the watermark of the file."""
    who = f"{user.display_name}（{user.username}）"
    moment = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    persons = "含完整个人信息，请妥善保管、用后删除" if reveal else "个人信息已隐藏"
    return [f"范围：{division.name}；导出人：{who}；时间：{moment}；{persons}。"]


def _rows(sheet: Sheet, division: Division, user: User) -> Any:
    """Valid rows below the division that the user may see, in the order of the tree."""
    action = Action.VIEW if sheet.link is None else Action.VIEW_PERSONS
    queryset = sheet.model._default_manager.valid().filter(under(division.path))
    queryset = permitted(queryset, user, action).filter(division__closed_on=None)
    related = ["division"]
    if sheet.is_per_community:
        related.append("division__parent")
    if sheet.link is not None:
        related.append(sheet.link.field)
    return queryset.select_related(*related).order_by("path", "pk")


def _lines(sheet: Sheet, queryset: Any, reveal: bool) -> Iterator[list[Any]]:
    columns = list(sheet.columns.values())
    for row in queryset.iterator(chunk_size=2000):
        cells = [column.cell(row, reveal=reveal) for column in columns]
        yield [*cells, row_token(sheet.name, row.pk), str(row.version)]
