"""Reclassify: every contact decided anew from its stored acts, under another pack."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from config.packs import load_pack
from domain.errors import RegularsError
from pipeline.redecide import move, movers
from store import contacts, installation, messaging, runs
from store.database import Database

#: Contacts decided in one transaction.
SLICE = 2_000
Moves = list[tuple[tuple[str, str], int]]


class Pass(NamedTuple):
    """What a pass over the store did or would do: contacts seen, and counts by (from, to)."""

    seen: int
    moves: Moves


def reclassify_all(
    database: Database, pack: str, *, dry_run: bool, now: datetime, progress: Callable[[int], None]
) -> Pass:
    """Decide all contacts under `pack` and put it in force; `dry_run` only counts who would move.

    Raises RegularsError while a harvest runs: it would go on deciding under the former pack.
    """
    policy = load_pack(pack)
    with database.write() as connection:
        if not dry_run:
            if runs.active_count(connection):
                raise RegularsError(
                    "A harvest is running; labels of two packs would mix. Wait for it (`regulars runs "
                    "list`) or cancel it, then reclassify."
                )
            installation.settle_policy(connection, pack)
    seen, after = 0, 0
    counted: Counter[tuple[str, str]] = Counter()
    while True:
        with database.write() as connection:
            batch = contacts.keys_after(connection, after, SLICE)
            moves = movers(connection, batch, policy, now=now)
            counted.update((each.known.label.word, each.decision.label.word) for each in moves)
            if not dry_run:
                steps = move(connection, moves, policy, "policy", now=now)
                messaging.publish(connection, steps, now=now)
        if not batch:
            return Pass(seen, sorted(counted.items()))
        seen += len(batch)
        after = max(batch)
        progress(seen)
