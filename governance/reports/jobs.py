"""The report as a background job, and the duty that freezes each period after its cut-off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.jobs.models import Job
from governance.jobs.periodic import PeriodicDuty
from governance.jobs.registry import JobFailed, JobKind, ReportProgress
from governance.reports.document.conformance import NotConformant
from governance.reports.document.render import RenderingFailed
from governance.reports.freeze import freeze
from governance.reports.models import Period
from governance.reports.periods import half_year_of
from governance.reports.services import NotBegun, keep_report, make_report, snapshot_for

KIND = "progress_report"


def run(job: Job, report_progress: ReportProgress) -> dict[str, Any] | None:
    """Make and keep one report; rights are asked again, because the job may have waited."""
    division = Division.objects.get(code=job.payload["division"])
    user = User.objects.filter(pk=job.requester_id).first() if job.requester_id else None
    if user is not None:
        require(user, Action.GENERATE_REPORT, division.path)
    period = Period.objects.get(code=job.payload["period"])
    day = today()
    report_progress(10, "正在汇总数据")
    try:
        snapshot = snapshot_for(period=period, today=day)
        report_progress(30, "正在排版")
        made = make_report(period=period, division=division, today=day, snapshot=snapshot)
    except (NotBegun, NotConformant, RenderingFailed) as error:
        raise JobFailed(str(error)) from error
    report_progress(90, "正在保存")
    keep_report(made=made, user=user, job=job)
    return job.result


def link(job: Job) -> tuple[str, str] | None:
    report = (job.result or {}).get("report")
    return ("查看报告", reverse("reports:detail", args=[report])) if report else None


PROGRESS_REPORT = JobKind(code=KIND, label="生成进展报告", run=run, link=link, lease_seconds=600)


def _due_periods(now: datetime) -> Iterable[str]:
    """The half-year whose cut-off day was the last to pass; one never opened needs no freeze."""
    half = half_year_of(timezone.localdate(now)).previous
    period = Period.objects.filter(code=half.code).first()
    if period is not None and period.is_cut_off(timezone.localdate(now)):
        yield period.code


def _freeze_period(code: str, now: datetime) -> None:
    freeze(period=Period.objects.get(code=code), today=timezone.localdate(now))


FREEZE = PeriodicDuty(code="freeze_period", label="截止日定稿", due_keys=_due_periods, run=_freeze_period)
