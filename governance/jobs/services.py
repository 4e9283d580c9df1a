"""Asking for jobs, running them once, and picking up what crashes leave behind.

Safety rests on the row alone: a job is claimed under a lock, every later write names the attempt that makes
it, and the sweep gives away what its owner can no longer finish. The broker may lose or double any message.
"""

import errno
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import home_path, scope_of
from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.jobs import asking, bell, registry
from governance.jobs.models import Job, JobStatus
from governance.jobs.owner import identity, is_dead
from governance.jobs.registry import JobFailed, JobKind, LeaseLost

logger = logging.getLogger(__name__)

FIRST_RING_AGAIN = timedelta(seconds=30)
LAST_RING_AGAIN = timedelta(minutes=10)
SWEEP_LIMIT = 100

SYSTEM = "系统"

_DISK_FULL = "服务器磁盘空间不足，任务未完成，原有文件未受影响。请联系系统管理员。"
_ASK = "请稍后重试；仍不成功请告知系统管理员任务编号"

# Digits inside a longer word are no number of a person: a fingerprint in hex may well hold eleven of them.
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")


# --- asking -----------------------------------------------------------------------------------------------
@transaction.atomic
def enqueue(*, kind: str, key: str, payload: dict[str, Any] | None = None, path: str = "", user=None) -> Job:
    """Ask for a job in the caller's transaction; the worker is called when that commits.

    The same `key` gives the same job while it waits, runs or is done; a failed or canceled one is queued
    again for this user. `payload` holds ids and choices only, never personal data (ValueError). `path` is
    the division the job works on; `user` None means the system itself. KeyError for a kind that nobody
    registered.
    """
    spec = registry.get(kind)
    payload = payload or {}
    _refuse_personal_data(key, payload)
    fields = {
        "payload": payload,
        "path": path,
        "requested_by": user.get_username() if user else SYSTEM,
        "requester_id": user.pk if user else None,
        "max_attempts": spec.max_attempts,
        "ring_at": timezone.now() + FIRST_RING_AGAIN,
    }
    job, created = Job.objects.get_or_create(key=key, defaults={"kind": kind, **fields})
    if job.kind != kind:
        raise ValueError(f"Key {key!r} belongs to a job of kind {job.kind!r}")
    asking.note(job.pk)
    if not created and not _queue_again(job, **fields):
        return job
    record(EventKind.JOB, obj=job, path=path, detail={"kind": kind, "again": not created})
    _ring_on_commit(job)
    return job


@transaction.atomic
def retry(*, job: Job, user=None) -> Job:
    """Queue a failed or canceled job again with all its attempts, for `user` if given; or do nothing."""
    fields: dict[str, Any] = {"ring_at": timezone.now() + FIRST_RING_AGAIN}
    if user is not None:
        fields |= {"requested_by": user.get_username(), "requester_id": user.pk}
    if _queue_again(job, **fields):
        record(EventKind.JOB, obj=job, path=job.path, detail={"kind": job.kind, "again": True})
        asking.note(job.pk)
        _ring_on_commit(job)
    return job


@transaction.atomic
def cancel(*, job: Job) -> bool:
    """Take back a job that has not begun; False when it is running or over. It can be asked for again."""
    changed = Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(
        status=JobStatus.CANCELED, progress_text="", finished_at=timezone.now()
    )
    job.refresh_from_db()
    if changed:
        record(EventKind.JOB, obj=job, path=job.path, detail={"kind": job.kind, "canceled": True})
    return bool(changed)


def _queue_again(job: Job, **fields: Any) -> bool:
    """Failed or canceled → queued, once however many ask at the same time."""
    over = [JobStatus.FAILED, JobStatus.CANCELED]
    changed = Job.objects.filter(pk=job.pk, status__in=over).update(
        status=JobStatus.QUEUED,
        attempts=0,
        progress=0,
        progress_text="",
        error="",
        result=None,
        finished_at=None,
        **fields,
    )
    job.refresh_from_db()
    return bool(changed)


def _ring_on_commit(job: Job) -> None:
    transaction.on_commit(partial(_ring, job.pk, job.kind))


def _ring(job_id: int, kind: str) -> None:
    """Ring now; when nobody heard, let the next sweep ring. Nothing may fail behind a committed click."""
    if bell.ring(job_id, kind):
        return
    try:
        Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(ring_at=timezone.now())
    except DatabaseError:
        logger.exception("Could not note the failed ring for job %s", job_id)


