"""Files of a record: taken, given out and voided. Each verb checks, writes and logs."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.crypto.files import open_sealed, store_sealed
from governance.exchange.sheets import Sheet
from governance.records.file_types import FileRefused, FileType, file_type
from governance.records.models import Attachment
from governance.records.services import clean_reason
from governance.records.tables import action_of

MOST_FILES = 50
"""Valid files of one record."""

_MOST_NAME = 120


def path_of(key: str) -> Path:
    """Where a file lies sealed: DATA_DIR/attachments, 256 folders."""
    return Path(settings.DATA_DIR) / "attachments" / key[:2] / key


def clean_name(name: str, found: FileType) -> str:
    """The name without folders and control characters, with the ending of what the file really is."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    base = "".join(char for char in base if unicodedata.category(char)[0] != "C").strip(" .")
    stem, dot, suffix = base.rpartition(".")
    if not dot or f".{suffix.lower()}" not in found.suffixes:
        stem, suffix = base or "附件", found.suffixes[0].removeprefix(".")
    return f"{stem[:_MOST_NAME]}.{suffix.lower()}"


def attach(*, user: User, sheet: Sheet, row: Any, name: str, content: bytes) -> Attachment:
    """Take a file; the same file again gives the one that is there.

    Raises `ValidationError` (field `file`) and `PermissionDenied`.
    """
    require(user, Action.CHANGE, row.path)
    if row.voided_on is not None:
        raise ValidationError({"file": "这条记录已作废，请先恢复再上传附件。"})
    return take(user=user, row=row, name=name, content=content)


def take(*, user: User, row: Any, name: str, content: bytes) -> Attachment:
    """Keep a file of a row with a division; whether `user` may is asked by the service that calls it.

    The same file again gives the one that is there. Raises `ValidationError` (field `file`).
    """
    try:
        found = file_type(content)
    except FileRefused as error:
        raise ValidationError({"file": str(error)}) from error
    digest = hashlib.sha256(content).hexdigest()
    valid = Attachment.objects.valid().of(row)  # type: ignore[attr-defined]
    if (same := valid.filter(sha256=digest).first()) is not None:
        return same
    if valid.count() >= MOST_FILES:
        raise ValidationError({"file": f"一条记录最多 {MOST_FILES} 个附件，请先作废不需要的。"})
    key = secrets.token_hex(16)
    store_sealed(path_of(key), content)
    try:
        with transaction.atomic():
            file = Attachment.objects.create(
                division=row.division,
                object_type=row._meta.label_lower,
                object_id=row.pk,
                name=clean_name(name, found),
                key=key,
                sha256=digest,
                size=len(content),
                content_type=found.content_type,
                uploaded_by=user,
            )
            detail = {"origin": "form", "sha256": digest, "size": len(content), "record": str(row)}
            record(EventKind.CREATE, obj=file, after={"file": file.name}, detail=detail)
    except IntegrityError:
        # An equal request was faster; what it stored is the file.
        path_of(key).unlink(missing_ok=True)
        same = valid.filter(sha256=digest).first()
        if same is None:
            raise
        return same
    except BaseException:
        path_of(key).unlink(missing_ok=True)
        raise
    return file


def read(*, user: User, sheet: Sheet, file: Attachment) -> bytes:
    """The file, and an event that it was given out. Raises `PermissionDenied` and `FileNotFoundError`."""
    require(user, action_of(sheet), file.path)
    return give_out(file)


def give_out(file: Attachment) -> bytes:
    """The file, and an event that it was given out; whoever calls it has asked whether it may be."""
    content = open_sealed(path_of(file.key).read_bytes())
    detail = {"file": file.name, "sha256": file.sha256, "rows": 1}
    record(EventKind.EXPORT, obj=file, detail=detail)
    return content


@transaction.atomic
def void(*, user: User, file: Attachment, reason: str) -> Attachment:
    """Void a file: it is shown no more, and stays sealed on disk. Asked twice it is voided once.

    Raises `ValidationError` (field `reason`) and `PermissionDenied`.
    """
    require(user, Action.CHANGE, file.path)
    reason = clean_reason(reason)
    file = Attachment.objects.select_for_update().get(pk=file.pk)
    if file.voided_on is not None:
        return file
    file.voided_on, file.void_reason = timezone.localdate(), reason
    file.save(update_fields=["voided_on", "void_reason"])
    record(
        EventKind.VOID,
        obj=file,
        before={"file": file.name},
        after={"file": ""},
        reason=reason,
        detail={"origin": "form"},
    )
    return file
