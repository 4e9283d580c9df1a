"""Old rows of jobs and runs go; what is still asked for stays."""

import datetime as dt

import pytest
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.audit.services import record
from governance.jobs import registry, services, upkeep
from governance.jobs.models import Job, JobStatus, PeriodRun
from governance.jobs.periodic import daily_keys

pytestmark = pytest.mark.django_db


def job(number, status=JobStatus.DONE, days=100):
    at = timezone.now() - dt.timedelta(days=days)
    ended = at if status in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELED) else None
    return Job.objects.create(kind="k", key=f"k{number}", status=status, created_at=at, finished_at=ended)


def test_finished_jobs_older_than_the_setting_go():
    old = [job(n, status) for n, status in enumerate((JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELED))]
    kept = [job(10, days=80), job(11, JobStatus.QUEUED), job(12, JobStatus.RUNNING)]
    named = job(13)
    PeriodRun.objects.create(duty="freeze_period", key="2026H1", job=named, done_at=named.finished_at)
    assert upkeep.prune(timezone.now()) == (len(old), 0)
    assert set(Job.objects.all()) == {*kept, named}


def test_runs_of_the_clock_go_but_the_latest_and_those_of_periods():
    now = timezone.now()
    for days in (200, 150, 120):
        day = timezone.localdate(now - dt.timedelta(days=days))
        PeriodRun.objects.create(duty="daily", key=day.isoformat(), done_at=now - dt.timedelta(days=days))
    PeriodRun.objects.create(duty="hourly", key="2020-01-01T08", done_at=now - dt.timedelta(days=300))
    PeriodRun.objects.create(duty="hourly", key="2020-01-01T09", done_at=now - dt.timedelta(days=300))
    PeriodRun.objects.create(duty="freeze_period", key="2020H1", done_at=now - dt.timedelta(days=900))
    PeriodRun.objects.create(duty="broken", key="2020-01-01", done_at=None)
    due = daily_keys("daily")(now)
    assert upkeep.prune(now)[1] == 3
    assert daily_keys("daily")(now) == due
    left = set(PeriodRun.objects.exclude(duty="daily").values_list("duty", "key"))
    assert left == {("hourly", "2020-01-01T09"), ("freeze_period", "2020H1"), ("broken", "2020-01-01")}


def test_events_of_a_job_name_the_role_of_its_requester(user_of, monkeypatch):
    clerk = user_of(Role.STREET_CLERK)

    def run(job, report):
        record(EventKind.IMPORT)

    kind = registry.JobKind("role-test", "试", run)
    monkeypatch.setitem(registry._kinds, kind.code, kind)
    services.run_job(services.enqueue(kind=kind.code, key="role-test", user=clerk).pk)
    event = Event.objects.get(kind=EventKind.IMPORT)
    assert (event.role, event.username) == ("街道录入员", clerk.username) and event.path
