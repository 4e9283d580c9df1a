"""Model fields whose column holds ciphertext only."""

import base64
from typing import Any

from django.db import models

from governance.crypto.keyring import ring


class EncryptedTextField(models.TextField):
    """Text encrypted in the database (AEAD) and plain in Python.

    Empty text is stored as empty, so that "missing" can be asked in SQL; nothing else can: use a blind
    index beside the field for exact search.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        return ring().decrypt(base64.b64decode(value)).decode()

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if not value:
            return value
        return base64.b64encode(ring().encrypt(str(value).encode())).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"exact", "isnull"}:
            return None
        return super().get_lookup(lookup_name)
