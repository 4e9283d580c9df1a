"""Blind index: exact search and uniqueness over encrypted values, without showing them."""

import hashlib
import hmac

from governance.crypto.keyring import ring


def blind_index(value: str, purpose: str) -> str:
    """Keyed hash of `value` as 32 hex digits; `purpose` separates columns that must not be compared."""
    message = f"{purpose}\x00{value}".encode()
    return hmac.new(ring().index_key, message, hashlib.sha256).hexdigest()[:32]
