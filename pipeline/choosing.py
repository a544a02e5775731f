"""Choosing: what a contact declared and what a human says of its topics; a human's word wins."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.label import Label
from domain.topic import TOPICS
from pipeline.interests import allow, beside, find
from store import choices, contacts, interests, messaging, reading
from store.choices import PINNED, REMOVED, Declared
from store.messaging import Step


class Wish(NamedTuple):
    """What is said of a contact's topics; `consent` is what it agreed to, `source` where it did."""

    declare: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    take_back: tuple[str, ...] = ()
    consent: str = ""
    source: str = ""

    @property
    def says_anything(self) -> bool:
        """Whether a topic is named."""
        return bool(self.declare or self.pin or self.remove or self.take_back)


def choose(connection: Connection, key: ContactKey, wish: Wish, policy: Policy, *, now: datetime) -> None:
    """Keep what is said of a contact's topics and find its interests anew.

    To remove a topic withdraws also what was declared; to declare or pin one ends its removal. Raises
    RegularsError, and keeps nothing, for what the pack does not allow.
    """
    contact_id = reading.contact(connection, key)["id"]
    _check(wish)
    # Locked before anything points at it, as every writer locks.
    label = contacts.by_id(connection, [contact_id])[contact_id].label
    if label is not Label.REGULAR:
        raise RegularsError(f"This contact is {label.word}; topics may be tied to regular contacts only.")
    allow(connection, policy)
    interests.hold(connection, [contact_id])
    for each in wish.take_back:
        if not choices.take_back(connection, contact_id, each, declared=False):
            raise RegularsError(f"Nobody pinned or removed {each} here.")
    for each in wish.remove:
        choices.take_back(connection, contact_id, each, declared=True)
        choices.choose(connection, contact_id, each, REMOVED, None, now=now)
    for each in wish.pin:
        if not interests.allowed(connection, each, key.platform):
            raise RegularsError(
                f"{policy.name} lets {each} be tied to a contact of {key.platform} only where the contact "
                "declared it; use --declare with its --consent."
            )
        choices.choose(connection, contact_id, each, PINNED, key.platform, now=now)
    for each in wish.declare:
        choices.take_back(connection, contact_id, each, declared=False)
        choices.declare(connection, contact_id, each, (wish.consent, wish.source), now=now)
    messaging.publish(connection, find(connection, [contact_id], now=now), now=now)


def declared(
    connection: Connection, topics: Sequence[Declared], policy: Policy, steps: list[Step], *, now: datetime
) -> list[Step]:
    """Keep topics that regular contacts declared, and find their interests anew.

    Returns `steps` and what they do not tell yet, to be published last.
    """
    if not topics:
        return steps
    concerned = {each.contact_id for each in topics}
    allow(connection, policy)
    interests.hold(connection, concerned)
    choices.declare_all(connection, topics)
    return beside(connection, steps, concerned, now=now)


def _check(wish: Wish) -> None:
    said = (*wish.declare, *wish.pin, *wish.remove, *wish.take_back)
    for each in said:
        if each not in TOPICS:
            raise RegularsError(f"There is no topic {each!r}; there are {', '.join(TOPICS)}.")
    if len(set(said)) < len(said):
        raise RegularsError("A topic is named twice; say one thing of each.")
    if wish.declare and not (wish.consent.strip() and wish.source.strip()):
        raise RegularsError(
            "What a contact declares needs --consent, the words that it agreed to, and --source, where."
        )
