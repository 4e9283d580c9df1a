"""From an upload to saved rows: receive, check, decide, confirm, and delete the files after a week."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.paths import ancestor_paths, is_under
from governance.exchange import previews, storage
from governance.exchange.guard import UploadRefused
from governance.exchange.hooks import after_import, effects
from governance.exchange.importing.apply import MINE, THEIRS, ImportRefused, StalePlan, write
from governance.exchange.importing.lines import Plan
from governance.exchange.importing.prepare import prepare
from governance.exchange.memory import Recorder
from governance.exchange.models import BatchStatus, ImportBatch
from governance.jobs.models import Job
from governance.jobs.services import enqueue

CHECK_KIND, APPLY_KIND = "workbook-check", "workbook-import"
INLINE_BYTES = 200_000
"""Some 2,000 rows of 20 columns: larger files are checked and saved in the background."""

KEPT = timedelta(days=7)


DISK_FULL = "服务器磁盘空间不足，没有保存任何内容。请联系系统管理员处理后重试。"

Progress = Callable[[int, str], None]


@contextmanager
def telling_disk_full() -> Iterator[None]:
    """A full disk as an error that the page shows; for the request, since jobs tell it themselves."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ValidationError(DISK_FULL) from error
        raise


def is_large(size: int) -> bool:
    return size > getattr(settings, "IMPORT_INLINE_BYTES", INLINE_BYTES)


