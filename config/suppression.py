"""The keys of suppression: what makes of an identifier the value that stays when all else of a person goes.

A value is HMAC-SHA256 of the identifier under the first key, that again under the second, and so on: a new
key wraps the values that are there, so that nobody needs to know whose they are. All keys are kept, sealed
with the installation's key, which lies outside the database.
"""

import hmac
import secrets
from collections.abc import Iterable, Sequence

from config.ledger import Ledger, LedgerError

_BYTES = 32


class Suppressor:
    """Makes the values of identifiers with the keys in force, the oldest first."""

    def __init__(self, keys: Sequence[str], ledger: Ledger | None = None) -> None:
        self._keys = [bytes.fromhex(each) for each in keys]
        #: Where what is suppressed and lifted is written down, too; None for nowhere.
        self.ledger = ledger

    @property
    def wraps(self) -> int:
        """How many keys are around every value."""
        return len(self._keys)

    def value(self, kind: str, identifier: str) -> str:
        """Return the value of one identifier: 64 hexadecimal digits.

        `kind` is a platform for its ids, "handle:" and a platform for names there, "email" or "phone".
        """
        return wrapped(f"{kind}:{_normal(kind, identifier)}".encode(), self._keys)

    def values(self, identifiers: Iterable[tuple[str, str]]) -> list[str]:
        """Return the values of many (kind, identifier), in their order."""
        return [self.value(*each) for each in identifiers]

    def wrapped_up(self, value: str, wraps: int) -> str:
        """Bring a value that so many keys are around to all keys; raises LedgerError where one is missing."""
        if wraps > self.wraps:
            raise LedgerError(
                "The ledger of objections was written with a key that this database lacks. "
                "Run `regulars restore --replay` with the key file in force."
            )
        return wrapped(bytes.fromhex(value), self._keys[wraps:]) if wraps < self.wraps else value


def new_key() -> str:
    """Make a key: 64 hexadecimal digits."""
    return secrets.token_hex(_BYTES)


def wrapped(value: bytes, keys: Iterable[bytes]) -> str:
    """Wrap a value in keys, one after the other."""
    for each in keys:
        value = hmac.digest(each, value, "sha256")
    return value.hex()


def _normal(kind: str, identifier: str) -> str:
    bare = identifier.strip()
    if kind.startswith("handle:"):
        return bare.removeprefix("@").casefold()
    if kind == "phone":
        return "".join(each for each in bare if each.isdigit() or each == "+")
    return bare.casefold() if kind == "email" else bare
