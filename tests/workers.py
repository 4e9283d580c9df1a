"""A Redis of the test's own, and real worker processes on the test's database (a pytest plugin)."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from governance.celery import app
from governance.jobs import bell
from governance.jobs.broker import broker_settings
from governance.jobs.models import Job

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0
"""Seconds until a test gives up waiting; generous, since the machine may be busy."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], what: str = "", pause: float = 0.05) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what or condition}"
        time.sleep(pause)


@contextmanager
def running_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    port = free_port()
    line = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    line += ["--save", "", "--appendonly", "no"]
    server = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    try:
        client = redis.Redis(port=port)

        def answers() -> bool:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                assert server.poll() is None, "redis-server ended"
                return False

        wait_until(answers, "redis-server")
        yield f"redis://127.0.0.1:{port}/0", server
    finally:
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """(URL, process) of a Redis that nobody else uses: it may be stopped, frozen and flushed."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path / "redis"
    folder.mkdir()
    with running_redis(folder) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: tuple[str, subprocess.Popen]) -> str:
    return redis_server[0]


def use_broker(url: str) -> None:
    """Let this process publish to a broker, without connections or grudges from before."""
    app.conf.update(broker_settings(url, settings.DATA_DIR))
    app._after_fork()
    bell.listen_again()


@pytest.fixture
def own_data_folder(tmp_path: Path, settings) -> Iterator[Path]:
    """A data folder of the test's own, with a broker of files in it that only the test's workers read."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    use_broker("filesystem://")
    yield settings.DATA_DIR
    use_broker("filesystem://")


def database_url() -> str:
    """The test database, as worker processes find it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    who = f"{values['USER']}:{values['PASSWORD']}@" if values["PASSWORD"] else f"{values['USER']}@"
    return f"postgres://{who}{values['HOST']}:{values['PORT']}/{values['NAME']}"


class Worker:
    """A `run_worker` process and what hangs on it."""

    def __init__(self, broker_url: str, *options: str, settings_module: str = "governance.settings") -> None:
        self.log = Path(settings.DATA_DIR) / f"worker-{time.monotonic_ns()}.log"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": broker_url,
            "DATA_DIR": str(settings.DATA_DIR),
            "FIELD_KEY_FILE": str(settings.FIELD_KEY_FILE),
            "FONT_DIR": str(settings.FONT_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
            "PYTHONUNBUFFERED": "1",
        }
        line = [sys.executable, "manage.py", "run_worker", "--sweep-seconds", "0.25", "--grace-seconds", "5"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*line, *options], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def celery_pid(self) -> int | None:
        """The Celery process below run_worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def end(self) -> None:
        """Leave nothing running, without the seconds that an idle Celery takes to say goodbye."""
        if not self.ended():
            celery = self.celery_pid()
            if celery is not None:
                with suppress(ProcessLookupError):
                    os.killpg(celery, signal.SIGKILL)  # its children are of its group
            self.process.kill()
            self.process.wait(timeout=30)

    def kill(self) -> None:
        """kill -9 of run_worker and of Celery below it."""
        celery = self.celery_pid()
        for pid in filter(None, (self.process.pid, celery)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if not self.ended():
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=30)

    def text(self) -> str:
        return self.log.read_text(errors="replace")


@pytest.fixture
def worker_settings() -> str:
    """Settings module of the workers."""
    return "governance.settings"


@pytest.fixture
def start_worker(transactional_db, worker_settings: str) -> Iterator[Callable[..., Worker]]:
    """`start_worker(broker_url, *options)`; whatever was started ends with the test."""
    started: list[Worker] = []

    def start(broker_url: str, *options: str) -> Worker:
        started.append(Worker(broker_url, *options, settings_module=worker_settings))
        return started[-1]

    yield start
    for worker in started:
        worker.end()
        print(worker.text())  # shown by pytest when the test fails


def status_of(job: Job) -> str:
    job.refresh_from_db()
    return job.status


def process_of(job: Job) -> int:
    """The process that a running job names as its owner."""
    return int(job.owner.split("/")[-2])


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
