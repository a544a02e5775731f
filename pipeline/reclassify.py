"""Reclassify: every contact decided anew from its stored acts, under another pack."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.keeping import keeps_profile
from classifier.policy import Keep, Policy
from config.packs import load_pack
from domain.contact import Profile
from domain.errors import RegularsError
from domain.signal import Signal, SignalKind
from pipeline.redecide import move, movers
from store import contacts, installation, messaging, narrowing, reading, signals
from store.database import Database
from store.messaging import Step

#: Contacts decided in one transaction.
SLICE = 2_000
#: Where a contact goes of whom only counts may stay.
COUNTED = "only counted"
NO_PROFILE = Profile(None, None)

Moves = list[tuple[tuple[str, str], int]]


class Pass(NamedTuple):
    """What a pass over the store did or would do: contacts seen, counts by (from, to), names dropped."""

    seen: int
    moves: Moves
    unnamed: int


def reclassify_all(
    database: Database, pack: str, *, dry_run: bool, now: datetime, progress: Callable[[int], None]
) -> Pass:
    """Decide all contacts under `pack` and put it in force; `dry_run` only counts who would move.

    What the pack does not let us keep goes: names, texts, and contacts of whom only counts may stay.
    Raises RegularsError while a harvest runs: it would go on deciding under the former pack.
    """
    policy = load_pack(pack)
    if not dry_run:
        with database.write() as connection:
            if reading.active_runs(connection):
                raise RegularsError(
                    "A harvest is running; labels of two packs would mix. Wait for it (`regulars runs "
                    "list`) or cancel it, then reclassify."
                )
            installation.settle_policy(connection, pack)
            textless = [each for each in SignalKind if not policy.rules[each].text_days]
            narrowing.forget_texts(connection, textless)
    seen, after, unnamed = 0, 0, 0
    counted: Counter[tuple[str, str]] = Counter()
    while True:
        with database.write() as connection:
            batch = contacts.keys_after(connection, after, SLICE)
            unnamed += _decide_slice(connection, batch, policy, counted, now=now)
            if dry_run:
                connection.rollback()
        if not batch:
            return Pass(seen, sorted(counted.items()), unnamed)
        seen += len(batch)
        after = max(batch)
        progress(seen)


def _decide_slice(
    connection: Connection,
    batch: dict[int, str],
    policy: Policy,
    counted: Counter[tuple[str, str]],
    *,
    now: datetime,
) -> int:
    """Take away what may only be counted, decide from what remains; returns how many lost their name."""
    kinds = [each for each in SignalKind if policy.rules[each].keep is Keep.COUNT]
    reduced = narrowing.count_instead(connection, batch, kinds, now=now)
    gone = reduced - set(signals.of_contacts(connection, reduced))
    moves = movers(connection, batch, policy, now=now)
    for each in moves:
        to = COUNTED if each.known.id in gone else each.decision.label.word
        counted[each.known.label.word, to] += 1
    steps = move(connection, moves, policy, "policy", now=now)
    contacts.forget_idle(connection, gone)
    unnamed = _drop_names(connection, {each: batch[each] for each in set(batch) - gone}, policy, now=now)
    inside = {each.contact_id for each in steps if each.op == "upsert"}
    messaging.publish(
        connection, [*steps, *(each for each in unnamed if each.contact_id not in inside)], now=now
    )
    return len(unnamed)


def _drop_names(
    connection: Connection, platform_of: dict[int, str], policy: Policy, *, now: datetime
) -> list[Step]:
    """Take the names away that the acts which hold do not let us keep; returns the feed's steps."""
    named = {
        each: known
        for each, known in contacts.by_id(connection, platform_of).items()
        if known.profile != NO_PROFILE
    }
    acts = signals.of_contacts(connection, named)
    dropped = [each for each in named if not keeps_profile(_holding(acts.get(each, ()), now), policy)]
    if dropped:
        contacts.rename(connection, [(each, NO_PROFILE) for each in dropped])
    return [Step(each, platform_of[each], named[each].platform_id, "upsert", "changed") for each in dropped]


def _holding(acts: Iterable[tuple[int, Signal]], now: datetime) -> list[SignalKind]:
    return [act.kind for _, act in acts if act.holds(now)]
