"""Verifying the chain of the audit log from a page: at once while it is short, else as a job."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require, scope_of
from governance.audit.models import Block, Event, EventKind
from governance.audit.sealing import Verification, verify
from governance.audit.services import record
from governance.jobs import registry
from governance.jobs.models import Job
from governance.jobs.registry import JobFailed, JobKind, ReportProgress
from governance.jobs.services import enqueue

KIND = "audit-verify"
AT_ONCE = 20_000
"""So many events are verified while the user waits (a second or two)."""


def is_short() -> bool:
    return Event.objects.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE


def verify_and_note(path: str = "") -> Verification:
    """Verify, and write the result into the log itself as an event about the newest block."""
    result = verify()
    newest = Block.objects.order_by("-last_event").first() or Block(first_event=0, last_event=0)
    record(
        EventKind.JOB,
        obj=newest,
        path=path,
        reason="校验审计日志",
        detail={
            "whole": result.ok,
            "blocks": result.blocks,
            "events": result.events,
            "unsealed": result.unsealed,
            "broken": result.broken[:20],
        },
    )
    return result


def ask_for_verification(*, by: User) -> Job:
    """A job that verifies; asked twice within a minute it is one job."""
    path = scope_of(by).paths(Action.READ_AUDIT)[0]
    key = f"{KIND}:{by.pk}:{timezone.now():%Y%m%d%H%M}"
    return enqueue(kind=KIND, key=key, path=path, user=by)


def _run(job: Job, report_progress: ReportProgress) -> dict[str, Any]:
    requester = User.objects.filter(pk=job.requester_id or 0, is_active=True).first()
    if requester is None:
        raise JobFailed("申请人的账号已停用，没有校验。")
    require(requester, Action.READ_AUDIT, job.path)
    report_progress(5, "正在逐块核对")
    result = verify_and_note(job.path)
    return {"blocks": result.blocks, "events": result.events, "ok": result.ok}


def _link(job: Job) -> tuple[str, str]:
    return ("查看校验结果", reverse("console:audit_verify"))


def register() -> None:
    registry.register(JobKind(KIND, "校验审计日志", _run, link=_link))
