"""Scrubbing: every day, and soon after somebody was erased, what still remembers them is written over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from domain.contact import ContactKey
from pipeline.job import Save, Step
from pipeline.own_files import Cleared, clear
from pipeline.put_aside import forget_suppressed
from pipeline.road import Road
from store import (
    consents,
    erasures,
    inbox,
    installation,
    jobs,
    reading,
    segment_steps,
    segment_told,
    suppressions,
    targetings,
    tombstones,
    transfers,
)
from store.database import Database
from store.erasures import Erased
from store.jobs import Job
from store.scrub import scrub
from store.written_files import Written

#: How often without an erasure, and how soon one scrub may follow another.
EVERY, AT_MOST_EVERY = timedelta(days=1), timedelta(hours=1)
#: How often it is tried while somebody reads or harvests, and the pauses: until the next day.
TRIES, PAUSE = 24, timedelta(minutes=10)


def scrubbing_step(road: Road) -> Step:
    """Return the step of a job that scrubs."""

    def step(database: Database, job: Job, save: Save, now: datetime) -> None:
        tries = job.reached.get("tries", 0) + 1
        erased, _ = database.transact(lambda connection: tidy(connection, road, now=now))
        with database.read() as connection:
            # On PostgreSQL it shuts tables for seconds: not in the middle of a harvest, if that ever ends.
            waits = not database.on_sqlite and tries < TRIES and reading.active_runs(connection) > 0
        clean = not waits and scrub(database, beside=True)
        if road.inbox is not None and road.inbox is not database:
            clean &= scrub(road.inbox)

        def act(connection: Connection) -> None:
            if clean:
                erasures.scrubbed(connection, erased, now=road.now())
            done = clean or tries >= TRIES
            again = None if done else road.now() + PAUSE
            save(connection, {"tries": tries, "clean": clean}, done=done, due_at=again)

        database.transact(act)

    return step


def tidy(connection: Connection, road: Road, *, now: datetime) -> tuple[list[Erased], Cleared]:
    """Let go what only the erased stood in: wordings, our files, and days of erasures that are long over.

    Returns the days whose erased may still stand in the database's files, for what comes next.
    """
    suppressions.take(connection)
    consents.forget_unused_wordings(connection)
    erasures.forget_past(connection, now=now)
    policy, suppressor = road.policy_of(connection), road.suppressor_of(connection)
    days = policy.number("tombstone_days")
    segment_told.forget_told(connection, now - timedelta(days=days))
    tombstones.forget_acknowledged(connection)
    segment_steps.forget(connection, now - timedelta(days=days))
    transfers.forget_told(connection)
    years = policy.numbers.get("ttpa_records_years")
    if years is not None:  # a pack of one's own may name none: then the record stays
        targetings.forget(connection, now - timedelta(days=366 * years.value))
    cleared = clear(connection, road.places, suppressor, tombstone_days=days, now=now)
    return erasures.unscrubbed(connection), cleared


class FollowedUp(NamedTuple):
    """What came of it: whether the database's files are clean, when all copies are gone, files that stay."""

    clean: bool
    gone_by: datetime
    files: list[Written]


def follow_up(road: Road, *keys: ContactKey, now: datetime) -> FollowedUp:
    """Do at once what the daily scrub does, after an erasure; puzzling pushes that name its contacts go, too.

    Of PostgreSQL's tables none is written anew: that is left to the scrub.
    """
    waiting = road.inbox or road.database

    def forget(connection: Connection) -> None:
        for platform in sorted({each.platform for each in keys}):
            ids = [each.platform_id for each in keys if each.platform == platform]
            inbox.forget_naming(connection, platform, ids, road.opened)

    waiting.transact(forget)
    forget_suppressed(road)
    _, cleared = road.database.transact(lambda connection: tidy(connection, road, now=now))
    with road.database.read() as connection:
        gone_by = erasures.gone_by(connection, now=now)
    clean = scrub_now(road.database, now=road.now())
    return FollowedUp(clean and (waiting is road.database or scrub(waiting)), gone_by, cleared.left)


def scrub_now(database: Database, *, whole: bool = False, now: datetime) -> bool:
    """Scrub at once, all tables with `whole`; returns whether the files hold nobody who was erased before."""
    with database.read() as connection:
        erased = erasures.unscrubbed(connection)
    clean = scrub(database, whole=whole)
    if clean:
        database.transact(lambda connection: erasures.scrubbed(connection, erased, now=now))
    return clean


def begin_scrub_if_due(database: Database, *, now: datetime) -> int | None:
    """Begin to scrub where somebody was erased since the last time, or that is a day ago; returns the job."""
    with database.read() as connection:
        if not _is_due(connection, now):
            return None
    with database.write() as connection:
        return jobs.begin(connection, jobs.SCRUB, {}, now=now)


def _is_due(connection: Connection, now: datetime) -> bool:
    last: Mapping[str, Any] | None = jobs.newest(connection, jobs.SCRUB)
    erased_at = max((each.at for each in erasures.unscrubbed(connection)), default=None)
    if last is None:
        began = installation.created_at(connection)
        return erased_at is not None or (began is not None and now - began >= EVERY)
    if last["state"] == "running":
        return False
    since: timedelta = now - last["created_at"]
    return since >= EVERY or (
        since >= AT_MOST_EVERY and erased_at is not None and erased_at >= last["created_at"]
    )
