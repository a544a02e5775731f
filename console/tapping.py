"""Tapping: the messages of a Singer tap from the gates to its target, entered before and after."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain.journal import Act, Detail, Entry
from domain.recipient import Recipient, require_receiving
from exports import singer
from exports.files import until_halted, was_told
from exports.singer import Message, Place, Reader, Wanted
from pipeline.admit import review
from store import exports as recorded
from store import halts, journal
from store.database import Database
from store.exports import SINGER, Made
from workers.runtime import Runtime


class Target(NamedTuple):
    """Whose target asks, for what, and how far it was told before; `by` is whoever runs the tap.

    `name` tells the targets of one recipient apart.
    """

    recipient: Recipient
    asked: Wanted
    place: Place | None
    by: str
    name: str = ""


class Told(NamedTuple):
    """What a target was told, and whether removals alone, for a halt lasts."""

    contacts: int
    removals: int
    removals_only: bool


def tap(runtime: Runtime, target: Target, tell: Callable[[Message], None], *, now: datetime) -> Told:
    """Ask the gates of everybody and tell a recipient's target what it does not know yet.

    A target gets everything anew where nothing was told before, where removals may be forgotten since, and
    after a restore. While anything is halted only removals are told, and its state stays as it was. Raises
    RecipientError where the recipient may get nothing, HaltedError where a halt leaves nothing to tell.
    """
    recipient, asked, place, by, name = target
    require_receiving(recipient)
    database = runtime.database
    details: dict[str, Detail] = {"format": "singer", "recipient": recipient.id}
    with database.read() as connection:
        is_halted = bool(halts.every(connection))
        to_others = runtime.to_others(connection)
    with database.write() as connection:  # before: nothing may be told of which nothing is known
        policy = runtime.policy_in_force(connection)
        journal.record(connection, Entry(by, Act.EXPORT_BEGUN, now, details=details))
    review(database, policy, runtime.settings.controller, now=now, to_others=to_others)
    reader = Reader(database, recipient)
    look = until_halted(database, lambda _: None)
    counts = {"upsert": 0, "remove": 0}
    with database.read() as connection:
        seq, epoch = recorded.newest_seq(connection), recorded.epoch(connection)
        known = place if place and place.epoch == epoch and 0 <= place.seq <= seq else None
        if known is not None and not was_told(connection, known.seq, seq, policy, now):
            known = None
        if is_halted and known is None:
            halts.require_none(connection)
        number = None if is_halted else _enter_first(database, target, seq, known=known, now=now)
        version = max(int(now.timestamp() * 1000), place.version + 1 if place else 0)
        tell(singer.schema_of(asked))
        if is_halted and known is not None:
            messages = singer.removals(connection, reader, asked, known, now=now)
        elif known is None or asked.is_full:
            messages = singer.everything(connection, reader, asked, version, now=now)
        else:
            messages, version = singer.moved(connection, reader, asked, known, now=now), known.version
        for count, each in enumerate(messages, start=1):
            tell(each)
            if each["type"] == "RECORD":
                counts[each["record"]["op"]] += 1
            if not is_halted and count % 1_000 == 0:
                look(count)
        held = singer.people(connection, recipient) if known is not None else counts["upsert"]
        tell(singer.state_of(known if is_halted and known is not None else Place(seq, epoch, version)))
    counted = {"contacts": counts["upsert"], "tombstones": counts["remove"]}
    with database.write() as connection:
        if number is None:
            recorded.tell_target(connection, recipient.id, name, seq)
        else:
            recorded.target_told(connection, number, (held, counts["remove"]))
        journal.record(connection, Entry(by, Act.EXPORT_WRITTEN, now, details={**details, **counted}))
    return Told(counts["upsert"], counts["remove"], is_halted)


def _enter_first(database: Database, target: Target, seq: int, *, known: Place | None, now: datetime) -> int:
    """Enter on record what a target is about to be told, before it is; a run that breaks off stays there."""
    recipient, _, _, by, name = target
    made = Made(SINGER, recipient.id, seq, 0, 0, 0, 0, (), None, by, None, target=name)
    with database.write() as beside:
        number = recorded.add(beside, made, now=now)
        # What it gives back as its state it has; what it is told now, by its next state.
        recorded.tell(beside, number, known.seq if known else 0)
        return number
