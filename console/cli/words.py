"""How the command line writes: texts as text, money, times, tables and sentences."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.visible import shown


def reader_left() -> NoReturn:
    """End without a word because whoever reads our output has read enough (`regulars … | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


class _Out(Console):
    def on_broken_pipe(self) -> None:
        reader_left()


# No markup is read anywhere: a contact may be called "[red]".
out = _Out(markup=False, highlight=False, emoji=False)
err = Console(stderr=True, markup=False, highlight=False, emoji=False)


def usd(micro: int) -> str:
    """Write micro-dollars as dollars."""
    return f"${Decimal(micro) / 1_000_000:,.2f}" if micro == 0 or micro >= 10_000 else f"${micro / 1e6:.6f}"


def iso(moment: datetime | None) -> str | None:
    """Write a moment for programs: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def local(moment: datetime | None) -> str:
    """Write a moment for people, in the zone of this machine."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def print_json(value: Mapping[str, Any]) -> None:
    """Print one object on one line."""
    try:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
    except BrokenPipeError:
        reader_left()


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table of texts; nothing is cut off, and the first column, which people copy, stays in a line."""
    table = Table(header_style="bold")
    for place, each in enumerate(columns):
        table.add_column(each, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    return table


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; every cell is text."""
    out.print(table_of(columns, rows))


def note(sentence: str) -> None:
    """Tell a person something beside the answer: one line, which the terminal may break and we do not."""
    err.print(Text(shown(sentence)), soft_wrap=True)
