"""Job kinds of the tests, on a data folder per test."""

from pathlib import Path

import pytest

from governance.accounts.models import User
from governance.jobs.models import Job
from tests.governance.jobs import kinds
from tests.workers import process_of, status_of, wait_until


@pytest.fixture(autouse=True)
def jobs_setup(own_data_folder: Path) -> None:
    """The tests' kinds, a data folder per test, and a broker of files that no worker reads."""
    kinds.register_all()


@pytest.fixture
def worker_settings() -> str:
    """Workers know the tests' kinds too."""
    return "tests.governance.jobs.worker_settings"


@pytest.fixture
def clerk(db) -> User:
    return User.objects.create(username="clerk", display_name="张录入")


def pid_of(job: Job) -> int:
    """The process that runs a job now."""
    wait_until(lambda: status_of(job) == "running" and kinds.effects(job.pk), "the job to run")
    job.refresh_from_db()
    return process_of(job)
