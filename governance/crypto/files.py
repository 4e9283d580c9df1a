"""Files that hold persons (uploads, exports, staging) are sealed with the same key ring."""

import os
import secrets
import zlib
from pathlib import Path

from governance.crypto.keyring import ring


def seal(content: bytes) -> bytes:
    """Compressed and encrypted bytes for storage."""
    return ring().encrypt(zlib.compress(content, 1))


def open_sealed(content: bytes) -> bytes:
    """The bytes given to `seal`; raises `DamagedCiphertext`."""
    return zlib.decompress(ring().decrypt(content))


def store_sealed(path: Path, content: bytes) -> None:
    """Seal and store; written beside and renamed, so that a full disk leaves no half file."""
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
