"""零报告: a street says that nothing of the kind happened in the span of a round, and takes it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.rounds.duties import DutyCell, cells_of_duties
from governance.rounds.filling import held, may_confirm
from governance.rounds.models import NilReport, RoundStreet
from governance.rounds.services import must_be_open

LOGGED = "零报告"


@transaction.atomic
def report_nil(*, user: User, row: RoundStreet, duty: str, divisions: Collection[int], on: date) -> int:
    """Keep it for some subjects of a ledger of events; returns how many had not said so already.

    Raises `PermissionDenied`, and `ValidationError` for a round that has ended, a street that has confirmed,
    subjects of elsewhere and those that have an entry.
    """
    row = _answering(user, row)
    if not divisions:
        raise ValidationError("请先勾选本期没有这类事项的社区（街道），再报零报告。")
    chosen = _cells(row, duty, divisions, on)
    entered = [cell.name for cell in chosen if cell.is_filled]
    if entered:
        raise ValidationError(f"{'、'.join(entered)}本期已有记录，不用报零报告。请刷新页面后重试。")
    new = [cell for cell in chosen if cell.nil is None]
    # bulk_create does not run save(), which would copy the path.
    NilReport.objects.bulk_create(
        NilReport(round=row.round, division_id=cell.division, path=cell.path, duty=duty, reported_by=user)
        for cell in new
    )
    if new:
        record(EventKind.CHANGE, obj=row, after={LOGGED: _text(new)})
    return len(new)


@transaction.atomic
def take_back_nil(*, user: User, row: RoundStreet, duty: str, division: int, on: date) -> bool:
    """The contrary, for one subject; False when there is none (any more).

    Raises what `report_nil` raises.
    """
    row = _answering(user, row)
    cells = _cells(row, duty, [division], on)
    deleted, _ = NilReport.objects.filter(round=row.round, duty=duty, division=division).delete()
    if deleted:
        record(EventKind.CHANGE, obj=row, before={LOGGED: _text(cells)})
    return bool(deleted)


def _answering(user: User, row: RoundStreet) -> RoundStreet:
    """The row, held, of a street that may still answer."""
    if not may_confirm(user, row):
        raise PermissionDenied("零报告由街道（乡镇）的录入员或负责人填报。")
    row = held(row)
    must_be_open(row.round)
    if row.is_done:
        raise ValidationError("已经提交填报完成，零报告不能再改；确需更改的，请下发单位先退回。")
    return row


def _cells(row: RoundStreet, duty: str, divisions: Collection[int], on: date) -> list[DutyCell]:
    """The subjects of a ledger of events at a street, by the ids of their divisions."""
    cells = cells_of_duties(row.round, row.path, on)
    wanted = set(divisions)
    found = [
        cell for cell in cells if cell.duty.key == duty and cell.duty.is_event and cell.division in wanted
    ]
    if len(found) != len(wanted):
        raise ValidationError("所选的不在这项任务里，请刷新页面后重试。")
    return found


def _text(cells: Iterable[DutyCell]) -> str:
    found = list(cells)
    return f"{found[0].duty.label}：{'、'.join(cell.name for cell in found)}"
