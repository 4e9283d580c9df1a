"""The prefilled workbook of a division: template and export are one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Choice:
    """What a download is to hold: the sheets by name (empty: all), and whether without rows."""

    sheets: tuple[str, ...] = ()
    is_template: bool = False

    def registered(self) -> list[Sheet]:
        if not self.sheets:
            return list(registry.registered())
        return [sheet for sheet in registry.known() if sheet.name in self.sheets]


@dataclass(frozen=True)
class Made:
    """A workbook that was made: its bytes, their SHA-256 and the number of data rows."""

    content: bytes
    sha256: str
    rows: int


def count_rows(division: Division, user: User, choice: Choice) -> int:
    """How many rows a download would have."""
    if choice.is_template:
        return 0
    return sum(_rows(sheet, division, user).count() for sheet in choice.registered())


def check_size(rows: int) -> None:
    """Raises `ExportRefused` above the cap of one download."""
    most = options.value("export_max_rows")
    if rows > most:
        raise ExportRefused(
            f"共 {rows:,} 行，超过一次导出的上限 {most:,} 行，请按下级行政区划或工作表分别导出。"
        )


def check_rights(division: Division, user: User, *, reveal: bool, reason: str) -> None:
    """Raises `UnknownCode`, `PermissionDenied` or `ExportRefused` (no reason given)."""
    scope = scope_of(user)
    if not scope.may(Action.VIEW, division.path):
        raise UnknownCode(f"没有找到代码为“{division.code}”的行政区划，请核对后重试。")
    if reveal:
        if not all(scope.may(each, division.path) for each in (Action.REVEAL, Action.EXPORT_PERSONS)):
            raise PermissionDenied("您没有导出完整个人信息的权限。")
        if not reason.strip():
            raise ExportRefused("导出完整个人信息必须填写理由。")


def export_workbook(division: Division, user: User, *, reveal: bool = False, reason: str = "") -> bytes:
    """The workbook of everything the user sees below a division, personal data masked; logged.

    `reveal` writes ID numbers, phones and birth dates in full; it needs the rights to reveal and to export
    persons, and a reason. Sheets of persons are left without rows where the user may not see persons.
    Raises `UnknownCode`, `PermissionDenied`, `ExportRefused`.
    """
    return make_workbook(division, user, Choice(), reveal=reveal, reason=reason).content


def make_workbook(
    division: Division, user: User, choice: Choice, *, reveal: bool = False, reason: str = ""
) -> Made:
    """The same for some sheets only, or without rows as a template to be filled."""
    reason = reason.strip()
    check_rights(division, user, reveal=reveal, reason=reason)
    check_size(count_rows(division, user, choice))
    target = io.BytesIO()
    written = write_workbook(
        target,
        [
            (sheet.layout(), () if choice.is_template else _lines(sheet, division, user, reveal))
            for sheet in choice.registered()
        ],
        notes=[_note(division, user, reveal=reveal, is_template=choice.is_template)],
        title=f"{division.name}社区台账工作簿",
        watermark=watermark_of(user) if reveal else "",
    )
    content = target.getvalue()
    made = Made(content, hashlib.sha256(content).hexdigest(), sum(written.values()))
    record(
        EventKind.EXPORT,
        obj=division,
        reason=reason,
        detail={
            "rows": made.rows,
            "sheets": {name: count for name, count in written.items() if count},
            "revealed": reveal,
            "sha256": made.sha256,
        },
    )
    return made


def who(user: User) -> str:
    return f"{user.display_name}（{user.username}）"


def moment() -> str:
    return f"{timezone.localtime():%Y-%m-%d %H:%M}"


def watermark_of(user: User) -> str:
    """On every printed page of a file with full personal data."""
    return f"含个人信息 · {who(user)} · {moment()}"


def _note(division: Division, user: User, *, reveal: bool, is_template: bool) -> str:
    """Who took what and when: the first line of the guide in the file."""
    persons = "含完整个人信息，请妥善保管、用后删除" if reveal else "个人信息已隐藏"
    if is_template:
        persons = "空白模板"
    return f"范围：{division.name}；导出人：{who(user)}；时间：{moment()}；{persons}。"


def _rows(sheet: Sheet, division: Division, user: User) -> Any:
    """Valid rows below the division that the user may see, in the order of the tree."""
    personal = sheet.link is not None or sheet.restricted
    action = Action.VIEW_PERSONS if personal else Action.VIEW
    queryset = sheet.model._default_manager.valid().filter(under(division.path))
    queryset = permitted(queryset, user, action).filter(division__closed_on=None)
    related = ["division"]
    if sheet.is_per_community:
        related.append("division__parent")
    if sheet.link is not None:
        related.append(sheet.link.field)
    return queryset.select_related(*related).order_by("path", "pk")


def _lines(sheet: Sheet, division: Division, user: User, reveal: bool) -> Iterator[list[Any]]:
    """Cells of all rows. Names in open columns are left out for who may not see persons."""
    persons = scope_of(user).may(Action.VIEW_PERSONS, division.path)
    columns = [(column, persons or not column.names_person) for column in sheet.columns.values()]
    for row in _rows(sheet, division, user).iterator(chunk_size=2000):
        cells = [column.cell(row, reveal=reveal) if is_shown else None for column, is_shown in columns]
        yield [*cells, row_token(sheet.name, row.pk), str(row.version)]
