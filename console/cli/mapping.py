"""What a list's columns hold: a guess that is shown, a mapping that a human says, some rows to look at."""

import shlex
from collections.abc import Mapping, Sequence
from itertools import islice

from connectors.files import columns
from connectors.files.table import Table
from console.cli.words import note, out, print_table
from console.visible import shown
from domain.errors import RegularsError

#: Rows that a preview shows.
SHOWN = 5


def preview_of(read: Table) -> None:
    """Show how a list was read, its columns, and of what is not refused some rows."""
    unwanted = columns.refused(read.columns)
    guess = columns.guessed(read.columns)
    field_of = {column: field for field, column in guess.items()}
    out.print(shown(f"Read as {read.kind}."), soft_wrap=True)
    rows = [] if unwanted else list(islice(read.rows, SHOWN))
    print_table(
        ("column", "looks like", *(f"row {each.number}" for each in rows)),
        (
            (
                column,
                "refused" if column in unwanted else field_of.get(column, ""),
                *(each.cells[place] for each in rows),
            )
            for place, column in enumerate(read.columns)
        ),
    )
    if unwanted:
        note("Rows are shown once the refused columns are left out: --leave-out COLUMN.")
    elif guess:
        out.print(shown(f"Guessed: {_as_options(guess)}"), soft_wrap=True)


def mapping_of(mapped: Sequence[str], read: Table) -> dict[str, str]:
    """Return which column holds which field; raises RegularsError, with a guess, where nobody said it."""
    mapping: dict[str, str] = {}
    for each in mapped:
        field, equals, column = each.partition("=")
        if not equals or field in mapping:
            raise RegularsError(f"--map takes FIELD=COLUMN, each field once, not {shown(each)!r}.")
        mapping[field] = column
    guess = columns.guessed(read.columns)
    if not mapping and not columns.refused(read.columns):
        raise RegularsError(
            "Say which column holds what"
            + (f"; this looks right: {shown(_as_options(guess))}" if guess else " with --map FIELD=COLUMN.")
        )
    return mapping


def _as_options(guess: Mapping[str, str]) -> str:
    return " ".join(f"--map {shlex.quote(f'{field}={column}')}" for field, column in guess.items())
