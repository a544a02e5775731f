"""Backup files: encrypted in parts, each bound to its place: none can be changed, moved or cut off."""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from domain.errors import RegularsError

_MAGIC = b"regulars backup 1\n"
#: Bytes that are encrypted at once.
PART = 1 << 20
#: Bytes that encryption adds to a part.
_TAG = 16
_LONGEST_HEADER = 4096

#: Makes of a file's salt the key that opens it.
KeyOf = Callable[[bytes], bytes]


class BackupError(RegularsError):
    """Raised when a backup cannot be made, opened or restored; the sentence says what to do."""


class Header(NamedTuple):
    """What stands unencrypted at the beginning of a backup: nothing personal."""

    #: The kind of database that it is of.
    kind: str
    made_at: datetime
    expires_at: datetime
    #: The fingerprint of the installation's key when it was made, and how much of the ledger was applied.
    fingerprint: str
    ledger_bytes: int
    #: Whether a passphrase opens it, else the installation's key.
    passphrase: bool
    salt: bytes

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read it from its line; raises BackupError for anything else."""
        try:
            fields = json.loads(line)
            moments = {each: datetime.fromisoformat(fields[each]) for each in ("made_at", "expires_at")}
            return cls(**{**fields, **moments, "salt": bytes.fromhex(fields["salt"])})
        except (ValueError, TypeError, KeyError):
            raise BackupError("This is no backup of Regulars, or its beginning is damaged.") from None

    def line(self) -> bytes:
        """Write it as one line."""
        moments = {each: getattr(self, each).isoformat() for each in ("made_at", "expires_at")}
        return json.dumps({**self._asdict(), **moments, "salt": self.salt.hex()}).encode() + b"\n"


def new_salt() -> bytes:
    """Make a salt."""
    return secrets.token_bytes(16)


def passphrase_key(file: Path) -> KeyOf:
    """Return what makes a key of the passphrase in a file."""
    phrase = file.read_bytes().strip()
    if len(phrase) < 12:  # whoever holds the file can try as often as they like
        raise BackupError(f"The passphrase in {file} is too short; write at least 12 characters.")
    return lambda salt: Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(phrase)


def write(path: Path, header: Header, key_of: KeyOf, content: Iterable[bytes]) -> int:
    """Write a backup with mode 0600, onto the disk; returns its bytes. BackupError: it is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{path} is there already; name another file.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            first = _MAGIC + header.line()
            file.write(first)
            cipher = AESGCM(key_of(header.salt))
            for number, (part, last) in enumerate(_parts(content)):
                file.write(cipher.encrypt(_nonce(number, last=last), part, first))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except BaseException:
        path.unlink()
        raise


def header_of(path: Path) -> Header:
    """Read a backup's beginning; raises BackupError where it is none."""
    with path.open("rb") as file:
        return _header(file)


def read(path: Path, key_of: KeyOf) -> Iterator[bytes]:
    """Decrypt a backup part by part; raises BackupError where it is damaged or the key is another."""
    with path.open("rb") as file:
        header = _header(file)
        first = _MAGIC + header.line()
        cipher = AESGCM(key_of(header.salt))
        number, part = 0, file.read(PART + _TAG)
        while True:
            following = file.read(PART + _TAG)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), part, first)
            except (InvalidTag, ValueError):
                raise BackupError(
                    f"{path} cannot be opened: the key or passphrase is another, or it is damaged or cut off."
                ) from None
            if not following:
                return
            number, part = number + 1, following


def _header(file: BinaryIO) -> Header:
    magic = file.readline(_LONGEST_HEADER)
    return Header.read(file.readline(_LONGEST_HEADER) if magic == _MAGIC else b"")


def _nonce(number: int, *, last: bool) -> bytes:
    # The key is this file's alone, so that a part's place is nonce enough.
    return number.to_bytes(11, "big") + bytes([last])


def _parts(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut content into parts of one size, and tell which is the last."""
    held = bytearray()
    for each in content:
        held += each
        while len(held) > PART:
            yield bytes(held[:PART]), False
            del held[:PART]
    yield bytes(held), True
