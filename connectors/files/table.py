"""A table in a file: its columns, and its rows one after the other, whatever wrote it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from connectors.files import delimited, workbook
from connectors.files.bombs import FileRefusedError
from connectors.files.size import MAX_CELL, MAX_COLUMNS, MAX_FILE, MAX_HEADER, MAX_ROWS
from connectors.text import clean


class Row(NamedTuple):
    """A row: its number in the spreadsheet, a cell a column, and whether it has no more than these."""

    number: int
    cells: tuple[str, ...]
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table, in their order, and its rows, which are read once.

    Empty rows are passed over. `kind` says how the file was read.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row]
    kind: str


def read(file: BinaryIO, name: str, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Open a table in a file by its name's ending and read its header; raises FileRefusedError.

    Cells come as text without blanks at their ends; a formula is the text that it is.
    """
    if file.seek(0, 2) > MAX_FILE:
        raise FileRefusedError(f"{name} is larger than {MAX_FILE:,} bytes; cut it into several lists.")
    file.seek(0)
    ending = Path(name).suffix.lower()
    if ending in {".xlsx", ".xlsm"}:
        rows, kind = workbook.rows(file, sheet)
    elif ending in {".csv", ".tsv", ".txt"}:
        rows, kind = delimited.rows(file, encoding)
    else:
        raise FileRefusedError(f"{name} is neither CSV nor XLSX; save the list as one of them.")
    numbered = enumerate(rows, start=1)
    number, header = next(
        ((number, row) for number, row in numbered if any(each.strip() for each in row)), (0, ())
    )
    if not number:
        raise FileRefusedError(f"{name} is empty.")
    columns = _columns(header)
    return Table(columns, _rows(numbered, len(columns)), kind)


def without(table: Table, left_out: Sequence[str]) -> Table:
    """Return a table without some of its columns; raises FileRefusedError where it has no such column."""
    for each in left_out:
        if each not in table.columns:
            raise FileRefusedError(
                f"There is no column {each!r} to leave out; there are {', '.join(table.columns)}."
            )
    kept = [place for place, each in enumerate(table.columns) if each not in left_out]
    rows = (row._replace(cells=tuple(row.cells[each] for each in kept)) for row in table.rows)
    return Table(tuple(table.columns[each] for each in kept), rows, table.kind)


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    named = [" ".join(clean(each).split()) for each in header]
    while named and not named[-1]:
        named.pop()
    if len(named) > MAX_COLUMNS:
        raise FileRefusedError(f"It has more than {MAX_COLUMNS} columns; that is no list of sign-ups.")
    columns = tuple(each or f"column {place}" for place, each in enumerate(named, start=1))
    if any(len(each) > MAX_HEADER for each in columns):
        raise FileRefusedError("Its first row is no row of column names; put one there.")
    twice = sorted({each for each in columns if columns.count(each) > 1})
    if twice:
        raise FileRefusedError(f"Two of its columns are called {twice[0]!r}; rename one.")
    return columns


def _rows(numbered: Iterable[tuple[int, Sequence[str]]], width: int) -> Iterator[Row]:
    for number, row in numbered:
        if number > MAX_ROWS:
            raise FileRefusedError(f"It has more than {MAX_ROWS:,} rows; cut it into several lists.")
        cells = [clean(each).strip() for each in row]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if any(len(each) > MAX_CELL for each in cells):
            raise FileRefusedError(
                f"Row {number} has a cell of more than {MAX_CELL:,} characters; that is no list of sign-ups."
            )
        if any(cells):
            filled = (*cells[:width], *[""] * (width - len(cells)))
            yield Row(number, filled, fits=len(cells) <= width)
