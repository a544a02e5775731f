"""Whole: a file that appears once it is complete, with its size and hash."""

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from exports.forms import Progress, Write
from store.exports import File


def write_whole(path: Path, write: Callable[[IO[bytes]], int]) -> File:
    """Write beside the file and put it in its place at the end: a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb", buffering=0) as file:
            watched = _Watched(file)
            through = io.BufferedWriter(watched, 1 << 20)
            count = write(through)
            through.flush()
            through.detach()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return File(path.name, watched.size, watched.sha256, count)


def writer(
    write: Write, fields: tuple[str, ...], records: Iterable[Mapping[str, Any]], progress: Progress
) -> Callable[[IO[bytes]], int]:
    """Return what writes records into a file."""
    return lambda file: write(file, fields, records, progress)


class Counted:
    """Counts what is read through it."""

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        self._records = records
        self.count = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for each in self._records:
            self.count += 1
            yield each


class _Watched(io.RawIOBase):
    """Passes bytes on to a file and remembers their number and hash."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._hash.update(content)
        self.size += len(content)
        self._file.write(content)
        return len(content)

    @property
    def sha256(self) -> str:
        """The hash of what went through."""
        return self._hash.hexdigest()
