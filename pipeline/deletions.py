"""Deletions: what a platform tells us to delete goes at once, and only under the ids that it named."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.contact import ContactKey, Platform
from domain.signal import SignalKind
from pipeline.interests import beside
from pipeline.redecide import redecide
from pipeline.suppress import erase, note_erasure
from store import accounts, contacts, deletions, messaging, outdating, signals, suppressions
from store.deletions import Deletion
from store.messaging import Step

#: What is asked for, as it stands in the list; X's words for a person's fate stand beside them.
ASKED, DEAUTHORISED = "deletion", "deauthorisation"
#: The stream of people known by their id within an app.
FRIENDS = "friends"
_LEFT = (
    "The person through whom its tokens came has left the app at Facebook, so they open nothing any more. "
    "Connect the account again with tokens of somebody who stays (`regulars account add`)."
)


def delete_app_person(connection: Connection, app_ids: Collection[str], person: str, *, now: datetime) -> str:
    """Erase a person known by an id within apps; returns the code under which the state is looked up.

    Works twice, and the same for whoever was never met. An id within a page is another id, and stays.
    """
    suppressions.take(connection)
    steps = _erase(connection, app_ids, person, now=now)
    code = secrets.token_urlsafe(18)
    deletions.record(connection, Deletion(Platform.FACEBOOK, ASKED, now, now, code=code))
    messaging.publish(connection, steps, now=now)
    return code


def deauthorise(
    connection: Connection, app_ids: Collection[str], person: str, policy: Policy, *, now: datetime
) -> None:
    """Take note that a person left apps: their contact goes, and so does what their tokens opened.

    Accounts whose tokens came through them are paused; friends that only their token showed are wiped.
    """
    suppressions.take(connection)
    steps = _erase(connection, app_ids, person, now=now)
    concerned: set[int] = set()
    for account in accounts.opened_by(connection, app_ids, person):
        accounts.pause(connection, account.id, _LEFT)
        if account.user_token_owner == person:
            concerned.update(signals.forget_kind(connection, account.id, SignalKind.FRIEND))
    steps += redecide(connection, concerned, Platform.FACEBOOK, policy, DEAUTHORISED, now=now)
    contacts.forget_idle(connection, concerned)
    steps = beside(connection, steps, concerned, now=now)
    deletions.record(connection, Deletion(Platform.FACEBOOK, DEAUTHORISED, now, now))
    messaging.publish(connection, steps, now=now)


def _erase(connection: Connection, app_ids: Iterable[str], person: str, *, now: datetime) -> list[Step]:
    # A page of friends that was read before and is not written yet would bring them back.
    outdating.outdate(connection, accounts.of_apps(connection, app_ids), FRIENDS, now=now)
    keys = [ContactKey(Platform.FACEBOOK, f"app-{each}:{person}") for each in sorted(app_ids)]
    steps = erase(connection, keys, "platform_deletion")
    note_erasure(connection, now=now)
    return steps
