"""What is done again and again among many contacts, each through the product's own functions.

Every part is a function of its own that gives its figures; `again.py` runs each in a process of its own.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Any, overload

from sqlalchemy import Connection, text

from benchmarks.recorded import Figures, forget_peak, peak_mb
from benchmarks.rights_world import DAYS, MET, NEW, STORED, TEAM, TODAY, Person
from benchmarks.rows_written import written
from config.suppression import Suppressor
from domain.signal import Signal, SignalKind
from pipeline import depart
from pipeline.begin import Wanted, begin_harvest
from pipeline.expire import expire
from pipeline.job import carry_out
from pipeline.reclassify import begin_reclassify, reclassify_step
from store import accounts, contacts, jobs, rosters, runs, walks
from store.checkpoints import Listing
from store.database import Database
from store.departures import Walked
from store.rosters import RosterPage
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Clock, Travel
from workers.runtime import Runtime

PAGE, TIMES = 1_000, 3
#: Of those who follow, in a hundred: who has left and who is new since.
CHANGED = 1
#: Pages of newcomers among the suppressed; a tenth of each page is suppressed.
NEWCOMERS = 20


class Roster(Sequence[Signal]):
    """Whoever follows, newest first, made as they are asked for: those from `begin` on, without the left."""

    def __init__(self, stored: int, new: int, *, left: int = 0, begin: int = STORED, met: int = 0) -> None:
        self._new, self._left, self._begin, self._met = new, left, begin, met
        self._stored = stored - (stored // left if left else 0)

    def __len__(self) -> int:
        return self._new + self._stored

    @overload
    def __getitem__(self, place: int) -> Signal: ...
    @overload
    def __getitem__(self, place: slice) -> list[Signal]: ...
    def __getitem__(self, place: int | slice) -> Signal | list[Signal]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if place < self._new:
            return follower(NEW, place).act
        kept = place - self._new
        if self._met and kept % self._met == 0:
            return follower(MET, kept // self._met).act
        return follower(self._begin, kept + kept // (self._left - 1) + 1 if self._left else kept).act


def follower(begin: int, place: int) -> Person:
    """Return who follows at a place: one of five only likes."""
    return Person(begin + place // 4 * 5 + place % 4 + 1)


def travel(runtime: Runtime, roster: Sequence[Signal], suppressor: Suppressor | None = None) -> Travel:
    """Join the account of the installation with a connector that lists a roster."""
    with runtime.database.write() as connection:
        policy, ours = runtime.policy_in_force(connection), runtime.suppressor_of(connection)
        account = accounts.find(connection, TEAM)
    connector = ScriptedConnector({(FOLLOWERS, ""): roster})  # type: ignore[dict-item]  # read by slices
    clock = Clock(TODAY + timedelta(days=1))
    return Travel(runtime.database, connector, clock, policy, account, suppressor or ours)


def walk(journey: Travel, head_pages: int | None = None) -> Figures:
    """Harvest followers page by page, to the end of the roster or its head only; returns what it took."""
    with journey.database.write() as connection:
        wanted = Wanted([FOLLOWERS], head_pages=head_pages)
        runs_of = begin_harvest(connection, journey.account, journey.connector, wanted, now=journey.clock())
    run_id = runs_of[FOLLOWERS]
    steps, busy = [], time.process_time()
    while (row := journey.run(run_id))["state"] == "running":
        journey.clock.at = max(journey.clock.at, row["due_at"])
        begun = time.perf_counter()
        journey.step(run_id)
        steps.append(time.perf_counter() - begun)
    if row["state"] != "done":
        raise SystemExit(f"The harvest ended as {row['state']}; no figure.")
    return {
        "contacts": head_pages * PAGE if head_pages else len(journey.followers),
        "seconds": sum(steps),
        "processor": time.process_time() - busy,
        "page_ms": 1000 * median(steps),
        "longest": max(steps),
        "left": row["left"],
    }


def second(runtime: Runtime, count: int) -> Figures:
    """Harvest a roster that was harvested before, of which some have left and as many are new."""
    of = count * 4 // 5
    journey = travel(runtime, Roster(of, of * CHANGED // 100, left=100 // CHANGED))
    forget_peak()
    with written(runtime.database) as rows:
        done = walk(journey)
    return done | {"mb": peak_mb(), "rows": dict(rows.most_common())}


def diff(runtime: Runtime, count: int) -> Figures:
    """Compare a whole walk with the roster that is stored: nobody, some and half of them missing."""
    journey = travel(runtime, Roster(count * 4 // 5, 0))
    database, found = runtime.database, Figures()
    run_id = journey.begin(FOLLOWERS)[FOLLOWERS]
    listing = Listing(journey.account.id, FOLLOWERS, "", run_id)
    for name, missing in (("none", 0), ("one in a hundred", 100), ("half", 2)):
        with database.write() as connection:
            _keep_pages(connection, listing, missing)
        forget_peak()
        before, spent, busy = peak_mb(), [], []
        for _ in range(TIMES):
            with database.write() as connection:
                begun, clock = time.perf_counter(), time.process_time()
                walked = Walked(listing, ("follows",), journey.clock())
                depart.compare(
                    connection, walked, "twitter", journey.policy, brakes=True, now=journey.clock()
                )
                spent.append(time.perf_counter() - begun)
                busy.append(time.process_time() - clock)
                connection.rollback()
        found[name] = {"seconds": spent, "processor": busy, "mb": peak_mb(), "before": before}
    with database.write() as connection:
        rosters.forget(connection, run_id, "")
        runs.cancel(connection, run_id, now=journey.clock())
    return found


def _keep_pages(connection: Connection, listing: Listing, missing: int) -> None:
    rosters.forget(connection, listing.run_id, "")
    walks.begin(connection, listing, SignalKind.FOLLOWS, now=TODAY + timedelta(days=1))
    every = connection.execute(
        text("SELECT contact_id FROM signals WHERE kind = 'follows' AND ended_at IS NULL ORDER BY 1")
    ).scalars()
    for number, part in enumerate(every.partitions(PAGE)):
        members = [each for each in part if not missing or each % missing]
        rosters.add(connection, RosterPage(listing.run_id, "", number), members, counting=False)


def reclassify(runtime: Runtime, count: int) -> Figures:
    """Decide everybody anew: nobody moves; then one in fifty, whose acts had ended."""
    journey, found = travel(runtime, Roster(0, 0)), Figures()
    for name in ("nobody moves", "one in fifty moves"):
        if name != "nobody moves":
            with runtime.database.write() as connection:
                connection.execute(
                    text(
                        "UPDATE signals SET ended_at = seen_at WHERE kind = 'follows' AND contact_id % 50 = 2"
                    )
                )
        with written(runtime.database) as rows:
            begun = begin(journey, "cnil-2016")
            found[name] = begun | carried(journey, begun["job"])
        found[name]["rows"] = dict(rows.most_common())
        if found[name]["contacts"] < count * 4 // 5:
            raise SystemExit(f"Decided {found[name]['contacts']}; no figure.")
    return found


def switch(runtime: Runtime, count: int) -> Figures:
    """Put another pack in force, which takes texts, interests, names and acts away."""
    journey = travel(runtime, Roster(0, 0))
    with runtime.database.write() as connection:
        for each in _TEXTS_AND_TOPICS.split(";"):
            connection.execute(text(each.replace("MOMENT", _later(runtime.database))))
        texts = connection.execute(text("SELECT count(*) FROM texts")).scalar_one()
    with written(runtime.database) as rows:
        begun = begin(journey, "eu-2026")
        done = begun | carried(journey, begun["job"])
    with runtime.database.read() as connection:
        if connection.execute(text("SELECT count(*) FROM texts")).scalar_one():
            raise SystemExit("Texts are left; no figure.")
    return done | {"texts": texts, "of": count, "rows": dict(rows.most_common())}


def begin(journey: Travel, pack: str) -> Figures:
    """Put a pack in force; returns the job and how long its transaction kept others waiting."""
    with journey.database.write() as connection:
        begun = time.perf_counter()
        job = begin_reclassify(connection, pack, now=journey.clock())
    return {"job": job, "began_s": time.perf_counter() - begun}


def carried(journey: Travel, job_id: int) -> Figures:
    """Carry out a job to its end; returns what it took."""
    forget_peak()
    steps, busy = [], time.process_time()
    while (row := _job(journey.database, job_id))["state"] == "running":
        begun = time.perf_counter()
        carry_out(journey.road, {jobs.RECLASSIFY: reclassify_step}, job_id, row["fence"])
        steps.append(time.perf_counter() - begun)
    if row["state"] != "done":
        raise SystemExit(f"The job ended as {row['state']}: {row['error']}; no figure.")
    return {
        "contacts": row["reached"]["seen"],
        "moved": sum(each[2] for each in row["reached"]["moves"]),
        "unnamed": row["reached"]["unnamed"],
        "seconds": sum(steps),
        "processor": time.process_time() - busy,
        "longest": max(steps),
        "mb": peak_mb(),
    }


def _job(database: Database, job_id: int) -> Any:
    with database.read() as connection:
        return jobs.get(connection, job_id)


def suppressions(runtime: Runtime, _count: int) -> Figures:
    """Harvest newcomers, a tenth of them suppressed; beside it as many where nobody ever objected."""
    found: Figures = {}
    for number, (name, none) in enumerate((("among the suppressed", None), ("among none", Suppressor([])))):
        begin_at = NEW + 10**9 * (1 + number)
        roster = Roster(2 * NEWCOMERS * PAGE, 0, begin=begin_at, met=0 if none else 10)
        found[name] = walk(travel(runtime, roster, none), head_pages=NEWCOMERS)  # which ends nobody
    with runtime.database.read() as connection:
        there = contacts.known(
            connection, "twitter", [follower(MET, each).key.platform_id for each in range(9)]
        )
    if there:
        raise SystemExit("Some of the suppressed are stored; no figure.")
    return found


def expiry(runtime: Runtime, _count: int) -> Figures:
    """Expire what is due: of a day, of none, and of a month at once."""
    with runtime.database.read() as connection:
        policy = runtime.policy_in_force(connection)
    found: Figures = {}
    for name, now in (
        ("a day's due", TODAY),
        ("nothing due", TODAY),
        ("a month's at once", TODAY + timedelta(days=DAYS)),
    ):
        forget_peak()
        begun, busy = time.perf_counter(), time.process_time()
        gone = sum(expire(runtime.database, policy, now=now).values())
        seconds = time.perf_counter() - begun
        found[name] = {
            "seconds": seconds,
            "processor": time.process_time() - busy,
            "gone": gone,
            "mb": peak_mb(),
        }
    return found


#: In the order in which they may share one installation: what takes most away comes last.
PARTS = {
    "diff": diff,
    "second": second,
    "suppressions": suppressions,
    "reclassify": reclassify,
    "expiry": expiry,
    "switch": switch,
}


def _later(database: Database) -> str:
    later = (TODAY + timedelta(days=5)).isoformat(timespec="microseconds")
    return f"'{later}'" if database.on_sqlite else f"CAST('{later}' AS timestamptz)"


#: Texts of all who follow, and a topic tied to one of ten.
_TEXTS_AND_TOPICS = """
INSERT INTO texts (contact_id, account_id, kind, item, text, expires_at, under, unread)
SELECT contact_id, account_id, 'commented', 'c', 'The bus and the tram were late again.', MOMENT, '', false
FROM signals WHERE kind = 'follows' AND ended_at IS NULL;
INSERT INTO inferable_topics (topic, platform) VALUES ('measured', 'twitter') ON CONFLICT DO NOTHING;
INSERT INTO topic_holders (contact_id, label)
SELECT id, 'regular' FROM contacts WHERE label = 'regular' AND id % 10 = 4 ON CONFLICT DO NOTHING;
INSERT INTO interests (contact_id, topic, place, strength, texts, words, platform)
SELECT contact_id, 'measured', 0, 'interest', 3, '[]', 'twitter' FROM topic_holders;
INSERT INTO spoken (contact_id, account_id, kind, item, topic, platform, under, score, words, at)
SELECT h.contact_id, s.account_id, s.kind, s.item, 'measured', 'twitter', '', 1.0, '[]', MOMENT
FROM topic_holders AS h JOIN signals AS s ON s.contact_id = h.contact_id
"""
