"""XLSX: one sheet, row by row; formulas are text, and nothing of the workbook is carried out."""

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import openpyxl

from connectors.files.bombs import FileRefusedError, opened
from connectors.files.size import MAX_COLUMNS, MAX_ROWS, WORKBOOK

#: Rows among which the header is looked for.
_LOOK = 1_000
_UNREADABLE = "It cannot be read as a workbook; open it and save it anew, as XLSX or as CSV UTF-8."


def rows(file: BinaryIO, sheet: str | None) -> tuple[Iterator[Sequence[str]], str]:
    """Read a sheet row by row; returns how it was read besides. Raises FileRefusedError."""
    if not openpyxl.DEFUSEDXML:
        raise FileRefusedError("The library defusedxml is missing, so no workbook is opened; install it.")
    opened(file, WORKBOOK)
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library does not keep when it writes
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except Exception:  # noqa: BLE001  # it raises whatever a damaged file leads it to, with pieces of it
            raise FileRefusedError(_UNREADABLE) from None
    names = [each.title for each in book.worksheets]
    if sheet is None and len(names) > 1:
        raise FileRefusedError(f"It has several sheets; say which with --sheet: {', '.join(names)}.")
    chosen = sheet if sheet is not None else next(iter(names), None)
    if chosen not in names:
        raise FileRefusedError(f"It has no sheet {chosen!r}; it has {', '.join(names) or 'none'}.")
    return _read(book[chosen]), f"XLSX, sheet {chosen}"


def _read(sheet: Any) -> Iterator[Sequence[str]]:
    # What a sheet says of its own size is not asked; rows are one cell wider than its header, so that a cell
    # too many is seen, and one far away makes no wide rows.
    width = 0
    for row in _safely(sheet.iter_rows(max_row=_LOOK, max_col=MAX_COLUMNS + 1, values_only=True)):
        width = max((place for place, each in enumerate(row, start=1) if each), default=0)
        if width:
            break
    yield from _safely(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=width + 1, values_only=True))


def _safely(rows: Iterator[Sequence[object]]) -> Iterator[Sequence[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while True:
            try:
                row = next(rows, None)
            except Exception:  # noqa: BLE001  # as above
                raise FileRefusedError(_UNREADABLE) from None
            if row is None:
                return
            yield [_text(each) for each in row]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
