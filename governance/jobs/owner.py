"""Who runs a job: an identity by which another process of the same machine sees that the owner is dead.

A lease alone makes everybody wait until it is over. On the same machine a killed process is certain at
once: its number is free, or belongs to a process that started at another time.
"""

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def _machine() -> str:
    """This boot of this machine and its process numbers' namespace; empty where the system has no /proc."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot; empty when there is none or it is a zombie."""
    try:
        # The name in brackets may hold blanks; state is the 1st and start time the 20th field behind it.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def identity() -> str:
    """The running process: `boot/namespace/pid/start`, or `host/pid` where deaths cannot be seen."""
    pid = os.getpid()
    if not _machine():
        return f"{socket.gethostname()}/{pid}"[:120]
    return f"{_machine()}/{pid}/{_started(pid)}"


def is_dead(owner: str) -> bool:
    """True only when the owner certainly has ended; a process of another machine never is."""
    machine, _, rest = owner.rpartition("/")
    machine, _, pid = machine.rpartition("/")
    return bool(_machine()) and machine == _machine() and _started(int(pid)) != rest


def is_in_group(owner: str, group: int) -> bool:
    """Whether the owner is a living process of this machine in a process group (a worker's child)."""
    machine, _, started = owner.rpartition("/")
    if _machine():
        machine, _, pid = machine.rpartition("/")
        if machine != _machine() or _started(int(pid)) != started:
            return False
    else:
        pid = started
        if machine != socket.gethostname():
            return False
    try:
        return os.getpgid(int(pid)) == group
    except ProcessLookupError:
        return False
