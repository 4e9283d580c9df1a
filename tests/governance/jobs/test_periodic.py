"""The tick: once for each due thing, whatever the clock does."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from governance.audit.models import Event, EventKind
from governance.jobs import periodic, services
from governance.jobs.models import Clock, Job, PeriodRun
from governance.jobs.periodic import PeriodicDuty, tick

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
"""12:00 in Asia/Shanghai."""


@pytest.fixture
def duty(monkeypatch):
    """Register the only duty of a test: `duty(due_keys, run)`."""
    monkeypatch.setattr(periodic, "_duties", {})

    def make(due_keys, run, code: str = "test-duty") -> PeriodicDuty:
        return periodic.register(PeriodicDuty(code, "测试事项", due_keys, run))

    return make


def test_due_thing_is_done_once_by_any_number_of_ticks(duty):
    done = []
    duty(lambda now: ["2026H1"], lambda key, now: done.append(key))
    assert tick(NOON).done == ("test-duty 2026H1",)
    assert tick(NOON) == periodic.Ticked()
    assert tick(NOON + timedelta(hours=1)) == periodic.Ticked()
    assert done == ["2026H1"]
    assert PeriodRun.objects.get().done_at == NOON


def test_job_of_a_duty_is_queued_with_its_row(duty):
    duty(lambda now: ["a"], lambda key, now: services.enqueue(kind="test-quick", key=f"freeze:{key}"))
    tick(NOON)
    assert PeriodRun.objects.get().job == Job.objects.get()
    assert Job.objects.get().requested_by == "系统"


def test_failing_duty_is_rolled_back_noted_and_tried_again(duty):
    outcomes = [RuntimeError("no"), None]

    def run(key, now):
        services.enqueue(kind="test-quick", key=key)
        if outcome := outcomes.pop(0):
            raise outcome

    done = []
    duty(lambda now: ["a"], run, "first")
    duty(lambda now: ["b"], lambda key, now: done.append(key), "second")
    assert tick(NOON) == periodic.Ticked(done=("second b",), failed=("first a",))
    assert not Job.objects.exists()
    row = PeriodRun.objects.get(duty="first")
    assert (row.attempts, row.error, row.done_at) == (1, "RuntimeError: no", None)
    assert tick(NOON + timedelta(hours=1)).done == ("first a",)
    row.refresh_from_db()
    assert (row.attempts, row.error) == (2, "")
    assert done == ["b"]


def test_duty_that_cannot_say_what_is_due_does_not_stop_the_others(duty):
    def due(now):
        raise RuntimeError("no")

    duty(due, lambda key, now: None, "first")
    duty(lambda now: ["b"], lambda key, now: None, "second")
    assert tick(NOON) == periodic.Ticked(done=("second b",), failed=("first",))


def test_three_missed_days_are_made_up_in_order(duty):
    done = []
    duty(periodic.daily_keys("daily", hour=2), lambda key, now: done.append(key), "daily")
    tick(NOON)
    assert done == ["2026-06-15"]
    tick(NOON + timedelta(days=4))
    assert done == ["2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18", "2026-06-19"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), "2026-06-30"),
        (datetime(2026, 6, 30, 16, 0, 0, tzinfo=UTC), "2026-07-01"),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_days_begin_at_midnight_in_shanghai(duty, moment, day):
    duty(periodic.daily_keys("daily"), lambda key, now: None, "daily")
    assert tick(moment).done == (f"daily {day}",)


def test_clock_going_back_is_refused_and_reported_once(duty):
    done = []
    duty(lambda now: [now.isoformat()], lambda key, now: done.append(now))
    tick(NOON)
    for minutes in (60, 61):
        assert tick(NOON - timedelta(minutes=minutes)).refused
    assert done == [NOON]
    assert Event.objects.filter(kind=EventKind.REFUSAL, username="系统时钟").count() == 1
    assert not tick(NOON + timedelta(seconds=1)).refused
    assert tick(NOON - timedelta(days=1)).refused
    assert Event.objects.filter(kind=EventKind.REFUSAL).count() == 2


def test_small_differences_between_hosts_are_accepted(duty):
    duty(lambda now: [], lambda key, now: None)
    tick(NOON)
    assert not tick(NOON - timedelta(minutes=4)).refused
    assert Clock.objects.get().seen_at == NOON


def test_operator_accepts_a_clock_that_was_set_back(duty):
    duty(lambda now: ["a"], lambda key, now: None)
    tick(datetime(2100, 1, 1, tzinfo=UTC))
    PeriodRun.objects.all().delete()
    with pytest.raises(CommandError, match="时钟倒退"):
        call_command("tick")
    with pytest.raises(CommandError, match="--reason"):
        call_command("tick", "--accept-clock")
    call_command("tick", "--accept-clock", "--reason", "服务器时间曾误设为 2100 年")
    assert PeriodRun.objects.get().done_at is not None
    assert Event.objects.filter(kind=EventKind.SETTINGS).count() == 1


@pytest.mark.django_db(transaction=True)
def test_ticks_at_the_same_time_do_a_thing_once(duty):
    done: list[str] = []
    outcomes: list[periodic.Ticked] = []
    duty(lambda now: ["a", "b"], lambda key, now: done.append(key))
    start = threading.Barrier(4)

    def call() -> None:
        try:
            start.wait()
            outcomes.append(tick(NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert sorted(done) == ["a", "b"]
    assert PeriodRun.objects.filter(done_at__isnull=False).count() == 2
