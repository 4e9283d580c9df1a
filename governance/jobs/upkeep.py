"""Rows of jobs and of what the clock has done are deleted when nobody needs them any more."""

from datetime import datetime, timedelta

from django.db.models import Max

from governance.accounts import options
from governance.jobs.models import Job, JobStatus, PeriodRun
from governance.jobs.periodic import PeriodicDuty, daily_keys

PRUNE = "jobs-prune"
CHUNK = 1000
_BY_CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2})?$"
"""Keys of hourly and daily duties. Others (the freeze of a half-year) are kept for good: a deleted one would
be due again."""

KEEP_DAYS = options.Option(
    "job_keep_days",
    "后台任务",
    "任务记录保留",
    lambda: 90,
    help="已结束的后台任务和定期事项的记录保留多久，到期自动删除；审计日志不受影响。",
    unit="天",
    lowest=7,
    highest=3650,
)


def prune(now: datetime) -> tuple[int, int]:
    """Delete finished jobs and runs older than the setting; returns how many of each.

    The latest run of a duty stays whatever its age: the next one counts from it. A job that a kept run
    names stays too.
    """
    before = now - timedelta(days=options.value(KEEP_DAYS.key))
    latest = PeriodRun.objects.filter(key__regex=_BY_CLOCK, done_at__isnull=False).values("duty")
    newest = {row["duty"]: row["newest"] for row in latest.annotate(newest=Max("key")).order_by()}
    runs = 0
    for duty, key in newest.items():
        old = PeriodRun.objects.filter(duty=duty, key__regex=_BY_CLOCK, done_at__lt=before)
        runs += old.exclude(key=key).delete()[0]
    over = [JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELED]
    old_jobs = Job.objects.filter(status__in=over, finished_at__lt=before)
    old_jobs = old_jobs.exclude(pk__in=PeriodRun.objects.filter(job__isnull=False).values("job"))
    jobs = 0
    while ids := list(old_jobs.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        jobs += Job.objects.filter(pk__in=ids).delete()[0]
    return jobs, runs


def run(key: str, now: datetime) -> None:
    prune(now)


DUTY = PeriodicDuty(PRUNE, "清理后台任务记录", daily_keys(PRUNE, hour=4, most=1), run)
