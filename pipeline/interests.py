"""Interests: texts are read on the classify queue, and what they say of contacts is found anew."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import orjson
from sqlalchemy import Connection

from classifier.interests import interests, weighed, words_of
from classifier.policy import Policy
from classifier.topic_rules import Inferred, inferable
from config.packs import load_pack
from domain.interest import Interest, Strength
from domain.label import Label
from domain.topic import Reading
from pipeline.job import Save, Step
from pipeline.post_topics import allow_counts, keep_read
from store import choices, contacts, installation, jobs, messaging, post_topics, reading, texts
from store import interests as store
from store.choices import Choices
from store.database import Database
from store.interests import Spoke
from store.jobs import Job
from store.texts import Unread

#: Texts read, and contacts whose interests are found, in one step.
BATCH = 1_000
#: After so long interests are found again: texts grow old, acts end.
FOUND_AGAIN = timedelta(days=1)
#: How long one reading keeps off the next; while a harvest runs, and after one that failed.
READ_EVERY, READ_AMID = timedelta(minutes=1), timedelta(minutes=10)

#: Strengths that leave the house.
SHOWN = frozenset({Strength.INTEREST, Strength.DECLARED})


class Reads(Protocol):
    """Reads topics in texts."""

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Return one reading a text, in their order."""
        ...


def reading_step(reader: Callable[[], Reads]) -> Step:
    """Return the step of a job that reads texts; `reader` is called in the process that reads first."""

    def step(database: Database, job: Job, save: Save, now: datetime) -> None:
        with database.read() as connection:
            pack = installation.policy(connection)
            waiting = texts.unread(connection, BATCH, now=now)
            own = [] if waiting else post_topics.unread(connection, BATCH)
        if pack is None:
            raise LookupError("an installation without a pack")
        policy = load_pack(pack)
        readings = list(reader().read(each.text for each in waiting or own)) if waiting or own else []

        def act(connection: Connection) -> None:
            if installation.policy(connection) != pack:
                save(connection, job.reached, done=False)  # what was read is read again under the new pack
                return
            allow(connection, policy)
            if waiting:
                _keep(connection, policy, waiting, readings)
                reached = {**job.reached, "texts": job.reached.get("texts", 0) + len(waiting)}
                save(connection, reached, done=False)
                return
            if own:
                keep_read(connection, own, readings)
                reached = {**job.reached, "posts": job.reached.get("posts", 0) + len(own)}
                save(connection, reached, done=False)
                return
            due = store.due(connection, now - FOUND_AGAIN, BATCH)
            steps = find(connection, due, now=now)
            reached = {**job.reached, "contacts": job.reached.get("contacts", 0) + len(due)}
            save(connection, reached, done=not due)
            messaging.publish(connection, steps, now=now)

        database.transact(act)

    return step


def begin_reading_if_due(database: Database, *, now: datetime) -> int | None:
    """Begin to read where texts wait or interests are due to be found again; returns the job."""
    with database.read() as connection:
        if not waits(connection, now=now) or not _may_begin(connection, now):
            return None
    with database.write() as connection:
        return jobs.begin(connection, jobs.TOPICS, {}, now=now)


def waits(connection: Connection, *, now: datetime) -> bool:
    """Tell whether there is anything to read or to find."""
    return (
        texts.waits(connection, now=now)
        or post_topics.waits(connection)
        or store.is_due(connection, now - FOUND_AGAIN)
    )


def _may_begin(connection: Connection, now: datetime) -> bool:
    harvesting = reading.active_runs(connection) > 0
    last = jobs.newest(connection, jobs.TOPICS)
    if last is None:
        return not harvesting
    pause = READ_AMID if harvesting or last["state"] == "failed" else READ_EVERY
    return last["state"] != "running" and bool(now - last["created_at"] >= pause)


def allow(connection: Connection, policy: Policy) -> None:
    """Let no more be inferred of contacts, and counted, than a pack allows; what is beyond it goes."""
    store.allow(connection, inferable(policy.topics, Inferred.CONTACTS))
    allow_counts(connection, policy)


def _keep(
    connection: Connection, policy: Policy, waiting: Sequence[Unread], readings: Sequence[Reading]
) -> None:
    """Store what the texts of contacts who are still regular speak of, as far as a pack allows."""
    allowed = inferable(policy.topics, Inferred.CONTACTS)
    known = contacts.by_id(connection, {each.contact_id for each in waiting})
    regular = {each for each, who in known.items() if who.label is Label.REGULAR}
    spoke = [
        Spoke(
            each.contact_id,
            each.account_id,
            each.kind,
            each.item,
            topic,
            each.platform,
            each.under,
            score,
            words_of(said, topic),
            each.at,
        )
        for each, said in zip(waiting, readings, strict=True)
        if each.contact_id in regular
        for topic, score in weighed(said)
        if (topic, each.platform) in allowed
    ]
    if spoke:
        store.hold(connection, {each.contact_id for each in spoke})
        store.keep(connection, spoke)
    texts.mark_read(connection, waiting)


def find(connection: Connection, contact_ids: Collection[int], *, now: datetime) -> list[messaging.Step]:
    """Find the interests of contacts anew from what is stored; returns the feed's steps to publish last.

    Only what changes is written, and only those in the messaging store whose shown topics changed are told.
    """
    held = store.holders(connection, contact_ids) if contact_ids else {}
    if not held:
        return []
    known = contacts.by_id(connection, held)
    spoken = store.evidence(connection, held, now=now)
    chosen = choices.of_contacts(connection, held)
    before = store.stored(connection, held)
    found = {
        each: interests(spoken.get(each, ()), *chosen.get(each, Choices()), now=now) for each in sorted(held)
    }
    changed = {each: of for each, of in found.items() if _bare(of) != before.get(each, ())}
    if changed:
        store.replace(connection, changed, {each: held[each].platform for each in changed})
    told = {each: _shown(of) for each, of in found.items()}
    store.settle(connection, told, now=now)
    news = [each for each in found if told[each] != held[each].told]
    inside = messaging.inside(connection, news) if news else set()
    return [
        messaging.Step(each, held[each].platform, known[each].platform_id, "upsert", "interests")
        for each in news
        if each in inside
    ]


def beside(
    connection: Connection, steps: list[messaging.Step], contact_ids: Collection[int], *, now: datetime
) -> list[messaging.Step]:
    """Find the interests of contacts anew; returns `steps` and what they do not tell yet."""
    told = {each.contact_id for each in steps}
    return steps + [each for each in find(connection, contact_ids, now=now) if each.contact_id not in told]


def _bare(found: Iterable[Interest]) -> tuple[Interest, ...]:
    return tuple(each._replace(signals=()) for each in found)


def _shown(found: Iterable[Interest]) -> str:
    """Write what leaves the house: a hint is for whoever looks at the contact."""
    return orjson.dumps(
        [[each.topic, each.strength.word] for each in found if each.strength in SHOWN]
    ).decode()