def _refuse_personal_data(key: str, payload: dict[str, Any]) -> None:
    def check(value: Any) -> None:
        if isinstance(value, str):
            if len(value) > 200 or _PERSONAL.search(value):
                raise ValueError(
                    "A job's key and payload hold ids and choices, no texts and no personal data"
                )
        elif isinstance(value, (list, tuple)):
            for item in value:
                check(item)
        elif value is not None and not isinstance(value, (bool, int)):
            raise ValueError(f"A job's payload holds no {type(value).__name__}")

    check(key)
    for name, value in payload.items():
        check(name)
        check(value)


# --- running ----------------------------------------------------------------------------------------------
def claim(job_id: int) -> Job | None:
    """Take a job for this process: it waits, or its owner is dead or silent for longer than its lease.

    None when there is nothing to do: over, running elsewhere, being claimed by another, or missing. A job
    that has used up its attempts ends as failed here.
    """
    now = timezone.now()
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None or job.is_over or not (job.status == JobStatus.QUEUED or _is_lost(job, now)):
            return None
        if job.status == JobStatus.RUNNING and job.attempts >= job.max_attempts:
            _end(job, error=_interrupted(job))
            return None
        kind = registry.find(job.kind)
        job.status = JobStatus.RUNNING
        job.attempts += 1
        job.owner = identity()
        job.lease_until = now + timedelta(seconds=kind.lease_seconds if kind else 60)
        job.started_at = now
        job.progress = 0
        job.progress_text = ""
        job.save(
            update_fields=[
                "status", "attempts", "owner", "lease_until", "started_at", "progress", "progress_text"
            ]
        )  # fmt: skip
    return job


def run_job(job_id: int) -> Job | None:
    """Claim a job and run it in this process, to its end; None when it is not to be run (see `claim`).

    Never raises for a failing kind: the row says what happened. A failure that may pass is tried again.
    """
    job = claim(job_id)
    if job is None:
        return None
    requester = _requester(job)
    with acting(
        username=job.requested_by,
        user_id=job.requester_id,
        role=scope_of(requester).label[:120] if requester else "",
        path=home_path(requester) if requester else "",
        address="",
        request_id=f"job-{job.pk}",
    ):
        _run_claimed(job, requester)
    return job


def _run_claimed(job: Job, requester: User | None) -> None:
    kind = registry.find(job.kind)
    if kind is None:
        _write(partial(_end, job, error="系统中没有这一种任务，可能已停用。请联系系统管理员。"))
        return
    if job.requester_id is not None and (requester is None or not requester.is_active):
        reason = f"申请人 {job.requested_by} 的账号已停用，任务未执行。"
        _write(partial(_refuse, job, reason))
        return
    try:
        result = kind.run(job, _progress_of(job, kind))
        if job.status != JobStatus.DONE:
            _write(partial(finish, job, result=result))
    except LeaseLost:
        logger.warning("Job %s attempt %s was given to another run", job.pk, job.attempts)
    except JobFailed as problem:
        _write(partial(_end, job, error=str(problem)))
    except PermissionDenied as problem:
        reason = str(problem) or "申请人没有执行这项任务的权限，任务未执行。"
        _write(partial(_refuse, job, reason))
    except Exception as problem:
        logger.exception("Job %s (%s) attempt %s failed", job.pk, job.kind, job.attempts)
        if _is_disk_full(problem):
            _write(partial(_end, job, error=_DISK_FULL))
        else:
            _write(partial(_again_or_fail, job))


def _requester(job: Job) -> User | None:
    """Who asked for a job; None for the system, and for a user who is gone."""
    if job.requester_id is None:
        return None
    return User._base_manager.select_related("unit__division").filter(pk=job.requester_id).first()


def _progress_of(job: Job, kind: JobKind) -> registry.ReportProgress:
    last: tuple[int, str, float] = (-1, "", 0.0)

    def report(percent: int, text: str = "") -> None:
        nonlocal last
        percent = min(100, max(0, int(percent)))
        if (percent, text) == last[:2] and time.monotonic() - last[2] < 1:
            return
        _own(
            job,
            progress=percent,
            progress_text=text[:200],
            lease_until=timezone.now() + timedelta(seconds=kind.lease_seconds),
        )
        last = (percent, text, time.monotonic())

    return report


