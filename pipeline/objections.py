"""Objections: suppressed and lifted in the database and, before it commits, in the ledger beside it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from config.ledger import Entry, Keys, Ledger, LedgerError, Line
from config.suppression import Suppressor
from store import objections, suppressions

#: Values in one line where a ledger is begun.
_A_LINE = 1_000


def hold_to(
    connection: Connection,
    values: Iterable[str],
    reason: str,
    suppressor: Suppressor,
    *,
    now: datetime,
    even_none: bool = False,
) -> int:
    """Suppress what values stand for, here and in the ledger; returns how many were not before.

    With `even_none` what stands there already is written down again, as much work as if it were new.
    """
    values = {*values}
    added = suppressions.add(connection, values, reason, wraps=suppressor.wraps, now=now)
    told = values if even_none else added
    if told:
        write_down(connection, suppressor, Entry(tuple(sorted(told)), suppressor.wraps, reason, now))
    return len(added)


def lift(
    connection: Connection,
    values: Iterable[str],
    reason: str,
    suppressor: Suppressor,
    *,
    now: datetime,
    before: datetime | None = None,
) -> int:
    """End suppressions by the person's own confirmed act, here and in the ledger; returns how many.

    Those that are not older than `before` stay: they came after what the person confirms.
    """
    lifted = sorted(suppressions.lift(connection, values, before=before))
    if lifted:
        write_down(connection, suppressor, Entry(tuple(lifted), suppressor.wraps, reason, now, lifted=True))
    return len(lifted)


def write_down(connection: Connection, suppressor: Suppressor, line: Line) -> None:
    """Append a line to the ledger, if there is one, in the transaction that does what it says.

    Lines behind what is applied come from transactions that were taken back or died: they are applied, too,
    for an objection may be heard twice but never be lost. Raises LedgerError where the file was cut off.
    """
    ledger = suppressor.ledger
    if ledger is None:
        return
    applied = objections.hold(connection)
    require_whole(ledger, applied)
    lines = [line] if ledger.size() else beginning(connection)
    for missed, end in ledger.after(applied):
        applied = end
        if isinstance(missed, Entry):
            if isinstance(line, Entry) and missed.says_the_same(line):
                lines = []  # this very one was written down before it was taken back
            apply(connection, missed, suppressor)
    if isinstance(line, Entry):  # whatever was missed, this one is the last word
        apply(connection, line, suppressor)
    objections.settle(connection, ledger.append(lines) if lines else applied)


def beginning(connection: Connection) -> list[Line]:
    """Return the lines with which a ledger begins: the keys, and whatever is suppressed."""
    lines: list[Line] = [Keys(suppressions.keys(connection))]
    for (wraps, reason, at), group in groupby(objections.every(connection), key=lambda each: each[1:]):
        values = [each.value for each in group]
        starts = range(0, len(values), _A_LINE)
        lines += [Entry(tuple(values[start : start + _A_LINE]), wraps, reason, at) for start in starts]
    return lines


def apply(connection: Connection, entry: Entry, suppressor: Suppressor) -> None:
    """Do in the database what an entry of the ledger says, once or again."""
    values = [suppressor.wrapped_up(each, entry.wraps) for each in entry.values]
    if entry.lifted:
        suppressions.lift(connection, values)
    else:
        suppressions.add(connection, values, entry.reason, wraps=suppressor.wraps, now=entry.at)


def require_whole(ledger: Ledger, applied: int) -> None:
    """Raise LedgerError where a ledger holds less than was applied of it."""
    if ledger.size() < applied:
        raise LedgerError(
            f"The ledger of objections {ledger.path} is missing or was cut off. Bring it back from where it "
            "lies (REGULARS_LEDGER_FILE), or write it anew from the database with "
            "`regulars restore --new-ledger`."
        )


def catch_up(connection: Connection, ledger: Ledger, suppressor: Suppressor) -> bool:
    """Bring the database up to its ledger where only the last line is missing; tells whether it was.

    Whoever died between a line's writing and its commit leaves such a line. Raises LedgerError where the
    database is further behind: then it is an older one.
    """
    applied = objections.applied(connection)
    if ledger.size() == applied:
        return False
    applied = objections.hold(connection)
    require_whole(ledger, applied)
    missed = list(ledger.after(applied))
    require_in_step(ledger, missed)
    for entry, end in missed:
        if isinstance(entry, Entry):
            apply(connection, entry, suppressor)
        objections.settle(connection, end)
    return bool(missed)


def require_none(ledger: Ledger) -> None:
    """Raise LedgerError where a ledger is there, though the database has not a single key."""
    if ledger.size():
        raise LedgerError(
            f"The database is new, but there is a ledger of objections {ledger.path}. Run `regulars restore "
            "--replay` to apply it, or name another file (REGULARS_LEDGER_FILE) for another installation."
        )


def require_in_step(ledger: Ledger, missed: Sequence[tuple[Line | None, int]]) -> None:
    """Raise LedgerError where more than the last line is missing in the database."""
    entries = sum(isinstance(each, Entry) for each, _ in missed)
    if entries > 1:
        raise LedgerError(
            f"The database lacks {entries} entries of the ledger of objections {ledger.path}: it is an "
            "older one. Run `regulars restore --replay` before anything else."
        )
