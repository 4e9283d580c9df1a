"""Asking, claiming, running, sweeping: in one process, without a worker."""

import errno
import os
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from governance.audit.models import Event, EventKind
from governance.jobs import bell, owner, registry, services
from governance.jobs.hearing import Hearing
from governance.jobs.models import Job, JobStatus
from tests.governance.jobs import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """Register a kind for one test: `kind(run, **options)`."""

    def make(run, **options) -> str:
        made = registry.JobKind("test-once", "一次性任务", run, **options)
        monkeypatch.setitem(registry._kinds, made.code, made)
        return made.code

    return make


@pytest.fixture
def rings(monkeypatch) -> list[int]:
    """Ids that were rung for; the bell works and nobody listens."""
    heard: list[int] = []
    monkeypatch.setattr(bell, "ring", lambda job_id, kind: heard.append(job_id) or True)
    return heard


def ask(key: str = "k", kind: str = "test-quick", **values) -> Job:
    return services.enqueue(kind=kind, key=key, **values)


def events() -> list[Event]:
    return list(Event.objects.filter(kind=EventKind.JOB))


def test_twenty_equal_calls_make_one_job_one_event_and_one_ring(
    clerk, rings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs = [ask(payload={"number": 7}, path="61", user=clerk) for _ in range(20)]
    assert {job.pk for job in jobs} == {Job.objects.get().pk}
    assert len(events()) == 1
    assert rings == [jobs[0].pk]
    assert (jobs[0].requested_by, jobs[0].requester_id, jobs[0].path) == ("clerk", clerk.pk, "61")


def test_same_key_gives_the_running_and_the_done_job():
    job = ask()
    services.claim(job.pk)
    assert ask().status == JobStatus.RUNNING
    Job.objects.filter(pk=job.pk).update(status=JobStatus.QUEUED)
    services.run_job(job.pk)
    again = ask()
    assert (again.pk, again.status, again.result) == (job.pk, JobStatus.DONE, {"number": None})
    assert len(events()) == 1


def test_same_key_for_another_kind_is_a_programming_error():
    ask()
    with pytest.raises(ValueError, match="belongs to"):
        ask(kind="test-gated")


def test_nothing_is_asked_for_when_the_transaction_rolls_back(rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert rings == []


@pytest.mark.parametrize(
    "payload",
    [{"id": "610104199003071234"}, {"phone": "13812345678"}, {"x": 1.5}, {"x": [{"a": 1}]}, {"x": "a" * 201}],
)
def test_payload_holds_no_personal_data(payload):
    with pytest.raises(ValueError):
        ask(payload=payload)


def test_fingerprint_with_eleven_digits_is_no_phone_number(clerk):
    assert ask(payload={"fingerprint": "c17050532116", "key": "36df98a13812345678e9f9e6"}).pk


def test_run_reports_progress_result_and_times(clerk):
    job = ask(payload={"number": 3}, user=clerk)
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.progress, job.result, job.attempts) == (JobStatus.DONE, 100, {"number": 3}, 1)
    assert job.created_at <= job.started_at <= job.finished_at
    assert job.lease_until is None
    assert job.owner == ""


def test_a_job_is_run_once_however_often_it_is_rung():
    job = ask()
    for _ in range(3):
        services.run_job(job.pk)
    assert kinds.effects(job.pk) == ["start"]
    assert services.run_job(job.pk + 1) is None


def test_events_of_a_run_name_the_requester(clerk, kind):
    from governance.audit.services import record

    code = kind(lambda job, report: record(EventKind.EXPORT) and None)
    job = ask(kind=code, user=clerk)
    services.run_job(job.pk)
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert (event.username, event.user_id, event.request_id) == ("clerk", clerk.pk, f"job-{job.pk}")


def test_inactive_requester_fails_the_job(clerk):
    job = ask(user=clerk)
    clerk.is_active = False
    clerk.save()
    services.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert job.error == "申请人 clerk 的账号已停用，任务未执行。"
    assert kinds.effects(job.pk) == []
    assert Event.objects.filter(kind=EventKind.REFUSAL).count() == 1


def test_withdrawn_right_fails_the_job_and_is_logged(clerk, kind):
    def run(job, report):
        raise PermissionDenied("您在该区划没有生成报告的权限。")

    job = ask(kind=kind(run), user=clerk)
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, "您在该区划没有生成报告的权限。")
    assert Event.objects.filter(kind=EventKind.REFUSAL, username="clerk").count() == 1


