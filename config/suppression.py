"""The keys of suppression: what makes of an identifier the value that stays when all else of a person goes.

A value is HMAC-SHA256 of the identifier under the first key, and each further key wraps the values that are
there in a MAC of its own, so that nobody needs to know whose they are. All keys are kept, sealed with the
installation's key, which lies outside the database.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence

from config.identifiers import texts_of
from config.ledger import Ledger, LedgerError
from config.macs import CMAC, Mac, mac_of
from domain.sieve import VALUE_BYTES, Sieve

#: Hexadecimal digits of a value.
_DIGITS = 2 * VALUE_BYTES


class Suppressor:
    """Makes the values of identifiers with the keys in force, the oldest first."""

    def __init__(self, keys: Sequence[str], ledger: Ledger | None = None) -> None:
        self._macs = [mac_of(each) for each in keys]
        #: Where what is suppressed and lifted is written down, too; None for nowhere.
        self.ledger = ledger
        #: What is suppressed under these keys, roughly, so that few need to be asked about.
        self.sieve = Sieve()

    @property
    def wraps(self) -> int:
        """How many keys are around every value."""
        return len(self._macs)

    def value(self, kind: str, identifier: str) -> str:
        """Return the value of one identifier: 64 hexadecimal digits.

        `kind` is a platform for its ids, "handle:" and a platform for names there, "email" or "phone".
        """
        return self.raw([(kind, identifier)]).hex()

    def values(self, identifiers: Iterable[tuple[str, str]]) -> list[str]:
        """Return the values of many (kind, identifier), in their order."""
        digits = self.raw(identifiers).hex()
        return [digits[each : each + _DIGITS] for each in range(0, len(digits), _DIGITS)]

    def raw(self, identifiers: Iterable[tuple[str, str]]) -> bytes:
        """Return the same as bytes, one behind the other, as quickly as a page of them needs."""
        texts = texts_of(identifiers)
        if not self._macs:  # nobody can be suppressed, so anything that tells them apart will do
            return b"".join(hashlib.sha256(each).digest() for each in texts)
        return _around(b"".join(self._macs[0].of(texts)), self._macs[1:])

    def wrapped_up(self, value: str, wraps: int) -> str:
        """Bring a value that so many keys are around to all keys; raises LedgerError where one is missing."""
        if wraps > self.wraps:
            raise LedgerError(
                "The ledger of objections was written with a key that this database lacks. "
                "Run `regulars restore --replay` with the key file in force."
            )
        return _around(bytes.fromhex(value), self._macs[wraps:]).hex()


def new_key() -> str:
    """Make a first key: 64 hexadecimal digits."""
    return secrets.token_hex(VALUE_BYTES)


def further_key() -> str:
    """Make a key that wraps the values of those before it."""
    return CMAC + secrets.token_hex(VALUE_BYTES)


def wrapped(value: bytes, keys: Iterable[str | bytes]) -> str:
    """Wrap a value in keys, one after the other; those given as bytes are keys of HMAC."""
    macs = [mac_of(each.hex() if isinstance(each, bytes) else each) for each in keys]
    return _around(value, macs).hex()


def wrapper(key: str) -> Callable[[str], str]:
    """Return what wraps a value in one further key."""
    mac = mac_of(key)
    return lambda value: mac.around(bytes.fromhex(value)).hex()


def _around(values: bytes, macs: Iterable[Mac]) -> bytes:
    for each in macs:
        values = each.around(values)
    return values
