"""Sheets: files that are split at a target's limits, and put in their places whole once all are written."""

import csv
import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from exports.presets.preset import Form, Preset


class Written(NamedTuple):
    """A file that was written: what it holds, in which columns, and how many rows beside the header.

    `holds` is contacts, opt_in, opt_out, left, objected, erased, erased_if_imported, by_hand or rejects.
    """

    path: Path
    holds: str
    columns: tuple[str, ...]
    rows: int


class _Sheet:
    """One kind of file: its open part, and how full that is."""

    def __init__(self, stem: str, holds: str, columns: Sequence[str], suffix: str) -> None:
        self.stem, self.holds, self.columns, self.suffix = stem, holds, tuple(columns), suffix
        self.part, self.rows, self.bytes = 0, 0, 0
        self.file: IO[bytes] | None = None

    @property
    def name(self) -> str:
        part = f".{self.part}" if self.part > 1 else ""
        return f"{self.stem}{part}.{self.suffix}"


class Sheets:
    """The files of one preset in a folder; on leaving without an error all of them appear, else none.

    Files of the same preset from before that are not written again go: they hold people who may have left.
    Takes `max_rows` and `max_bytes` for what the target's own limits would be.
    """

    def __init__(self, preset: Preset, folder: Path, max_rows: int | None, max_bytes: int | None) -> None:
        self._preset, self._folder = preset, folder
        self._max_rows, self._max_bytes = max_rows or preset.max_rows, max_bytes or preset.max_bytes
        self._sheets: dict[str, _Sheet] = {}
        self._parts: dict[tuple[bool, ...], tuple[str, tuple[str, ...]]] = {}
        self._full: list[Written] = []
        self._beside: list[tuple[Path, Path]] = []
        self.written: list[Written] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for sheet in self._sheets.values():
            self._close(sheet)
        if kind is None:
            for beside, path in self._beside:
                beside.replace(path)
            self.written = sorted(self._full)
            for each in self._former():
                each.unlink()
        for beside, _ in self._beside:
            beside.unlink(missing_ok=True)

    def parts(
        self, there: tuple[bool, ...], name: Callable[[tuple[bool, ...]], tuple[str, tuple[str, ...]]]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the name and the header of the file for those who have these columns, worked out once."""
        if there not in self._parts:
            self._parts[there] = name(there)
        return self._parts[there]

    def open(self, part: str, holds: str, columns: Sequence[str]) -> None:
        """Let a file be there even if nothing is put into it."""
        self._open(self._sheet(part, holds, columns, Form.CSV), len(self._line(columns)))

    def row(self, part: str, holds: str, columns: Sequence[str], cells: Sequence[str]) -> None:
        """Write one row of a table."""
        self._put(self._sheet(part, holds, columns, Form.CSV), self._line(cells))

    def text(self, part: str, holds: str, text: str, form: Form) -> None:
        """Write one piece of a file that is no table."""
        self._put(self._sheet(part, holds, (), form), text.encode(self._preset.encoding))

    def _sheet(self, part: str, holds: str, columns: Sequence[str], form: Form) -> _Sheet:
        sheet = self._sheets.get(part)
        if sheet is None:
            stem = f"{self._preset.name}.{part}" if part else self._preset.name
            sheet = self._sheets[part] = _Sheet(stem, holds, columns, form.value)
        return sheet

    def _put(self, sheet: _Sheet, line: bytes) -> None:
        file = self._open(sheet, len(line))
        file.write(line)
        sheet.rows += 1
        sheet.bytes += len(line)

    def _open(self, sheet: _Sheet, size: int) -> IO[bytes]:
        full = sheet.rows >= self._max_rows or (sheet.rows > 0 and sheet.bytes + size > self._max_bytes)
        if sheet.file is not None and full:
            self._close(sheet)
        if sheet.file is None:
            sheet.part, sheet.rows = sheet.part + 1, 0
            path = self._folder / sheet.name
            beside = self._folder / f".{sheet.name}.{os.getpid()}"
            self._beside.append((beside, path))
            sheet.file = beside.open("wb")
            head = self._line(sheet.columns) if sheet.columns else b""
            sheet.file.write(head)
            sheet.bytes = len(head)
        return sheet.file

    def _close(self, sheet: _Sheet) -> None:
        if sheet.file is None:
            return
        sheet.file.flush()
        os.fsync(sheet.file.fileno())
        sheet.file.close()
        sheet.file = None
        self._full.append(Written(self._folder / sheet.name, sheet.holds, sheet.columns, sheet.rows))

    def _line(self, cells: Sequence[str]) -> bytes:
        text, preset = io.StringIO(), self._preset
        csv.writer(
            text,
            delimiter=preset.delimiter,
            lineterminator=preset.line_end,
            quoting=csv.QUOTE_ALL if preset.quote_all else csv.QUOTE_MINIMAL,
        ).writerow(cells)
        return text.getvalue().encode(preset.encoding)

    def _former(self) -> list[Path]:
        ours = re.compile(re.escape(self._preset.name) + r"(?:\.[a-z0-9_-]+)*\.(?:csv|vcf|ndjson)")
        kept = {each.path for each in self.written}
        return [each for each in self._folder.iterdir() if ours.fullmatch(each.name) and each not in kept]
