"""The ledger of objections: an append-only file beside the database and outside its backups.

Each line is one JSON object: values that were suppressed or lifted, or the sealed keys that made them. Values
are keyed hashes, so nothing in it is personal. A line is on the disk before the database commits.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from domain.errors import RegularsError


class LedgerError(RegularsError):
    """Raised when ledger and database do not belong together; the sentence says what to do."""


class Entry(NamedTuple):
    """Values that so many keys are around, suppressed for a reason, or `lifted` again."""

    values: tuple[str, ...]
    wraps: int
    reason: str
    at: datetime
    lifted: bool = False

    def says_the_same(self, other: "Entry") -> bool:
        """Tell whether another entry says the same, at whatever moment."""
        return self._replace(at=other.at) == other


class Keys(NamedTuple):
    """All keys of suppression, the oldest first, sealed with the installation's key of that time."""

    sealed: tuple[bytes, ...]


Line = Entry | Keys


class Ledger:
    """One ledger; whoever appends to it holds the database's row about it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """Return how many bytes there are; 0 where there is no file."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, lines: Iterable[Line]) -> int:
        """Write lines and force them onto the disk; returns how many bytes there are then."""
        written = "".join(json.dumps(_written(each), separators=(",", ":")) + "\n" for each in lines)
        new = not self.path.exists()
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                written = "\n" + written  # a line that was torn by a crash stays alone
            left = memoryview(written.encode())
            while left:
                left = left[file.write(left) :]
            os.fsync(descriptor)
            size = file.tell()
        if new:
            _settle_folder(self.path.parent)
        return size

    def after(self, offset: int = 0) -> Iterator[tuple[Line | None, int]]:
        """Read the whole lines behind an offset, each with its end; None for one that cannot be read.

        Raises LedgerError where no line begins at the offset.
        """
        if not self.size():
            return
        with self.path.open("rb") as file:
            if offset:
                file.seek(offset - 1)
                if file.read(1) != b"\n":
                    raise LedgerError(
                        f"{self.path} is another ledger than the one that this database knows. Bring that "
                        "one back, or run `regulars restore --replay` to apply this one whole."
                    )
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset += len(line)
                yield _read(line), offset


def _written(line: Line) -> Mapping[str, Any]:
    if isinstance(line, Keys):
        return {"keys": [each.decode() for each in line.sealed]}
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {**line._asdict(), "at": at}


def _read(line: bytes) -> Line | None:
    try:
        read = json.loads(line)
        if "keys" in read:
            return Keys(tuple(each.encode() for each in read["keys"]))
        values = tuple(bytes.fromhex(each).hex() for each in read["values"])
        at = datetime.fromisoformat(read["at"])
        return Entry(values, int(read["wraps"]), str(read["reason"]), at, bool(read["lifted"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
