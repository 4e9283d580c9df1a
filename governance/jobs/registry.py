"""Kinds of jobs, filled by the apps in their `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from governance.jobs.broker import LONGEST_JOB_SECONDS
from governance.jobs.models import Job


class ReportProgress(Protocol):
    """Tell the waiting user how far the run is; also renews the lease. Raises `LeaseLost`."""

    def __call__(self, percent: int, text: str = "") -> None: ...


class JobFailed(Exception):
    """Raised by a run that cannot succeed by being tried again; its text (Chinese) is shown to the user."""


class LeaseLost(Exception):
    """This run was taken for dead and its job given to another: stop at once and write nothing more."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    `run(job, report_progress)` returns the result (a JSON object of ids and figures, or None). It may be
    called again after a crash, so its effect must be the same when it is done twice; to make effect and
    "done" one, call `services.finish(job, result=…)` inside the run's last transaction. It checks the
    requester's rights itself. `link(job)` gives label and address of what a finished job made.
    """

    code: str
    label: str
    run: Callable[[Job, ReportProgress], dict[str, Any] | None]
    max_attempts: int = 3
    lease_seconds: int = 300
    time_limit: int = 1800
    link: Callable[[Job], tuple[str, str] | None] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.time_limit <= LONGEST_JOB_SECONDS:
            raise ValueError(f"{self.code}: time_limit must be 1–{LONGEST_JOB_SECONDS} s")
        if self.max_attempts < 1 or self.lease_seconds < 1:
            raise ValueError(f"{self.code}: max_attempts and lease_seconds must be positive")


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> JobKind:
    """Make a kind known; a second one with the same code is a programming error."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"Job kind registered twice: {kind.code}")
    return kind


def find(code: str) -> JobKind | None:
    return _kinds.get(code)


def get(code: str) -> JobKind:
    """The kind of a code; KeyError when no app registered it."""
    return _kinds[code]


def kinds() -> tuple[JobKind, ...]:
    return tuple(_kinds.values())
