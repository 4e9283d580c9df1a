"""Downloads: small ones are the answer to the click, large ones are made by a job and kept for a week."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.exchange import sheets as registry
from governance.exchange import storage
from governance.exchange.exporting import (
    Choice,
    ExportRefused,
    Made,
    check_rights,
    check_size,
    count_rows,
    find_division,
    make_workbook,
)
from governance.exchange.models import ExportFile
from governance.jobs.models import Job
from governance.jobs.services import enqueue

EXPORT_KIND = "workbook-export"
INLINE_ROWS = 20_000
"""Some seconds of writing; more is done in the background."""

KEPT = timedelta(days=7)
_SAME_CLICK = timedelta(minutes=10)


def file_name(division: Division, choice: Choice) -> str:
    """What the file is called on the user's disk; never personal data."""
    what = choice.sheets[0] if len(choice.sheets) == 1 else "台账工作簿"
    return f"{division.name}{what}{'（空白模板）' if choice.is_template else ''}.xlsx"


def download(
    *, division: Division, user: User, choice: Choice, reveal: bool = False, reason: str = ""
) -> Made | Job:
    """The workbook, or the job that makes it when it is large.

    The same large download asked for again while it is being made is one job. Raises like `make_workbook`.
    """
    rows = count_rows(division, user, choice)
    if rows <= getattr(settings, "EXPORT_INLINE_ROWS", INLINE_ROWS):
        return make_workbook(division, user, choice, reveal=reveal, reason=reason)
    check_rights(division, user, reveal=reveal, reason=reason)
    check_size(rows)
    with transaction.atomic():
        values = {
            "user": user,
            "path": division.path,
            "code": division.code,
            "file_name": file_name(division, choice),
            "sheets": list(choice.sheets),
            "is_revealed": reveal,
            "reason": reason.strip(),
        }
        waiting = ExportFile.objects.filter(
            **values, made_at=None, created_at__gt=timezone.now() - _SAME_CLICK
        )
        # The user's row is the lock: two clicks at the same time wait for each other.
        User.objects.select_for_update().filter(pk=user.pk).first()
        file = waiting.first() or ExportFile.objects.create(**values, rows=rows, key=storage.new_key())
        return enqueue(
            kind=EXPORT_KIND,
            key=f"{EXPORT_KIND}:{file.key}",
            payload={"export": file.pk},
            path=division.path,
            user=user,
        )


def make(*, file: ExportFile) -> ExportFile:
    """Make the workbook of a request with the rights its user has now; done twice it is made once."""
    if file.made_at is not None:
        return file
    division = find_division(file.user, file.code)
    choice = Choice(tuple(file.sheets))
    made = make_workbook(division, file.user, choice, reveal=file.is_revealed, reason=file.reason)
    storage.write(file.key, storage.EXPORT, made.content)
    file.rows, file.sha256, file.size = made.rows, made.sha256, len(made.content)
    file.made_at = timezone.now()
    file.save()
    return file


def take(*, file: ExportFile, user: User) -> bytes:
    """The bytes of a file that is ready; logged each time. Rights withdrawn since count.

    Raises `FileNotFoundError` when it is gone, `PermissionDenied`.
    """
    division = find_division(user, file.code)
    try:
        check_rights(division, user, reveal=file.is_revealed, reason=file.reason or "-")
    except ExportRefused as error:  # pragma: no cover - a revealed file has its reason
        raise PermissionDenied(str(error)) from error
    if any(sheet.link is not None and sheet.name in file.sheets for sheet in registry.registered()):
        require(user, Action.VIEW_PERSONS, division.path)
    content = storage.read(file.key, storage.EXPORT)
    record(
        EventKind.EXPORT,
        obj=file,
        path=file.path,
        reason=file.reason,
        detail={"rows": file.rows, "revealed": file.is_revealed, "sha256": file.sha256, "taken": True},
    )
    return content


def recent(user: User, most: int = 10) -> list[ExportFile]:
    """The user's background downloads of the last week, newest first."""
    since = timezone.now() - KEPT
    return list(ExportFile.objects.filter(user=user, created_at__gte=since)[:most])


def purge(now: datetime) -> int:
    """Delete files older than a week; returns how many."""
    old = ExportFile.objects.filter(created_at__lt=now - KEPT, purged_at=None)
    count = 0
    for file in old.iterator():
        storage.remove(file.key)
        count += 1
    old.update(purged_at=now)
    return count
