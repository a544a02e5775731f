"""Transfer: a person consents to be disclosed to a third party, or takes that back (GDPR art. 6(1)(a), 7)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.contact import ContactKey
from domain.label import Label
from domain.recipient import Recipient, RecipientError, require_receiving
from domain.sign_up import hash_of
from domain.transfer import Transfer, fault
from store import consents, contacts, messaging, notices, transfers
from store.consents import Wording
from store.messaging import Step
from store.transfers import Agreed

#: What the feed says to all readers where such a consent comes or ends.
TRANSFER = "transfer"
NOBODY = "no contact of this key is stored"


class Outcome(NamedTuple):
    """Whose consent is new, and which, by their places, prove none, with a clause that says why."""

    contacts: frozenset[ContactKey]
    invalid: Sequence[tuple[int, str]]


def agree(
    connection: Connection, recipient: Recipient, given: Sequence[Transfer], *, now: datetime
) -> Outcome:
    """Store consents to be disclosed to a third party, with their proofs.

    Words that do not name the recipient prove nothing. Raises RecipientError where the recipient needs no
    consent or gets nothing. It must end its transaction: it publishes to the feed.
    """
    require_receiving(recipient)
    if not recipient.needs_consent:
        raise RecipientError(f"{recipient.name} is no third party: contacts need not consent to it.")
    key_of = _locked(connection, [each.key for each in given])
    id_of = {key: number for number, key in key_of.items()}
    invalid, proven = [], []
    for place, each in enumerate(given):
        wrong = fault(each, recipient, now=now) or (None if each.key in id_of else NOBODY)
        if wrong:
            invalid.append((place, wrong))
        else:
            proven.append(each)
    wordings = {Wording(hash_of(each.consent), each.language, each.consent) for each in proven}
    consents.keep_wordings(connection, wordings, now=now)
    kept = [
        Agreed(id_of[each.key], recipient.id, each.at, hash_of(each.consent), each.source, each.taken_by)
        for each in proven
    ]
    new = transfers.keep(connection, kept, now=now)
    messaging.publish(connection, _steps(connection, new, key_of), now=now)
    return Outcome(frozenset(key_of[each] for each in new), invalid)


def withdraw_transfer(
    connection: Connection, keys: Collection[ContactKey], recipient: Recipient | None, *, now: datetime
) -> frozenset[ContactKey]:
    """End consents to be disclosed to a recipient, to all with None; returns whose any was ended.

    The third party is told of the removal. The proofs stay as long as the contact. It must end its
    transaction: it publishes to the feed.
    """
    key_of = _locked(connection, keys)
    number = None if recipient is None else recipient.id
    ended = transfers.withdraw(connection, key_of, number, now=now)
    messaging.publish(connection, _steps(connection, ended, key_of), now=now)
    transfers.note_step(connection, ended, now=now)
    return frozenset(key_of[each] for each in ended)


def _locked(connection: Connection, keys: Collection[ContactKey]) -> dict[int, ContactKey]:
    """Return by number those of the contacts who are stored and did not object."""
    found = {number: key for key, number in notices.ids_of(connection, keys).items()}
    known = contacts.by_id(connection, found)  # locked before anything that points at them
    return {
        number: key
        for number, key in found.items()
        if number in known and known[number].label is not Label.SUPPRESSED
    }


def _steps(connection: Connection, moved: Iterable[int], key_of: dict[int, ContactKey]) -> list[Step]:
    inside = messaging.inside(connection, moved)  # who is out comes in by no consent of this kind
    return [
        Step(each, key_of[each].platform, key_of[each].platform_id, "upsert", TRANSFER)
        for each in sorted(inside)
    ]
