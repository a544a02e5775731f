"""The MACs of suppression, each made for thousands of short texts at once.

Three HMACs for each of the two identifiers of a thousand people take longer than a twentieth of all that a
harvest does with them, however they are called from here. So the first key's is HMAC-SHA256 (RFC 2104), from
states that are begun once; further keys, which only wrap, have AES-CMAC (RFC 4493, NIST SP 800-38B), which is
had for a whole page at once.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from domain.sieve import VALUE_BYTES

# For short texts the interpreter's own SHA-256 is a third quicker than OpenSSL's (measured).
try:
    from _sha2 import sha256 as _sha256  # type: ignore[import-not-found]  # since Python 3.12
except ImportError:
    try:
        from _sha256 import sha256 as _sha256  # type: ignore[import-not-found]  # until then
    except ImportError:
        _sha256 = hashlib.sha256

#: What stands before the digits of a key that wraps by CMAC; a key without it is one of HMAC.
CMAC = "cmac:"
_SHA_BLOCK_BYTES, _AES_BLOCK_BYTES = 64, 16
_INNER, _OUTER = (bytes(each ^ pad for each in range(256)) for pad in (0x36, 0x5C))


class Mac(Protocol):
    """Makes MACs under one key."""

    def of(self, texts: Sequence[bytes]) -> list[bytes]:
        """Return the value of each text."""
        ...

    def around(self, values: bytes) -> bytes:
        """Wrap values that stand one behind the other."""
        ...


def mac_of(key: str) -> Mac:
    """Return what makes MACs under a key; one that wraps makes those of values alone."""
    if key.startswith(CMAC):
        return _Cmac(bytes.fromhex(key.removeprefix(CMAC)))
    return _Hmac(bytes.fromhex(key))


class _Hmac:
    def __init__(self, key: bytes) -> None:
        block = key.ljust(_SHA_BLOCK_BYTES, b"\0")
        self._begun = _sha256(block.translate(_INNER)).copy, _sha256(block.translate(_OUTER)).copy

    def of(self, texts: Sequence[bytes]) -> list[bytes]:
        inner, outer = self._begun
        made = []
        for each in texts:
            state = inner()
            state.update(each)
            digest = state.digest()
            state = outer()
            state.update(digest)
            made.append(state.digest())
        return made

    def around(self, values: bytes) -> bytes:
        places = range(0, len(values), VALUE_BYTES)
        return b"".join(self.of([values[each : each + VALUE_BYTES] for each in places]))


class _Cmac:
    """CMAC of each value, and of the same with its halves exchanged: 32 bytes again."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305  # the block of CMAC, no cipher
        zero = int.from_bytes(self._encrypted(bytes(_AES_BLOCK_BYTES)))
        top = 8 * _AES_BLOCK_BYTES
        doubled = (zero << 1) ^ (0x87 if zero >> (top - 1) else 0)
        self._subkey = np.frombuffer((doubled % (1 << top)).to_bytes(_AES_BLOCK_BYTES), dtype=np.uint64)

    def of(self, texts: Sequence[bytes]) -> list[bytes]:
        made = self.around(b"".join(texts))
        return [made[each : each + VALUE_BYTES] for each in range(0, len(made), VALUE_BYTES)]

    def around(self, values: bytes) -> bytes:
        halves = np.frombuffer(values, dtype=np.uint64).reshape(-1, 2, 2)
        first = np.frombuffer(self._encrypted(values), dtype=np.uint64).reshape(halves.shape)
        return self._encrypted((first ^ halves[:, ::-1] ^ self._subkey).tobytes())

    def _encrypted(self, blocks: bytes) -> bytes:
        encryptor = self._cipher.encryptor()
        return encryptor.update(blocks) + encryptor.finalize()