def receive(*, user: User, file_name: str, content: bytes) -> tuple[ImportBatch, Job | None]:
    """Take an upload: a small file is checked at once, a large one by the job that is returned.

    Raises `ValidationError` for a file that is not accepted as a whole, `PermissionDenied` without the right.
    """
    paths = scope_of(user).paths(Action.IMPORT)
    if not paths:
        raise PermissionDenied("您的角色没有导入的权限。")
    if len(content) > options.upload_max_bytes():
        most = options.upload_max_bytes() // (1024 * 1024)
        raise ValidationError(f"文件超过 {most} MB，请按街道分成几个文件。")
    batch = ImportBatch(
        user=user,
        path=paths[0],
        file_name=file_name[-200:],
        key=storage.new_key(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    if not is_large(len(content)):
        plan = _prepare(content, user)
        with telling_disk_full():
            storage.write(batch.key, storage.UPLOAD, content)
            _keep(batch, plan)
        batch.save()
        return batch, None
    with telling_disk_full():
        storage.write(batch.key, storage.UPLOAD, content)
    with transaction.atomic():
        batch.save()
        job = enqueue(
            kind=CHECK_KIND,
            key=f"{CHECK_KIND}:{batch.key}",
            payload={"batch": batch.pk},
            path=batch.path,
            user=user,
        )
    return batch, job


def _prepare(content: bytes, user: User, progress: Progress | None = None) -> Plan:
    try:
        return prepare(content, user, progress=progress)
    except UploadRefused as error:
        raise ValidationError(f"{error.message}{_places(error)}") from error


def _places(error: UploadRefused) -> str:
    return f"位置：{'、'.join(error.untold)}。" if error.untold else ""


def _keep(batch: ImportBatch, plan: Plan) -> None:
    """Store what a plan would do, for the page."""
    storage.write(batch.key, storage.PREVIEW, previews.document(plan))
    batch.status = BatchStatus.PREVIEWED
    batch.counts = previews.counts(plan)
    batch.path = _area(plan, batch)
    batch.fingerprint = plan.fingerprint
    batch.decisions = {}
    batch.message = ""


def _area(plan: Plan, batch: ImportBatch) -> str:
    """The smallest division of the uploader that holds all rows, by which others find the batch."""
    found = sorted({line.division.path for line in plan.lines if line.division is not None})
    if not found:
        return batch.path
    # Sorted, so that the first and the last one have in common what all have.
    area = [path for path in ancestor_paths(found[0]) if is_under(found[-1], path)][-1]
    return area if scope_of(batch.user).may(Action.IMPORT, area) else batch.path


def check(*, batch: ImportBatch, progress: Progress | None = None) -> ImportBatch:
    """Check the stored file of a waiting batch; a refused file ends it with the reason."""
    if batch.status != BatchStatus.WAITING:
        return batch
    try:
        _keep(batch, _prepare(storage.read(batch.key, storage.UPLOAD), batch.user, progress))
    except ValidationError as error:
        batch.status = BatchStatus.REFUSED
        batch.message = " ".join(error.messages)[:500]
    batch.save()
    return batch


class PreviewOutdated(Exception):
    """Others changed rows since the preview; a new one is stored, nothing else was saved."""


def confirm(*, batch: ImportBatch, user: User, on_conflict: str = "", job: Any = None) -> ImportBatch:
    """Save a previewed workbook exactly as it was shown; a second time changes nothing.

    `on_conflict` is theirs, mine or empty; what was decided one by one (`decide`) goes before it. Raises
    `PreviewOutdated` when the rows would now change otherwise than shown, `ValidationError` when errors or
    conflicts stand in the way.
    """
    if batch.status == BatchStatus.APPLIED:
        return batch
    if batch.status != BatchStatus.PREVIEWED or not batch.has_file:
        raise ValidationError("这次上传已不能导入，请重新上传文件。")
    if on_conflict not in ("", THEIRS, MINE):
        raise ValidationError("请选择冲突的处理方式。")
    try:
        content = storage.read(batch.key, storage.UPLOAD)
    except FileNotFoundError as error:
        raise ValidationError("文件已删除，请重新上传。") from error
    plan = prepare(content, user)
    if plan.fingerprint != batch.fingerprint:
        return _renew(batch, plan)
    try:
        paths = _save(batch, plan, user, on_conflict)
    except StalePlan:
        return _renew(batch, prepare(content, user))
    except ImportRefused as error:
        raise ValidationError(
            "工作簿还有错误，请改正后重新上传。" if plan.errors else "请先选择冲突的处理方式。"
        ) from error
    if paths:
        compare = effects.watch(paths)
        after_import.run(paths, plan.on)
        batch.effect = compare()
        ImportBatch.objects.filter(pk=batch.pk).update(effect=batch.effect)
    return batch


@transaction.atomic
def decide(*, batch: ImportBatch, choices: Mapping[str, str]) -> ImportBatch:
    """Note decisions on single conflicts (`conflict_key` → theirs, mine or empty to take one back).

    They hold until the preview is made anew. Raises `ValidationError` for what is no conflict of the batch.
    """
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    stored = stored_preview(locked) if locked.may_apply else None
    if stored is None:
        raise ValidationError("这次上传已不能导入，请重新上传文件。")
    known = previews.conflict_keys(stored)
    if not set(choices) <= known or not set(choices.values()) <= {THEIRS, MINE, ""}:
        raise ValidationError("冲突列表已有变化，请刷新页面后重新选择。")
    decided = {**locked.decisions, **choices}
    locked.decisions = {key: choice for key, choice in decided.items() if choice}
    locked.save(update_fields=["decisions"])
    return locked


def earlier(batch: ImportBatch) -> ImportBatch | None:
    """The last import of the very same file by the same user, if there was one."""
    same = ImportBatch.objects.filter(user=batch.user_id, sha256=batch.sha256, applied_at__isnull=False)
    return same.exclude(pk=batch.pk).first()


def _renew(batch: ImportBatch, plan: Plan) -> ImportBatch:
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.status == BatchStatus.APPLIED:  # the other click was quicker
            batch.refresh_from_db()
            return batch
        _keep(batch, plan)
        batch.save()
    raise PreviewOutdated("预览之后数据有变化，已重新检查，请再核对一次后确认。")


def _save(batch: ImportBatch, plan: Plan, user: User, on_conflict: str) -> set[str]:
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.status == BatchStatus.APPLIED:
            batch.refresh_from_db()
            return set()
        recorder = Recorder(batch.key)
        paths = write(
            plan,
            user,
            on_conflict or None,
            file_name=batch.file_name,
            decisions=locked.decisions,
            memory=recorder,
        )
        batch.status = BatchStatus.APPLIED
        batch.decisions = locked.decisions
        batch.on_conflict = on_conflict
        batch.counts["applied"] = recorder.record.counts()
        batch.applied_at = timezone.now()
        batch.save()
    return paths


def confirm_later(*, batch: ImportBatch, user: User, on_conflict: str = "") -> Job:
    """The same in the background; equal requests share one job."""
    return enqueue(
        kind=APPLY_KIND,
        key=f"{APPLY_KIND}:{batch.key}:{batch.fingerprint[:12]}:{on_conflict}",
        payload={"batch": batch.pk, "on_conflict": on_conflict},
        path=batch.path,
        user=user,
    )


def stored_preview(batch: ImportBatch) -> dict[str, Any] | None:
    """What the preview page shows; None when there is none (yet, or any more)."""
    try:
        return json.loads(storage.read(batch.key, storage.PREVIEW))
    except FileNotFoundError:
        return None


def purge(now: datetime) -> int:
    """Delete the files of batches older than a week; returns how many."""
    old = ImportBatch.objects.filter(created_at__lt=now - KEPT, purged_at=None)
    count = 0
    for batch in old.iterator():
        storage.remove(batch.key)
        count += 1
    old.update(purged_at=now)
    storage.remove_older((now - KEPT).timestamp())
    return count
