"""`manage.py run_worker`: the Celery worker, kept alive, and the clock beside it.

The clock (a sweep every few seconds, a tick every hour) runs in this process and talks to the database
alone: it needs no broker and no schedule file, so a silent Redis cannot stop it and kill -9 leaves nothing
to repair. What was missed while nothing ran is made up at the next start.
"""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from governance.jobs import periodic, services
from governance.jobs.broker import QUEUE
from governance.jobs.hearing import Hearing, is_running_in

logger = logging.getLogger(__name__)

RESTART_PAUSE = 2.0
"""Seconds before a worker that died is started again."""
SWEEP_SECONDS = 10.0
GRACE_SECONDS = 10.0
IDLE_SECONDS = 0.5
"""A worker that is being stopped and has run no job for so long is ended; a job about to be claimed shows."""
STOP_LOOK_SECONDS = 0.1
DEAF_SECONDS = 60.0


def _die_with_parent() -> None:
    """In the child: get SIGTERM when the parent is killed, where the system offers that (Linux)."""
    pr_set_pdeathsig = 1
    try:
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    except (OSError, AttributeError):
        return


class Command(BaseCommand):
    help = "运行后台任务：启动 Celery 工作进程，定时巡检未完成的任务并办理到期事项。按 Ctrl-C 结束。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        for name, default, text in (
            ("--sweep-seconds", SWEEP_SECONDS, "巡检间隔秒数"),
            ("--grace-seconds", GRACE_SECONDS, "结束时等待正在执行的任务的秒数，其后中断，下次启动重新执行"),
            ("--deaf-seconds", DEAF_SECONDS, "工作进程空闲却不接任务超过这一秒数，即重新启动它"),
        ):
            parser.add_argument(name, type=float, default=default, help=f"{text}（默认 {default:g}）")
        parser.add_argument("--concurrency", type=int, default=1, help="同时执行的任务数（默认 1）")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.options = options
        self.worker = _start(options["concurrency"])
        try:
            self._keep()
        finally:
            _stop(self.worker, options["grace_seconds"])

    def _keep(self) -> None:
        next_sweep = 0.0
        hour = ""
        at_start = True
        hearing = Hearing(self.options["deaf_seconds"])
        while not self.stopping.is_set():
            if self.worker.poll() is not None:
                logger.error("The worker ended with %s; starting it again", self.worker.returncode)
                if self.stopping.wait(RESTART_PAUSE):
                    return
                self.worker = _start(self.options["concurrency"])
                at_start = True
                hearing.restarted()
            if at_start or time.monotonic() >= next_sweep:
                swept = _sweep(at_start=at_start)
                at_start = swept is None
                next_sweep = time.monotonic() + self.options["sweep_seconds"]
                if swept is not None and _is_deaf(hearing, swept, self.worker.pid):
                    logger.error("The worker takes no jobs; starting it again")
                    _stop(self.worker, self.options["grace_seconds"])
                    continue
            this_hour = timezone.now().strftime("%Y-%m-%dT%H")
            if this_hour != hour and _tick():
                hour = this_hour
            self.stopping.wait(min(1.0, self.options["sweep_seconds"]))


def _start(concurrency: int) -> subprocess.Popen:
    """Celery's own worker in its own process group; jobs run in its children, each killed with it."""
    line = [sys.executable, "-m", "celery", "-A", "governance", "worker"]
    line += ["--queues", QUEUE, "--pool", "prefork", "--concurrency", str(concurrency)]
    line += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    # Django's checks ran when this was deployed; a worker that died should be back soon.
    environment = os.environ | {"CELERY_SKIP_CHECKS": "1"}
    return subprocess.Popen(line, env=environment, start_new_session=True, preexec_fn=_die_with_parent)


def _stop(worker: subprocess.Popen, grace: float) -> None:
    """Let the running job end for a while, then end the whole group; the next start takes the job up.

    Celery needs many seconds to say goodbye although it is idle: with no job running it gets `IDLE_SECONDS`.
    """
    if worker.poll() is None:
        worker.terminate()
        began = time.monotonic()
        idle_since: float | None = None
        while worker.poll() is None:
            now = time.monotonic()
            if _is_busy(worker.pid):
                idle_since = None
                if now - began >= grace:
                    logger.warning("A job was interrupted; it will be run again at the next start")
                    break
            else:
                idle_since = now if idle_since is None else idle_since
                if now - idle_since >= IDLE_SECONDS or now - began >= grace:
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=STOP_LOOK_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _is_busy(group: int) -> bool:
    """Whether a job of this worker is running; True when nobody can say."""
    close_old_connections()
    try:
        return is_running_in(group)
    except DatabaseError:
        logger.exception("Could not see whether a job is running")
        return True
    finally:
        close_old_connections()


def _sweep(*, at_start: bool) -> services.Swept | None:
    """None when the sweep could not run; it is then tried again at once."""
    close_old_connections()
    try:
        swept = services.sweep(timezone.now(), at_start=at_start)
    except Exception:
        # The database may be restarting; the clock must outlive that.
        logger.exception("Sweep failed")
        return None
    finally:
        close_old_connections()
    if swept.recovered or swept.failed:
        logger.warning("Sweep: %s", swept)
    return swept


def _is_deaf(hearing: Hearing, swept: services.Swept, group: int) -> bool:
    try:
        return hearing.is_deaf(swept.rung, group)
    except DatabaseError:
        logger.exception("Could not see whether the worker takes jobs")
        return False
    finally:
        close_old_connections()


def _tick() -> bool:
    """False when the tick could not run at all; it is then tried again at once."""
    close_old_connections()
    try:
        ticked = periodic.tick(timezone.now())
    except Exception:
        logger.exception("Tick failed")
        return False
    finally:
        close_old_connections()
    if ticked.done or ticked.failed or ticked.refused:
        logger.info("Tick: %s", ticked)
    return True
