"""Interests in tests: people who follow and write, a reader of few words, and all steps of a reading."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from classifier.policy import Policy
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from domain.topic import Hit, Reading
from pipeline.interests import Reads, reading_step
from pipeline.page import write_page
from store import installation, jobs, messaging
from store.database import Database
from store.jobs import Job
from store.tables import contacts
from tests.cast import CNIL, NOW, OURS, added


class FewWords:
    """Reads `#housing` as housing: a reader whose every answer is known."""

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Return one reading a text; `?` behind the topic makes it undecided."""
        for text in texts:
            words = [each.strip("#") for each in text.split() if each.startswith("#")]
            topics = [each.strip("?") for each in words]
            yield Reading(
                tuple(each for each in words if not each.endswith("?")),
                tuple((each, 4.0) for each in topics),
                tuple(Hit(0, 1, each, 4.0, f"word of {each}") for each in topics),
                "en",
            )


def writes(who: ContactKey, item: str, text: str, *, under: str | None = None, at: datetime = NOW) -> Signal:
    """Let somebody mention us with a text."""
    return Signal(who, SignalKind.MENTIONED, item, at, text=text, under=under)


def page(database: Database, acts: Sequence[Signal], policy: Policy = CNIL, *, now: datetime = NOW) -> int:
    """Store a page of acts as a harvest does, under a pack in force; returns the account."""
    with database.write() as connection:
        if installation.key_fingerprint(connection) is None:
            installation.settle_key(connection, "key", now=now)
        installation.settle_policy(connection, policy.name)
        account = added(connection, OURS)
        written = write_page(connection, (account.id, account.platform), acts, policy, now=now)
        messaging.publish(connection, written.steps, now=now)
        return account.id


def read(
    database: Database, *, now: datetime = NOW, reader: Callable[[], Reads] = FewWords
) -> dict[str, Any]:
    """Carry out all steps of a reading; returns what it reached."""
    step = reading_step(reader)
    reached: dict[str, Any] = {}
    ended: list[bool] = []

    def save(_connection: Connection, so_far: Any, *, done: bool) -> None:
        reached.update(so_far)
        ended.append(done)

    while not (ended and ended[-1]):
        step(database, Job(1, 0, jobs.TOPICS, {}, dict(reached), 1), save, now)
    return reached


def id_of(database: Database, who: ContactKey) -> int:
    """Return our id of a contact."""
    with database.read() as connection:
        found = connection.scalar(select(contacts.c.id).where(contacts.c.platform_id == who.platform_id))
    assert found is not None
    return int(found)
