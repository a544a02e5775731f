"""How runs are shown to people: a table that fits the terminal, and a line of what they cost together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from console.cli.words import local, table_of, usd
from console.visible import shown
from store import runs

#: Columns of the terminal from which on counts of labels are shown, too.
WIDE = 110
_NARROW_COLUMNS = ("run", "account, stream", "state", "progress", "spend")
_WIDE_COLUMNS = (
    "run",
    "account",
    "stream",
    "state",
    "pages",
    "contacts",
    "of all",
    "regular",
    "occasional",
    "spend",
)


def shown_runs(rows: Sequence[Mapping[Any, Any]], *, now: datetime, width: int) -> RenderableType:
    """Return runs as a table for a terminal of `width` columns, what each waits for, and their sum."""
    return Group(_table(rows, width), *_said(rows, now), Text(total(rows)))


def fitting_runs(
    rows: Sequence[Mapping[Any, Any]], *, now: datetime, width: int, height: int
) -> RenderableType:
    """Return the same cut to a terminal's height: runs that have ended give way, oldest first."""
    kept = list(rows)
    for each in reversed(rows):
        if _height(kept, now) <= height:
            break
        if each["state"] not in runs.ACTIVE:
            kept.remove(each)
    said = _said(kept, now)
    for each in said:
        each.truncate(width, overflow="ellipsis")
    return Group(_table(kept, width), *said, Text(total(rows)))


def _table(rows: Sequence[Mapping[Any, Any]], width: int) -> Table:
    wide = width >= WIDE
    return table_of(_WIDE_COLUMNS if wide else _NARROW_COLUMNS, map(_wide if wide else _narrow, rows))


def _said(rows: Sequence[Mapping[Any, Any]], now: datetime) -> list[Text]:
    """Say what runs wait for or why they ended, each sentence once."""
    said: dict[str, list[str]] = {}
    for each in rows:
        if sentence := waits(each, now):
            said.setdefault(sentence, []).append(str(each["id"]))
    named = {sentence: f"run{'s' if ids[1:] else ''} {', '.join(ids)}" for sentence, ids in said.items()}
    return [Text(shown(f"{name}: {sentence}")) for sentence, name in named.items()]


def _height(rows: Sequence[Mapping[Any, Any]], now: datetime) -> int:
    """Count lines: the table's frame and heading, the rows, the sentences, the total, the cursor's own."""
    return 4 + len(rows) + len(_said(rows, now)) + 2


def waits(row: Mapping[Any, Any], now: datetime) -> str:
    """Say what a run waits for, until when and how long that is, or why it ended badly."""
    if row["state"] == "running" and row["waiting_for"]:
        until = f"waits for {row['waiting_for']} until {local(row['due_at'])} ({_ahead(row['due_at'], now)})"
        return f"{until}. {row['error']}" if row["error"] else until
    if row["error"]:
        return str(row["error"])
    return f"waits for {row['waiting_for']}" if row["state"] == "waiting" else ""


def spent(row: Mapping[Any, Any]) -> str:
    """Write what a run spent, and what it may have spent besides on answers that never came."""
    uncertain = row["uncertain_micro_usd"]
    return usd(row["spend_micro_usd"]) + (f" + {usd(uncertain)} uncertain" if uncertain else "")


def share(row: Mapping[Any, Any]) -> str:
    """Say how much of the followers was read; only of them does the platform tell how many there are."""
    known = row["followers_count"] if row["stream"] == "followers" else None
    if not known or row["state"] not in runs.ACTIVE:
        return ""
    return f"{min(row['contacts_seen'] * 100 // known, 100)} %"


def total(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Say what the runs shown come to together."""
    ended = sum(each["state"] not in runs.ACTIVE for each in rows)
    pages, contacts = (sum(each[name] for each in rows) for name in ("pages", "contacts_seen"))
    spend = usd(sum(each["spend_micro_usd"] for each in rows))
    counted = f"{len(rows)} runs ({ended} ended)" if len(rows) != 1 else "1 run"
    return f"Together: {counted}, {pages:,} pages, {contacts:,} contacts, {spend}."


def _narrow(row: Mapping[Any, Any]) -> tuple[object, ...]:
    pages = "1 page" if row["pages"] == 1 else f"{row['pages']:,} pages"
    read = f"{row['contacts_seen']:,} in {pages}"
    progress = f"{read}, {share(row)}" if share(row) else read
    return (
        row["id"],
        f"{row['account']} {row['stream']}",
        row["state"],
        progress,
        spent(row),
    )


def _wide(row: Mapping[Any, Any]) -> tuple[object, ...]:
    read = (f"{row['pages']:,}", f"{row['contacts_seen']:,}", share(row))
    labels = (f"{row['regular']:,}", f"{row['occasional']:,}")
    return (
        row["id"],
        row["account"],
        row["stream"],
        row["state"],
        *read,
        *labels,
        spent(row),
    )


def _ahead(moment: datetime, now: datetime) -> str:
    """Say how long a moment is away."""
    seconds = round((moment - now).total_seconds())
    if seconds <= 0:
        return "now"
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"in {seconds // length} {unit}"
    return f"in {seconds} s"
