"""Sealed files of imports and exports under DATA_DIR/imports: whole or absent, for the owner alone."""

import secrets
from pathlib import Path

from django.conf import settings

from governance.crypto.files import open_sealed, store_sealed

UPLOAD, PREVIEW, UNDO, EXPORT = "upload", "preview", "undo", "export"


def new_key() -> str:
    return secrets.token_hex(16)


def _path(key: str, kind: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / f"{key}.{kind}"


def write(key: str, kind: str, content: bytes) -> None:
    store_sealed(_path(key, kind), content)


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
