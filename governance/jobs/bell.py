"""The doorbell: tells a worker that a job waits. It may fail; the sweep rings again."""

import logging
import time

from governance.jobs import registry

logger = logging.getLogger(__name__)

QUIET_SECONDS = 10.0
"""After a failed ring this process does not try again so soon: a request that asks for many jobs would
otherwise wait for a silent broker once for each."""

_quiet_until = 0.0


def ring(job_id: int, kind: str) -> bool:
    """Publish a job's id, giving up within some 2 s; returns whether the broker took it. Never raises."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    from governance.jobs.tasks import run

    known = registry.find(kind)
    try:
        run.apply_async(args=[job_id], time_limit=known.time_limit if known else None)
    except Exception as problem:
        # Whatever the broker does, the job is safe in its row and the click must go on.
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("Could not ring for job %s: %s: %s", job_id, type(problem).__name__, problem)
        return False
    return True


def listen_again() -> None:
    """Forget the last failure (a worker that starts wants to try at once)."""
    global _quiet_until
    _quiet_until = 0.0
