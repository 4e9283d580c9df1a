"""The file broker: kombu's `filesystem` transport with messages that appear whole or not at all.

Kombu creates a message file and then writes it, while a worker may already take it away empty and stumble
over it. Here a message is written aside and renamed into place; a file that cannot be read is dropped with
a warning, since the `Job` row behind it will ring again.
"""

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Queue = folder; one file a message, named so that the name order is the order of arrival."""

    # Who listens where is declared by every process for itself; a shared table on disk could be left torn.
    get_table = virtual.Channel.get_table
    _delete = virtual.Channel._delete

    def _queue_bind(self, *args: Any, **kwargs: Any) -> None:
        """The binding is already in the state of this process."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(str_to_bytes(dumps(payload)))
        unfinished.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        ending = f".{queue}.msg"
        for name in sorted(entry for entry in os.listdir(self.data_folder_in) if entry.endswith(ending)):
            taken = Path(self.processed_folder) / name
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            try:
                return loads(bytes_to_str(taken.read_bytes()))
            except (OSError, ValueError):
                logger.warning("Dropped an unreadable message file %s", name)
            finally:
                taken.unlink(missing_ok=True)
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel

    @property
    def default_connection_params(self) -> dict[str, Any]:
        """No host to fall back to, and so no warning that none was given."""
        return {}
