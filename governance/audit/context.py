"""Who is acting: set once by the middleware, a command or a job, read by every event."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

OPERATOR = "命令行"


@dataclass(frozen=True)
class Acting:
    """The actor of the running request, command or job; empty fields mean "not known".

    `path`: home division of the actor, where events without an object of their own belong.
    """

    username: str = OPERATOR
    user_id: int | None = None
    role: str = ""
    address: str = ""
    request_id: str = ""
    path: str = ""


_NOBODY = Acting()
_current: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def current() -> Acting:
    return _current.get()


@contextmanager
def acting(**changes: Any) -> Iterator[Acting]:
    """Run a block as somebody: `with acting(username=…, user_id=…, request_id=…)`."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
