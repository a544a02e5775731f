"""Withdraw: a person takes a consent back, wholly or in part, as easily as it was given (GDPR art. 7(3))."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.contact import ContactKey
from domain.label import Label
from domain.sign_up import FOR_TOPICS
from pipeline.interests import beside
from pipeline.redecide import redecide
from store import choices, consents, contacts, messaging, notices, overrides, sign_ups
from store.messaging import Step

#: What the feed says of those who leave messaging so.
CONSENT_WITHDRAWN = "consent_withdrawn"


class Withdrawn(NamedTuple):
    """Whose consents ended now, and of whom no consent to any channel is left, so that the sign-up ended."""

    contacts: frozenset[ContactKey]
    sign_ups_ended: frozenset[ContactKey]


def withdraw(
    connection: Connection,
    keys: Collection[ContactKey],
    purposes: Collection[str],
    policy: Policy,
    *,
    now: datetime,
) -> Withdrawn:
    """End consents of contacts to these purposes (`domain.sign_up.PURPOSES`), with what relied on them.

    Topics go with their consent; once no channel is left, the sign-up ends, and an operator's raise that
    rested on it. The proofs and addresses stay as long as the contact: by them an older form is known not to
    count. It must end its transaction: it publishes to the feed.
    """
    key_of = {found: key for key, found in notices.ids_of(connection, keys).items()}
    contacts.by_id(connection, key_of)  # locked before anything that points at them, as by every writer
    ended = consents.withdraw(connection, key_of, sorted(purposes), now=now)
    if FOR_TOPICS in purposes:
        choices.forget_declared(connection, ended)
    left = consents.standing(connection, ended)
    over = ended - left
    sign_ups.end(connection, over, now=now)
    for contact_id, word in overrides.of_contacts(connection, over).items():
        if word.to is Label.REGULAR:
            overrides.take_back(connection, contact_id)
    messaging.publish(connection, _steps(connection, ended, key_of, policy, now), now=now)
    return Withdrawn(frozenset(key_of[each] for each in ended), frozenset(key_of[each] for each in over))


def _steps(
    connection: Connection,
    ended: Collection[int],
    key_of: dict[int, ContactKey],
    policy: Policy,
    now: datetime,
) -> list[Step]:
    platforms: dict[str, list[int]] = defaultdict(list)
    for each in sorted(ended):
        platforms[key_of[each].platform].append(each)
    steps: list[Step] = []
    for platform, ids in platforms.items():
        moved = redecide(connection, ids, platform, policy, CONSENT_WITHDRAWN, now=now)
        steps += beside(connection, moved, ids, now=now)
    return steps