def finish(job: Job, *, result: dict[str, Any] | None = None) -> None:
    """Mark a running job as done; a kind calls it in its own last transaction to make both one.

    Raises LeaseLost when the job was given to another run: the transaction must not be committed.
    """
    _own(
        job,
        status=JobStatus.DONE,
        progress=100,
        progress_text="",
        result=result,
        error="",
        lease_until=None,
        owner="",
        finished_at=timezone.now(),
    )


def _own(job: Job, **fields: Any) -> None:
    """Write fields of a job that this attempt still owns, in the row and in `job`."""
    mine = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts, owner=job.owner)
    if not mine.update(**fields):
        raise LeaseLost(job.pk)
    for name, value in fields.items():
        setattr(job, name, value)


def _end(job: Job, *, error: str) -> None:
    _own(
        job,
        status=JobStatus.FAILED,
        error=error[:500],
        lease_until=None,
        owner="",
        finished_at=timezone.now(),
    )


@transaction.atomic
def _refuse(job: Job, reason: str) -> None:
    """The end of a job and its line in the log, together: who sees the one finds the other."""
    record(EventKind.REFUSAL, obj=job, path=job.path, reason=reason[:500])
    _end(job, error=reason)


def _again_or_fail(job: Job) -> None:
    if job.attempts >= job.max_attempts:
        _end(
            job,
            error=f"执行出错 {job.attempts} 次，已停止。{_ASK} {job.pk}。",
        )
        return
    _own(
        job,
        status=JobStatus.QUEUED,
        progress_text="执行出错，稍后自动再试。",
        owner="",
        lease_until=None,
        ring_at=timezone.now() + job.attempts * FIRST_RING_AGAIN,
    )


def _interrupted(job: Job) -> str:
    return f"执行中断 {job.attempts} 次，已停止。{_ASK} {job.pk}。"


def _is_lost(job: Job, now: datetime) -> bool:
    if job.status != JobStatus.RUNNING:
        return False
    return job.lease_until is None or job.lease_until <= now or is_dead(job.owner)


def _is_disk_full(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        if isinstance(problem, DatabaseError) and re.search(r"disk is full|No space left", str(problem)):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _write(outcome: Callable[[], None]) -> None:
    """Note an outcome even when the database is just being restarted; a lost lease needs no note."""
    for pause in (1, 2, 4, None):
        try:
            outcome()
            return
        except LeaseLost:
            logger.warning("An attempt ended whose job was given to another run")
            return
        except DatabaseError:
            if pause is None or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)


# --- sweeping ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Swept:
    """What a sweep did: ids of the jobs it rang for; numbers taken from dead owners and ended for good."""

    rung: tuple[int, ...] = ()
    recovered: int = 0
    failed: int = 0


def sweep(now: datetime, *, at_start: bool = False) -> Swept:
    """Queue what dead or silent owners left running, and ring for what nobody came for.

    `at_start`: ring for everything that waits, as a worker does when it comes up (its broker may be new).
    Any number of sweeps may run at the same time.
    """
    recovered = failed = 0
    running = Job.objects.filter(status=JobStatus.RUNNING).order_by("pk")
    for lost in [job.pk for job in running if _is_lost(job, now)]:
        with transaction.atomic():
            job = Job.objects.select_for_update(skip_locked=True).filter(pk=lost).first()
            if job is None or not _is_lost(job, now):
                continue
            if job.attempts >= job.max_attempts:
                _end(job, error=_interrupted(job))
                failed += 1
            else:
                _own(job, status=JobStatus.QUEUED, owner="", lease_until=None, ring_at=now)
                recovered += 1
            logger.warning("Job %s lost its process in attempt %s", job.pk, job.attempts)
    if at_start:
        bell.listen_again()
    waiting = Job.objects.filter(status=JobStatus.QUEUED)
    if not at_start:
        waiting = waiting.filter(ring_at__lte=now)
    rung: list[int] = []
    for job_id, kind, created_at in waiting.order_by("pk").values_list("pk", "kind", "created_at")[
        :SWEEP_LIMIT
    ]:
        if not bell.ring(job_id, kind):
            break
        # Wait longer each time: a job behind a long queue must not fill the broker with its bells.
        pause = min(max(now - created_at, FIRST_RING_AGAIN), LAST_RING_AGAIN)
        Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(ring_at=now + pause)
        rung.append(job_id)
    return Swept(rung=tuple(rung), recovered=recovered, failed=failed)