def test_job_failed_shows_its_reason_and_can_be_retried(
    clerk, kind, rings, django_capture_on_commit_callbacks
):
    outcomes = [registry.JobFailed("上半年尚未开始。"), None]

    def run(job, report):
        if outcome := outcomes.pop(0):
            raise outcome

    job = ask(kind=kind(run), user=clerk)
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error, job.attempts) == (JobStatus.FAILED, "上半年尚未开始。", 1)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            services.retry(job=job, user=clerk)
    assert (job.status, job.error, job.attempts) == (JobStatus.QUEUED, "", 0)
    assert rings == [job.pk]
    assert len(events()) == 2
    services.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    services.retry(job=job)
    assert job.status == JobStatus.DONE


def test_asking_again_for_a_failed_job_queues_it_for_the_new_user(clerk, kind):
    def run(job, report):
        raise registry.JobFailed("不行")

    code = kind(run)
    job = ask(kind=code)
    services.run_job(job.pk)
    again = ask(kind=code, payload={"number": 2}, user=clerk)
    assert (again.pk, again.status, again.requester_id) == (job.pk, JobStatus.QUEUED, clerk.pk)
    assert again.payload == {"number": 2}


def test_unexpected_error_is_tried_again_and_ends_as_failed(kind, rings):
    def run(job, report):
        raise RuntimeError("boom 610104199003071234")

    job = ask(kind=kind(run, max_attempts=2))
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert services.sweep(timezone.now()).rung == ()
    assert services.sweep(timezone.now() + timedelta(minutes=1)).rung == (job.pk,)
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.FAILED, 2)
    assert f"任务编号 {job.pk}" in job.error
    assert "boom" not in job.error


def test_full_disk_fails_at_once_with_its_reason(kind):
    def run(job, report):
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as problem:
            raise RuntimeError("could not write") from problem

    job = ask(kind=kind(run))
    services.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "磁盘空间不足" in job.error


def test_unknown_kind_fails(kind, monkeypatch):
    job = ask(kind=kind(lambda job, report: None))
    monkeypatch.delitem(registry._kinds, "test-once")
    services.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "没有这一种任务" in job.error


def test_progress_renews_the_lease():
    job = services.claim(ask(kind="test-gated").pk)
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    services._progress_of(job, registry.get("test-gated"))(42, "第 42 步")
    job.refresh_from_db()
    assert (job.progress, job.progress_text) == (42, "第 42 步")
    assert job.lease_until > timezone.now() + timedelta(seconds=30)


def test_a_run_that_lost_its_lease_is_stopped_and_writes_nothing(kind):
    second: list[Job] = []

    def run(job, report):
        if job.attempts == 1:
            # Nothing was heard for longer than the lease: another process takes the job and finishes it.
            services.sweep(timezone.now() + timedelta(hours=1))
            second.append(services.run_job(job.pk))
            with pytest.raises(registry.LeaseLost):
                report(50)
            with pytest.raises(registry.LeaseLost), transaction.atomic():
                services.finish(job, result={"by": "first"})
        return {"by": job.attempts}

    job = ask(kind=kind(run))
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.result) == (JobStatus.DONE, 2, {"by": 2})


def test_kind_may_finish_in_its_own_transaction(kind):
    def run(job, report):
        with transaction.atomic():
            services.finish(job, result={"mine": 1})

    job = ask(kind=kind(run))
    services.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result) == (JobStatus.DONE, {"mine": 1})


def test_claim_leaves_a_running_job_alone_until_its_lease_is_over():
    job = ask()
    assert services.claim(job.pk).attempts == 1
    assert services.claim(job.pk) is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.claim(job.pk).attempts == 2


