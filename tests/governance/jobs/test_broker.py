"""Brokers: settings, the file broker's messages, and Redis that refuses, is silent or forgets."""

import json
import os
import signal
import socket
import stat
import threading
import time
from pathlib import Path

import pytest
import redis
from django.utils import timezone
from kombu import Connection

from governance.celery import app
from governance.jobs import bell, services
from governance.jobs.broker import LONGEST_JOB_SECONDS, broker_settings
from governance.jobs.models import Job
from governance.jobs.registry import JobKind
from tests.workers import free_port, use_broker

CLICK_SECONDS = 30
"""How long a click may take at the very worst on a busy machine; a hanging one would take for ever."""


def test_file_broker_keeps_its_folders_private(tmp_path: Path):
    options = broker_settings("filesystem://", tmp_path)["broker_transport_options"]
    assert options["polling_interval"] == 0.05
    for name in ("data_folder_in", "processed_folder"):
        folder = Path(options[name])
        assert folder.is_relative_to(tmp_path / "broker")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert options["data_folder_in"] != options["processed_folder"]


def test_redis_gives_a_message_out_again_only_after_the_longest_job(tmp_path: Path):
    options = broker_settings("redis://127.0.0.1/0", tmp_path)["broker_transport_options"]
    assert options["visibility_timeout"] > LONGEST_JOB_SECONDS
    assert options["unacked_restore_interval"] == options["unacked_restore_throttle"] == 1
    assert not (tmp_path / "broker").exists()


def test_no_kind_runs_longer_than_the_broker_waits():
    with pytest.raises(ValueError, match="time_limit"):
        JobKind("x", "x", lambda job, report: None, time_limit=LONGEST_JOB_SECONDS + 1)


@pytest.mark.parametrize(
    ("url", "module"),
    [("filesystem://", "folder"), ("redis://h/0", "redis_broker"), ("rediss://h/0", "redis_broker")],
)
def test_urls_lead_to_the_transports_of_the_project(url, module):
    assert Connection(url).get_transport_cls().__module__ == f"governance.jobs.{module}"


@pytest.mark.django_db(transaction=True)
def test_message_carries_the_id_and_nothing_else(settings):
    job = services.enqueue(kind="test-quick", key="k", payload={"number": 12345}, path="61")
    (message,) = Path(settings.DATA_DIR, "broker", "messages").glob("*.msg")
    text = message.read_text()
    assert "12345" not in text
    assert json.loads(text)["headers"]["argsrepr"] == f"[{job.pk}]"


def test_messages_of_many_writers_arrive_whole_and_in_order(settings):
    got: list[int] = []
    with app.connection() as connection:
        queue = connection.SimpleQueue("test-queue")

        def write(first: int) -> None:
            with app.connection() as own:
                sender = own.SimpleQueue("test-queue")
                for number in range(first, first + 50):
                    sender.put({"number": number, "filling": "x" * 5000})

        writers = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200, 300)]
        for writer in writers:
            writer.start()
        while len(got) < 200:
            message = queue.get(timeout=CLICK_SECONDS)
            got.append(message.payload["number"])
            message.ack()
        for writer in writers:
            writer.join()
    for first in (0, 100, 200, 300):
        assert [n for n in got if first <= n < first + 50] == list(range(first, first + 50))
    assert not list(Path(settings.DATA_DIR, "broker", "taken").iterdir())


def test_unreadable_message_is_dropped(settings):
    folder = Path(settings.DATA_DIR, "broker", "messages")
    (folder / "0_x.test-queue.msg").write_text("")
    with app.connection() as connection:
        queue = connection.SimpleQueue("test-queue")
        queue.put({"number": 1})
        assert queue.get(timeout=CLICK_SECONDS).payload == {"number": 1}


@pytest.fixture
def silent_url():
    """A server that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def click(key: str) -> tuple[Job, float]:
    began = time.monotonic()
    job = services.enqueue(kind="test-quick", key=key)
    return job, time.monotonic() - began


@pytest.mark.django_db(transaction=True)
def test_refused_redis_does_not_stop_a_click():
    use_broker(f"redis://127.0.0.1:{free_port()}/0")
    job, seconds = click("k")
    assert Job.objects.get().status == "queued"
    assert seconds < CLICK_SECONDS
    assert services.sweep(timezone.now()).rung == ()
    use_broker("filesystem://")
    assert services.sweep(timezone.now()).rung == (job.pk,)
    assert services.run_job(job.pk).status == "done"


@pytest.mark.django_db(transaction=True)
def test_silent_redis_does_not_hang_a_click(silent_url):
    use_broker(silent_url)
    seconds = sum(click(str(number))[1] for number in range(20))
    assert Job.objects.filter(status="queued").count() == 20
    assert seconds < CLICK_SECONDS
    use_broker("filesystem://")
    assert len(services.sweep(timezone.now()).rung) == 20


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_redis_that_falls_silent_behind_an_open_connection(redis_server):
    url, server = redis_server
    use_broker(url)
    click("before")
    os.kill(server.pid, signal.SIGSTOP)
    job, seconds = click("frozen")
    assert seconds < CLICK_SECONDS
    os.kill(server.pid, signal.SIGCONT)
    bell.listen_again()
    assert services.sweep(timezone.now()).rung == (job.pk,)
    job.refresh_from_db()
    assert job.ring_at > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_redis_that_was_restarted_is_rung_over_a_new_connection(redis_server, redis_url):
    use_broker(redis_url)
    click("before")
    client = redis.Redis.from_url(redis_url)
    client.client_kill_filter(skipme=True)
    client.flushall()
    click("after")
    assert client.llen("jobs") == 1
