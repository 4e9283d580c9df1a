"""Sealed files of imports and exports under DATA_DIR/imports: whole or absent, for the owner alone."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from governance.crypto.files import open_sealed, seal

UPLOAD, PREVIEW, UNDO, EXPORT = "upload", "preview", "undo", "export"


def new_key() -> str:
    return secrets.token_hex(16)


def _path(key: str, kind: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / f"{key}.{kind}"


def write(key: str, kind: str, content: bytes) -> None:
    """Seal and store; written beside and renamed, so that a full disk leaves no half file."""
    path = _path(key, kind)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(seal(content))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(key: str, kind: str) -> bytes:
    """Raises FileNotFoundError when the file is gone."""
    return open_sealed(_path(key, kind).read_bytes())


def remove_older(moment: float) -> None:
    """Remove files last written before a moment (seconds since 1970), such as those a crash left behind."""
    folder = Path(settings.DATA_DIR) / "imports"
    if folder.is_dir():
        for path in folder.iterdir():
            if path.is_file() and path.stat().st_mtime < moment:
                path.unlink(missing_ok=True)


def remove(key: str) -> None:
    for kind in (UPLOAD, PREVIEW, UNDO, EXPORT):
        _path(key, kind).unlink(missing_ok=True)