def test_sweep_takes_a_job_from_a_dead_process_before_its_lease_is_over(rings):
    job = services.claim(ask().pk)
    boot, namespace, pid, started = job.owner.split("/")
    assert services.sweep(timezone.now()) == services.Swept()
    # The number now belongs to a later process.
    Job.objects.update(owner=f"{boot}/{namespace}/{pid}/{int(started) + 1}")
    assert services.sweep(timezone.now()) == services.Swept(rung=(job.pk,), recovered=1)
    assert rings == [job.pk]


def test_the_owner_of_another_machine_is_never_called_dead():
    assert not owner.is_dead(owner.identity())
    assert not owner.is_dead("other-boot/pid:[1]/1/1")
    assert not owner.is_dead("host/12")
    assert not owner.is_dead("")


def test_poison_job_ends_as_failed(rings):
    job = ask()
    for _ in range(3):
        assert services.claim(job.pk)
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        swept = services.sweep(timezone.now())
    assert swept.failed == 1
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "执行中断 3 次" in job.error
    assert services.claim(job.pk) is None


def test_claim_ends_a_poison_job_too():
    job = ask()
    for _ in range(3):
        assert services.claim(job.pk)
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.claim(job.pk) is None
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_sweep_rings_for_a_lost_bell_and_waits_longer_each_time(rings):
    job = ask()
    now = job.created_at
    assert services.sweep(now).rung == ()
    assert services.sweep(now + timedelta(seconds=31)).rung == (job.pk,)
    assert services.sweep(now + timedelta(seconds=50)).rung == ()
    assert services.sweep(now + timedelta(seconds=63)).rung == (job.pk,)
    assert services.sweep(now + timedelta(seconds=120)).rung == ()
    assert services.sweep(now + timedelta(seconds=121), at_start=True).rung == (job.pk,)


def test_failed_ring_is_swallowed_and_left_to_the_next_sweep(
    monkeypatch, rings, django_capture_on_commit_callbacks
):
    hear = bell.ring
    monkeypatch.setattr(bell, "ring", lambda job_id, kind: False)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
    assert services.sweep(timezone.now()).rung == ()
    monkeypatch.setattr(bell, "ring", hear)
    assert services.sweep(timezone.now()).rung == (job.pk,)
    assert rings == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_equal_calls_at_the_same_time_make_one_job():
    made: list[int] = []
    start = threading.Barrier(8)

    def call() -> None:
        try:
            start.wait()
            made.append(ask(payload={"number": 1}).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert set(made) == {Job.objects.get().pk}
    assert len(events()) == 1


@pytest.mark.django_db(transaction=True)
def test_claims_at_the_same_time_give_the_job_to_one():
    job = ask()
    won: list[Job | None] = []
    start = threading.Barrier(8)

    def call() -> None:
        try:
            start.wait()
            won.append(services.claim(job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 8
    assert len([each for each in won if each]) == 1


def test_worker_is_deaf_when_it_is_idle_and_does_not_come():
    seconds = [0.0]
    hearing = Hearing(10, clock=lambda: seconds[0])
    job = ask()
    assert not hearing.is_deaf((job.pk,), group=-1)
    seconds[0] = 9.0
    assert not hearing.is_deaf((), group=-1)
    seconds[0] = 10.0
    assert hearing.is_deaf((), group=-1)
    # The new worker gets twice the time, until a job was taken.
    hearing.restarted()
    assert not hearing.is_deaf((job.pk,), group=-1)
    seconds[0] = 29.0
    assert not hearing.is_deaf((), group=-1)
    services.run_job(job.pk)
    assert not hearing.is_deaf((), group=-1)
    assert hearing.patience == 10


def test_busy_worker_is_not_deaf():
    seconds = [0.0]
    hearing = Hearing(10, clock=lambda: seconds[0])
    services.claim(ask("busy").pk)
    waiting = ask("waiting")
    hearing.is_deaf((waiting.pk,), group=os.getpgid(0))
    seconds[0] = 11.0
    assert not hearing.is_deaf((), group=os.getpgid(0))
    hearing.is_deaf((waiting.pk,), group=-1)
    seconds[0] = 22.0
    assert hearing.is_deaf((), group=-1)
