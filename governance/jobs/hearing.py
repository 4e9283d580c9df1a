"""Does the worker still hear the bell? Brokers have more ways to lose a listener than can be listed, and a
worker that runs nothing and takes nothing is cured by starting it again."""

import time
from collections.abc import Callable

from governance.jobs.models import Job, JobStatus
from governance.jobs.owner import is_in_group


def is_running_in(group: int) -> bool:
    """Whether a process of the group runs a job."""
    owners = Job.objects.filter(status=JobStatus.RUNNING).values_list("owner", flat=True)
    return any(is_in_group(owner, group) for owner in owners)


class Hearing:
    """Watches the worker of one process group through the rows of the jobs that were rung for."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.first_patience = patience
        self.patience = patience
        self._unheard: dict[int, float] = {}

    def restarted(self) -> None:
        """The worker is a new one; it has everything to hear yet."""
        self._unheard.clear()

    def is_deaf(self, rung: tuple[int, ...], group: int) -> bool:
        """Whether the worker is idle and has not come for a job rung `patience` seconds ago.

        `rung`: ids just rung for; `group`: the worker's process group. Each True doubles the patience until
        a job is taken again, so that a machine on which a worker needs long to start gets there.
        """
        now = self.clock()
        waiting = Job.objects.filter(pk__in=self._unheard, status=JobStatus.QUEUED)
        unheard = set(waiting.values_list("pk", flat=True))
        if len(unheard) < len(self._unheard):
            self.patience = self.first_patience
        self._unheard = {job_id: since for job_id, since in self._unheard.items() if job_id in unheard}
        for job_id in rung:
            self._unheard.setdefault(job_id, now)
        if not self._unheard or now - min(self._unheard.values()) < self.patience:
            return False
        if is_running_in(group):
            # It is busy: what waits has to wait until that is over, and counts from its next bell.
            self._unheard.clear()
            return False
        self.patience *= 2
        return True
