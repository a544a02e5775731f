"""The seal of pushes that wait: what people wrote is no readable byte on the disk before it is taken in.

They have a key of their own, kept sealed in the database, so that another key of the installation seals that
one alone anew. Pushes that came before there was a seal are read as they are.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import RegularsError

#: How everything begins that is sealed; what a platform pushes is JSON and never does.
_SEALED = b"\x01"
_KEY_BYTES, _SALT_BYTES = 32, 16
#: Each body has a key of its own, so that one nonce serves all: random ones would meet after some billions.
_NONCE = bytes(12)


class BodyError(RegularsError):
    """Raised for a push that was sealed with a key that is not there."""


class BodySealer:
    """Seals the bodies of pushes and opens them again."""

    def __init__(self, key: str) -> None:
        self._key = bytes.fromhex(key)

    def seal(self, body: bytes) -> bytes:
        """Encrypt a body."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return _SEALED + salt + self._cipher(salt).encrypt(_NONCE, body, None)

    def open(self, kept: bytes) -> bytes:
        """Return a body as it came; raises BodyError where another key sealed it."""
        if not kept.startswith(_SEALED):
            return kept
        salt, rest = kept[1 : 1 + _SALT_BYTES], kept[1 + _SALT_BYTES :]
        try:
            return self._cipher(salt).decrypt(_NONCE, rest, None)
        except (InvalidTag, ValueError):
            raise BodyError(
                "It was sealed with a key that this database lacks, as after a restore of an old backup."
            ) from None

    def _cipher(self, salt: bytes) -> AESGCM:
        return AESGCM(hmac.digest(self._key, b"body\0" + salt, "sha256"))


def new_key() -> str:
    """Make a key: 64 hexadecimal digits."""
    return secrets.token_hex(_KEY_BYTES)
