"""The seal of pushes that wait: what people wrote is no readable byte on the disk before it is taken in.

They have a key of their own, kept sealed in the database, so that another key of the installation seals that
one alone anew. Pushes that came before there was a seal are read as they are.
"""

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import RegularsError

#: How everything begins that is sealed; what a platform pushes is JSON and never does.
_SEALED = b"gAAAA"


class BodyError(RegularsError):
    """Raised for a push that was sealed with a key that is not there."""


class BodySealer:
    """Seals the bodies of pushes and opens them again."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, body: bytes) -> bytes:
        """Encrypt a body."""
        return self._fernet.encrypt(body)

    def open(self, kept: bytes) -> bytes:
        """Return a body as it came; raises BodyError where another key sealed it."""
        if not kept.startswith(_SEALED):
            return kept
        try:
            return self._fernet.decrypt(kept)
        except InvalidToken:
            raise BodyError(
                "It was sealed with a key that this database lacks, as after a restore of an old backup."
            ) from None


def new_key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode()
