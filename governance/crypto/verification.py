"""Tie a database to its key ring and refuse to run with another one."""

import base64
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from governance.crypto.keyring import DamagedCiphertext, create_key_file, ring
from governance.crypto.models import KeyRecord

_KNOWN = b"community-governance"


def ensure_ring(using: str = "default", **_: Any) -> None:
    """After migrate: make the ring for a new database, verify it for an old one."""
    if not KeyRecord.objects.using(using).exists():
        create_key_file(Path(settings.FIELD_KEY_FILE))
        value = base64.b64encode(ring().encrypt(_KNOWN)).decode()
        KeyRecord.objects.using(using).create(check_value=value)
    verify_ring(using)


def verify_ring(using: str = "default") -> None:
    """Raises `ImproperlyConfigured` when the key file does not belong to this database."""
    record = KeyRecord.objects.using(using).order_by("pk").first()
    if record is None:
        return
    try:
        opened = ring().decrypt(base64.b64decode(record.check_value))
    except DamagedCiphertext:
        opened = b""
    if opened != _KNOWN:
        raise ImproperlyConfigured("密钥文件与数据库不符：请恢复本数据库原来的密钥文件（FIELD_KEY_FILE）。")
