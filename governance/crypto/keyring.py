"""The key ring: data keys by id, one of them active, and a separate key for blind indexes.

The file (`FIELD_KEY_FILE`, 0600) is made at the first migrate, and only while the database holds no key
record: a database that has been written with other keys must never be given new ones silently.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ALGORITHM = "A1"  # AES-256-GCM; another algorithm (SM4-GCM) takes another mark
_NONCE = 12


class DamagedCiphertext(ValueError):
    """A stored value cannot be opened: wrong key, cut off or tampered with."""


@dataclass(frozen=True)
class KeyRing:
    """Data keys by id, the id that new values are written with, and the index key."""

    active: str
    keys: dict[str, bytes]
    index_key: bytes

    def encrypt(self, plain: bytes) -> bytes:
        """`A1.<key id>.` and nonce + ciphertext; algorithm and key id are bound as associated data."""
        head = f"{ALGORITHM}.{self.active}.".encode()
        nonce = os.urandom(_NONCE)
        return head + nonce + AESGCM(self.keys[self.active]).encrypt(nonce, plain, head)

    def decrypt(self, sealed: bytes) -> bytes:
        """The plain bytes; raises `DamagedCiphertext`."""
        try:
            algorithm, key_id, body = sealed.split(b".", 2)
            key = self.keys[key_id.decode()]
        except (ValueError, KeyError) as error:
            raise DamagedCiphertext("unknown key or format") from error
        if algorithm.decode() != ALGORITHM:
            raise DamagedCiphertext("unknown algorithm")
        head = algorithm + b"." + key_id + b"."
        try:
            return AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], head)
        except (InvalidTag, ValueError) as error:
            raise DamagedCiphertext("the value does not open with its key") from error


def create_key_file(path: Path) -> None:
    """Write a fresh ring, readable by the owner alone; an existing file is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "active": "k1",
        "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())


@cache
def ring() -> KeyRing:
    """The ring of this process; raises `ImproperlyConfigured` when the key file is missing or unreadable."""
    path = Path(settings.FIELD_KEY_FILE)
    try:
        content = json.loads(path.read_text())
        return KeyRing(
            active=content["active"],
            keys={key_id: base64.b64decode(value) for key_id, value in content["keys"].items()},
            index_key=base64.b64decode(content["index"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            f"密钥文件 {path} 不存在或无法读取。首次使用请运行 migrate；已有数据时请恢复原密钥文件。"
        ) from error
