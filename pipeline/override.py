"""Override: an operator's word on a contact's label; down is free, up needs a consent and a second person."""

from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.admission import OverrideFacts
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.label import Label
from domain.person import is_same_person
from pipeline.redecide import redecide
from store import messaging, overrides
from store.admission_inputs import NOTHING, inputs_of
from store.contacts import Known, known

#: What the feed says of those whom an operator moved.
OVERRIDE = "override"


def override(
    connection: Connection, key: ContactKey, word: OverrideFacts, policy: Policy, *, now: datetime
) -> Label:
    """Give a contact the label that an operator says; returns the one it has now.

    A word to lower holds at once and whatever is harvested later. A word to raise waits for a second person
    (`confirm`), and needs a stored proof of consent. Raises RegularsError where it may not be.
    """
    if not word.reason.strip():
        raise RegularsError("An override needs a reason, in words that others understand; give --reason.")
    found = _found(connection, key)
    if found.label is Label.SUPPRESSED:
        raise RegularsError("This contact objected; nobody but the contact itself can take that back.")
    if word.to is Label.REGULAR:
        _require_proof(connection, found.id)
    overrides.put(connection, found.id, word)
    return _moved(connection, key, found.id, policy, now=now)


def confirm(connection: Connection, key: ContactKey, by: str, policy: Policy, *, now: datetime) -> Label:
    """Confirm the raise that another person decided; returns the label that the contact has now.

    Raises RegularsError where none waits, where `by` decided it, here or at the command line, or where the
    consent is gone meanwhile.
    """
    found = _found(connection, key)
    waiting = overrides.of_contacts(connection, [found.id]).get(found.id)
    if waiting is None or waiting.confirmed_at is not None:
        raise RegularsError("No override of this contact waits for a second person.")
    if is_same_person(waiting.by, by):
        raise RegularsError(
            f"{waiting.by} decided this override, so somebody else must confirm it, signed in as another "
            "user; the same name in the console and on the system is one person."
        )
    _require_proof(connection, found.id)
    overrides.confirm(connection, found.id, by, now=now)
    return _moved(connection, key, found.id, policy, now=now)


def take_back(connection: Connection, key: ContactKey, policy: Policy, *, now: datetime) -> Label:
    """Forget what an operator said of a contact, so that its acts decide again; returns its label."""
    found = _found(connection, key)
    if not overrides.take_back(connection, found.id):
        raise RegularsError("There is no override of this contact to take back.")
    return _moved(connection, key, found.id, policy, now=now)


def _found(connection: Connection, key: ContactKey) -> Known:
    there = known(connection, key.platform, [key.platform_id])
    if key.platform_id not in there:
        raise RegularsError("We hold nothing under this key.")
    return there[key.platform_id]


def _require_proof(connection: Connection, contact_id: int) -> None:
    if not inputs_of(connection, [contact_id]).get(contact_id, NOTHING).consented:
        raise RegularsError(
            "No consent of this contact is stored, so nobody may make it regular; store its sign-up or its "
            "consent first."
        )


def _moved(
    connection: Connection, key: ContactKey, contact_id: int, policy: Policy, *, now: datetime
) -> Label:
    steps = redecide(connection, [contact_id], key.platform, policy, OVERRIDE, now=now)
    label = known(connection, key.platform, [key.platform_id])[key.platform_id].label
    messaging.publish(connection, steps, now=now)
    return label
