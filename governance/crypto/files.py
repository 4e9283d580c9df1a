"""Files that hold persons (uploads, exports, staging) are sealed with the same key ring."""

import zlib

from governance.crypto.keyring import ring


def seal(content: bytes) -> bytes:
    """Compressed and encrypted bytes for storage."""
    return ring().encrypt(zlib.compress(content, 1))


def open_sealed(content: bytes) -> bytes:
    """The bytes given to `seal`; raises `DamagedCiphertext`."""
    return zlib.decompress(ring().decrypt(content))
