"""Job kinds for the tests, registered in the test process and (by `kinds_app`) in its workers.

Every run leaves lines in DATA_DIR/effects/<job id>, since rows that a killed run wrote are rolled back.
"""

import os
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from governance.jobs import registry, services
from governance.jobs.models import Job, PeriodRun


def effects(job_id: int) -> list[str]:
    """What runs of a job have left, in order."""
    file = _folder() / str(job_id)
    return file.read_text().split() if file.exists() else []


def open_gate() -> None:
    (_folder() / "gate").touch()


def close_gate() -> None:
    (_folder() / "gate").unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "effects"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _leave(job: Job, word: str) -> None:
    with open(_folder() / str(job.pk), "a") as file:
        file.write(f"{word}\n")


def _quick(job: Job, report_progress: registry.ReportProgress) -> dict:
    _leave(job, "start")
    report_progress(50, "处理中")
    return {"number": job.payload.get("number")}


def _gated(job: Job, report_progress: registry.ReportProgress) -> dict:
    """Works until the gate is open, then makes its effect and "done" in one transaction."""
    _leave(job, "start")
    end = time.monotonic() + 60
    step = 0
    while not (_folder() / "gate").exists():
        step += 1
        report_progress(min(90, step), f"第 {step} 步")
        time.sleep(0.05)
        if time.monotonic() > end:
            raise registry.JobFailed("等待超时")
    with transaction.atomic():
        PeriodRun.objects.create(duty="effect", key=str(job.pk))
        services.finish(job, result={"pid": os.getpid()})
    return {}


def _killer(job: Job, report_progress: registry.ReportProgress) -> dict:
    """A poison job: every run kills its own process."""
    _leave(job, "start")
    os.kill(os.getpid(), 9)
    return {}


def register_all() -> None:
    for code, run in (("test-quick", _quick), ("test-gated", _gated), ("test-killer", _killer)):
        if registry.find(code) is None:
            registry.register(registry.JobKind(code, f"测试任务 {code}", run, lease_seconds=60))
