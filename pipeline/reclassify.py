"""Reclassify: every contact decided anew from its stored acts, under another pack."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection

from classifier.keeping import keeps_profile
from classifier.policy import Keep, Policy
from config.packs import load_pack
from domain.contact import Profile
from domain.errors import RegularsError
from domain.signal import Signal, SignalKind
from pipeline.interests import allow, beside
from pipeline.job import Save
from pipeline.redecide import move, movers
from pipeline.withhold import reconcile
from store import contacts, installation, jobs, messaging, narrowing, passing, reading, signals
from store.database import Database
from store.jobs import Job
from store.messaging import Step
from store.passing import Span

#: Contacts that are looked at in one transaction, and how many of them may change in it.
SPAN, SLICE = 20_000, 2_000
#: Where a contact goes of whom only counts may stay.
COUNTED = "only counted"
NO_PROFILE = Profile(None, None)

Moves = list[tuple[tuple[str, str], int]]


class Pass(NamedTuple):
    """What a pass over the store did or would do: contacts seen, counts by (from, to), names dropped."""

    seen: int
    moves: Moves
    unnamed: int

    @classmethod
    def of(cls, reached: Mapping[str, Any]) -> Self:
        """Read it from what a job has reached."""
        moves: Moves = sorted(((before, after), count) for before, after, count in reached.get("moves", ()))
        return cls(reached.get("seen", 0), moves, reached.get("unnamed", 0))


def preview(database: Database, pack: str, *, now: datetime, progress: Callable[[int], None]) -> Pass:
    """Count who would move under `pack` and move nobody."""
    policy = load_pack(pack)
    reached: dict[str, Any] = {}
    while True:
        with database.write() as connection:
            span = passing.next_span(connection, reached.get("after", 0), SPAN)
            if span is None:
                return Pass.of(reached)
            reached = _after_slice(connection, span, policy, reached, now=now)
            connection.rollback()
        progress(reached["seen"])


def begin_reclassify(connection: Connection, pack: str, *, now: datetime) -> int:
    """Put `pack` in force and begin the job that decides all contacts under it; returns the job.

    What the pack does not let us keep goes: names, texts, and contacts of whom only counts may stay.
    Raises RegularsError while a harvest runs, or while contacts are decided under another pack. A job under
    the same pack is gone on with.
    """
    policy = load_pack(pack)
    going_on = jobs.running(connection, jobs.RECLASSIFY)
    if going_on is not None and going_on["arguments"]["pack"] == pack:
        return int(going_on["id"])
    if going_on is not None:
        other = going_on["arguments"]["pack"]
        raise RegularsError(
            f"Contacts are being decided under {other}; let that end first: `regulars reclassify --policy "
            f"{other}`."
        )
    require_no_harvest(connection)
    installation.settle_policy(connection, pack)
    narrowing.forget_texts(connection, [each for each in SignalKind if not policy.rules[each].text_days])
    allow(connection, policy)
    arguments = {"pack": pack, "contacts": contacts.count(connection)}
    job_id = jobs.begin(connection, jobs.RECLASSIFY, arguments, now=now)
    if job_id is None:
        raise RegularsError("Somebody else has just begun to reclassify; see `regulars jobs list`.")
    return job_id


def require_no_harvest(connection: Connection) -> None:
    """Raise RegularsError while a harvest runs: it would go on deciding under the former pack."""
    if reading.active_runs(connection):
        raise RegularsError(
            "A harvest is running; labels of two packs would mix. Wait for it (`regulars runs list`) or "
            "cancel it, then reclassify."
        )


def reclassify_step(database: Database, job: Job, save: Save, now: datetime) -> None:
    """Decide the next contacts of a job under its pack, and save how far it came with their labels."""
    policy = load_pack(job.arguments["pack"])

    def act(connection: Connection) -> None:
        span = passing.next_span(connection, job.reached.get("after", 0), SPAN)
        if span:
            save(connection, _after_slice(connection, span, policy, job.reached, now=now), done=False)
        else:
            save(connection, job.reached, done=True)

    database.transact(act)


def _after_slice(
    connection: Connection,
    span: Span,
    policy: Policy,
    reached: Mapping[str, Any],
    *,
    now: datetime,
) -> dict[str, Any]:
    """Decide the contacts of a span, or as many as may change at once; returns what a job has reached."""
    counted = Counter({(before, after): count for before, after, count in reached.get("moves", ())})
    batch = passing.touched(connection, span, policy, SLICE, now=now)
    if len(batch) == SLICE:
        span = passing.shorter(connection, span, max(batch))
    unnamed = _decide_slice(connection, batch, policy, counted, now=now) if batch else 0
    return {
        "after": span.upto,
        "seen": reached.get("seen", 0) + span.contacts,
        "moves": [[before, after, count] for (before, after), count in sorted(counted.items())],
        "unnamed": reached.get("unnamed", 0) + unnamed,
    }


def _decide_slice(
    connection: Connection,
    batch: dict[int, str],
    policy: Policy,
    counted: Counter[tuple[str, str]],
    *,
    now: datetime,
) -> int:
    """Take away what may only be counted, decide from what remains; returns how many lost their name.

    The contacts (id → platform) are those whom the pack may touch.
    """
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
    steps += [each for each in unnamed if each.contact_id not in inside]
    steps = beside(connection, steps, set(batch) - gone, now=now)
    messaging.publish(connection, reconcile(connection, steps, set(batch), policy, now=now), now=now)
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
