"""Real workers on both brokers: killed, started again, and still every job ends once."""

import os
import signal
import time
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from governance.jobs import services
from governance.jobs.models import Job, PeriodRun
from tests.governance.jobs import kinds
from tests.governance.jobs.conftest import pid_of
from tests.workers import is_alive, status_of, use_broker, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


# A broker knows of no database: what is shown of both on SQLite is shown of the server's on PostgreSQL.
@pytest.fixture(params=[pytest.param("files", marks=pytest.mark.one_database), "redis"])
def broker_url(request, transactional_db) -> str:
    url = "filesystem://" if request.param == "files" else request.getfixturevalue("redis_url")
    use_broker(url)
    return url


# Starting workers takes its time: what does not depend on the broker is shown on one of them.
on_files = pytest.mark.parametrize("broker_url", ["files"], indirect=True)
on_redis = pytest.mark.parametrize("broker_url", ["redis"], indirect=True)


def ask(kind: str, key: str) -> Job:
    return services.enqueue(kind=kind, key=key, payload={"number": 1})


def is_done_once(job: Job) -> None:
    wait_until(lambda: status_of(job) in ("done", "failed"), f"job {job.pk} to end")
    assert job.status == "done", job.error
    assert PeriodRun.objects.filter(duty="effect", key=str(job.pk)).count() == 1


def test_worker_runs_jobs_and_survives_the_death_of_its_child(broker_url, start_worker):
    worker = start_worker(broker_url)
    quick = [ask("test-quick", f"quick {number}") for number in range(5)]
    wait_until(lambda: not Job.objects.unfinished().exists(), "five jobs")
    assert [kinds.effects(job.pk) for job in quick] == [["start"]] * 5

    for number in range(3):
        kinds.close_gate()
        job = ask("test-gated", f"gated {number}")
        killed = pid_of(job)
        assert killed != worker.process.pid
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda job=job: len(kinds.effects(job.pk)) == 2, "the second attempt")
        kinds.open_gate()
        is_done_once(job)
        assert job.attempts == 2
        assert job.result["pid"] != killed


@on_redis
def test_poison_job_does_not_stop_the_worker(broker_url, start_worker):
    start_worker(broker_url)
    poison = ask("test-killer", "poison")
    good = ask("test-quick", "good")
    wait_until(lambda: not Job.objects.unfinished().exists(), "both jobs to end")
    assert (status_of(poison), poison.attempts) == ("failed", 3)
    assert "执行中断 3 次" in poison.error
    assert status_of(good) == "done"


def test_whole_worker_killed_and_started_again(broker_url, start_worker):
    kinds.close_gate()
    worker = start_worker(broker_url)
    job = ask("test-gated", "gated")
    waiting = ask("test-quick", "waiting")
    child = pid_of(job)
    celery = worker.celery_pid()
    os.kill(worker.process.pid, signal.SIGKILL)
    os.kill(celery, signal.SIGKILL)
    worker.process.wait()
    wait_until(lambda: not is_alive(child), "the child to die with its parent")
    assert status_of(job) == "running"

    kinds.open_gate()
    start_worker(broker_url)
    is_done_once(job)
    wait_until(lambda: status_of(waiting) == "done", "the waiting job")
    assert kinds.effects(waiting.pk) == ["start"]


@on_files
@pytest.mark.one_database
def test_celery_that_dies_is_started_again(broker_url, start_worker):
    worker = start_worker(broker_url)
    first = ask("test-quick", "first")
    wait_until(lambda: status_of(first) == "done", "the first job")
    celery = worker.celery_pid()
    os.kill(celery, signal.SIGKILL)
    second = ask("test-quick", "second")
    wait_until(lambda: status_of(second) == "done", "the second job")
    assert worker.celery_pid() != celery


@on_files
@pytest.mark.one_database
def test_worker_that_takes_no_jobs_is_started_again(broker_url, start_worker):
    worker = start_worker(broker_url, "--deaf-seconds", "8", "--grace-seconds", "1")
    first = ask("test-quick", "first")
    wait_until(lambda: status_of(first) == "done", "the first job")
    deaf = worker.celery_pid()
    os.kill(deaf, signal.SIGSTOP)
    second = ask("test-quick", "second")
    # Nobody came for a while: the sweep rings again, and still nobody comes.
    Job.objects.filter(pk=second.pk).update(ring_at=timezone.now())
    wait_until(lambda: status_of(second) == "done", "the second job")
    assert worker.celery_pid() != deaf


@on_files
def test_end_of_the_worker_interrupts_a_long_job_and_leaves_no_process(broker_url, start_worker):
    kinds.close_gate()
    worker = start_worker(broker_url, "--grace-seconds", "0.5")
    job = ask("test-gated", "gated")
    processes = [pid_of(job), worker.celery_pid()]
    worker.stop()
    assert worker.process.returncode == 0
    assert not any(is_alive(pid) for pid in processes)
    kinds.open_gate()
    start_worker(broker_url)
    is_done_once(job)


@on_redis
@pytest.mark.one_database
def test_an_idle_worker_ends_soon_and_interrupts_nothing(broker_url, start_worker):
    worker = start_worker(broker_url, "--grace-seconds", "60")
    wait_until(lambda: "ready." in worker.text(), "Celery")
    celery, began = worker.celery_pid(), time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 20
    assert worker.process.returncode == 0 and not is_alive(celery)
    assert "interrupted" not in worker.text()


@on_files
def test_a_job_that_ends_in_time_is_waited_for(broker_url, start_worker):
    kinds.close_gate()
    worker = start_worker(broker_url, "--grace-seconds", "60")
    job = ask("test-gated", "gated")
    pid_of(job)
    worker.process.terminate()
    wait_until(lambda: "Warm shutdown" in worker.text(), "the end to begin")
    assert not worker.ended()
    kinds.open_gate()
    wait_until(worker.ended, "the worker to end")
    assert status_of(job) == "done" and job.attempts == 1
    assert "interrupted" not in worker.text()


def test_lost_messages_are_rung_again(broker_url, start_worker):
    jobs = [ask("test-quick", str(number)) for number in range(3)]
    if broker_url.startswith("redis"):
        redis.Redis.from_url(broker_url).flushall()
    else:
        for message in Path(settings.DATA_DIR, "broker", "messages").iterdir():
            message.unlink()
    start_worker(broker_url)
    wait_until(lambda: not Job.objects.unfinished().exists(), "the jobs")
    assert [kinds.effects(job.pk) for job in jobs] == [["start"]] * 3


def test_redis_frozen_and_flushed_under_a_worker(redis_server, start_worker):
    url, server = redis_server
    use_broker(url)
    start_worker(url)
    first = ask("test-quick", "first")
    wait_until(lambda: status_of(first) == "done", "the first job")
    os.kill(server.pid, signal.SIGSTOP)
    frozen = ask("test-quick", "frozen")
    os.kill(server.pid, signal.SIGCONT)
    wait_until(lambda: status_of(frozen) == "done", "the job asked for in silence")
    redis.Redis.from_url(url).flushall()
    after = ask("test-quick", "after")
    wait_until(lambda: status_of(after) == "done", "the job after the flush")


@on_files
def test_two_workers_share_the_work(broker_url, start_worker):
    for _ in range(2):
        start_worker(broker_url)
    jobs = [ask("test-quick", str(number)) for number in range(20)]
    wait_until(lambda: not Job.objects.unfinished().exists(), "twenty jobs")
    assert [kinds.effects(job.pk) for job in jobs] == [["start"]] * 20
