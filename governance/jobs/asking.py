"""Which jobs a request asks for, so that its user can be told when they are over."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked: ContextVar[list[int] | None] = ContextVar("asked_jobs", default=None)


@contextmanager
def collected() -> Iterator[list[int]]:
    """A block whose jobs are gathered in the list; outside of one nobody listens."""
    ids: list[int] = []
    token = _asked.set(ids)
    try:
        yield ids
    finally:
        _asked.reset(token)


def note(job_id: int) -> None:
    """A job was asked for, or followed as the same one that somebody asked for before."""
    ids = _asked.get()
    if ids is not None and job_id not in ids:
        ids.append(job_id)
