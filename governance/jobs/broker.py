"""Celery settings for both ways to run: a broker of plain files that needs no server, or Redis.

The broker is only a doorbell: it carries the id of a `Job` row and may lose it. So nothing here tries to
make it safe; it must be quick to ring, quick to give up, and never be trusted with data.
"""

from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES

QUEUE = "jobs"
LONGEST_JOB_SECONDS = 3600
"""No kind may ask for a longer time limit; a message is given out again only after twice that time."""

PUBLISH_SECONDS = 1.0
"""Patience of one socket call. A publish makes at most two attempts, so it gives up within some 2 s."""

_FOLDERS = ("messages", "taken")
# Under kombu's own names, since Celery prefers CELERY_BROKER_URL of the environment to any setting.
TRANSPORT_ALIASES["filesystem"] = "governance.jobs.folder:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "governance.jobs.redis_broker:Transport"


def broker_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """All Celery settings for a broker URL (`filesystem://`, `redis://…`, `rediss://…`).

    `filesystem://` keeps its folders in `data_dir`/broker (made here, readable by the owner alone); one
    machine only. Any other URL is passed on with the common settings.
    """
    scheme = url.partition("://")[0]
    options: dict[str, Any] = {}
    if scheme == "filesystem":
        options = _file_options(data_dir)
    elif scheme in {"redis", "rediss", "sentinel", "redis+socket"}:
        options = _redis_options()
    return {
        "broker_url": url,
        "broker_transport_options": options,
        "broker_connection_timeout": PUBLISH_SECONDS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A pooled connection may be stale after a restart of the broker: one more attempt, no waiting.
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_default_queue": QUEUE,
        # The message leaves the broker when the job is over, and comes back when the child dies in between.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # Ten seconds by default, for results of the dead that nobody waits for here.
        "worker_lost_wait": 1.0,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": LONGEST_JOB_SECONDS,
        "worker_max_tasks_per_child": 100,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "enable_utc": True,
    }


def _file_options(data_dir: Path) -> dict[str, Any]:
    root = Path(data_dir) / "broker"
    messages, taken = (root / name for name in _FOLDERS)
    for folder in (root, messages, taken):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        # Taken messages pass through a folder of the same disk, never through the shared /tmp.
        "processed_folder": str(taken),
        "control_folder": str(root),
        # One second by default, which makes two jobs a second and every click wait.
        "polling_interval": 0.05,
    }


def _redis_options() -> dict[str, Any]:
    return {
        "visibility_timeout": 2 * LONGEST_JOB_SECONDS,
        # Together they make the worker look for abandoned messages every second instead of every 100.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        # Without them a Redis that accepts and never answers would hang a publish for good.
        "socket_timeout": PUBLISH_SECONDS,
        "socket_connect_timeout": PUBLISH_SECONDS,
        "retry_on_timeout": False,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
