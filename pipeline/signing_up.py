"""Sign up: people who gave us their consent and their addresses themselves become regular contacts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from config.consent_texts import targets
from config.suppression import Suppressor
from domain.contact import ContactKey, Profile
from domain.label import Label
from domain.sign_up import (
    FOR_TOPICS,
    SIGNUP,
    SignUp,
    addresses_of,
    fault,
    hash_of,
    identifiers_of,
)
from domain.signal import Signal, SignalKind
from pipeline.choosing import declared
from pipeline.page import write_page
from pipeline.recognising import SHARED_PHONE, Keyed, recognised
from store import accounts, addresses, areas, consents, contacts, messaging, notices, sign_ups, suppressions
from store.addresses import Address
from store.choices import Declared
from store.consents import Consent, Form, Wording
from store.notices import AtForm

#: What the account is called towards which people sign up.
ACCOUNT_NAME = "sign-ups"
WITHDRAWN = "its person withdrew this consent later"


@dataclass(slots=True)
class Outcome:
    """What became of sign-ups, each told by its place among those given.

    `contact_ids` holds those that were stored. Of the suppressed nothing was written. The invalid come with
    a clause that says why and holds nothing of the person's. `proofs` counts the consents that were new.
    """

    contact_ids: dict[int, int] = field(default_factory=dict)
    new: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    suppressed: list[int] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)
    proofs: int = 0


class _Entry(NamedTuple):
    """A sign-up that may be stored: its place, its contact's key, and the purposes that still stand."""

    place: int
    platform_id: str
    signed: SignUp
    purposes: tuple[str, ...]


def sign_up(
    connection: Connection, signed: Sequence[SignUp], policy: Policy, suppressor: Suppressor, *, now: datetime
) -> Outcome:
    """Store people who signed up, with the proof of their consent, and let them into messaging.

    The same person is known again by the e-mail address, or by the phone where no address is given; never
    by a name. Whoever objected is left out without a trace. An older sign-up changes nothing that a newer
    one said, and revives no consent that was withdrawn since. Takes a fixed number of statements, however
    many sign up. It must end its transaction: it publishes to the feed. Run it through `Database.transact`.
    """
    outcome = Outcome()
    valid = []
    for place, each in enumerate(signed):
        wrong = fault(each, now=now)
        if wrong:
            outcome.invalid.append((place, wrong))
        else:
            valid.append((place, each))
    suppressions.share(connection)
    refused = _suppressed(connection, valid, suppressor)
    outcome.suppressed += sorted(refused)
    valid = [(place, each) for place, each in valid if place not in refused]
    if not valid:
        return outcome
    account = accounts.house(connection, SIGNUP, ACCOUNT_NAME, now=now)
    keyed, unclear = recognised(connection, valid)
    outcome.invalid += [(place, SHARED_PHONE) for place in unclear]
    there = contacts.known(connection, SIGNUP, {platform_id for _, platform_id, _ in keyed})
    entries = _standing(connection, keyed, there, outcome)
    steps = []
    if entries:
        dates = consents.form_dates(connection, [each.id for each in there.values()])
        newest = {each.id: dates.get(each.id) for each in there.values()}
        acts = _acts(entries, {each: newest[known.id] for each, known in there.items()})
        steps = write_page(connection, (account.id, SIGNUP), acts, policy, now=now).steps
        ids = _ids(connection, entries, there)
        outcome.proofs = _keep(connection, entries, ids, now=now)
        _told(connection, entries, ids, now=now)
        steps = declared(connection, _declared(entries, ids), policy, steps, now=now)
        outcome.contact_ids = {each.place: ids[each.platform_id] for each in entries}
    outcome.suppressed.sort()
    outcome.invalid.sort()
    messaging.publish(connection, steps, now=now)
    return outcome


def _suppressed(
    connection: Connection, signed: Iterable[tuple[int, SignUp]], suppressor: Suppressor
) -> set[int]:
    """Return the places of those who objected under any of their identifiers."""
    places: dict[str, set[int]] = defaultdict(set)
    for place, each in signed:
        for identifier in identifiers_of(each):
            places[suppressor.value(*identifier)].add(place)
    return set().union(*(places[each] for each in suppressions.among(connection, places)))


def _standing(
    connection: Connection,
    keyed: Iterable[Keyed],
    there: Mapping[str, contacts.Known],
    outcome: Outcome,
) -> list[_Entry]:
    """Return what of the sign-ups stands: not of whoever objected, nor what was withdrawn since."""
    withdrawn = consents.withdrawals(connection, [each.id for each in there.values()])
    entries, seen = [], set(there)
    for place, platform_id, each in keyed:
        known = there.get(platform_id)
        if known and known.label is Label.SUPPRESSED:
            outcome.suppressed.append(place)
            continue
        wanted = (*each.channels, *((FOR_TOPICS,) if each.topics else ()))
        purposes = tuple(
            purpose
            for purpose in wanted
            if not (known and (since := withdrawn.get((known.id, purpose))) and since >= each.at)
        )
        if not set(purposes) & set(each.channels):
            outcome.invalid.append((place, WITHDRAWN))
            continue
        (outcome.known if platform_id in seen else outcome.new).append(place)
        seen.add(platform_id)
        entries.append(_Entry(place, platform_id, each, purposes))
    return entries


def _acts(entries: Iterable[_Entry], before: Mapping[str, datetime | None]) -> list[Signal]:
    """Return one act a contact, the newest, with the newest name that was given."""
    acts: dict[str, Signal] = {}
    for _, platform_id, signed, _ in sorted(entries, key=lambda each: (each.signed.at, each.place)):
        last = before.get(platform_id)
        name = signed.name if last is None or last <= signed.at else None
        profile = Profile(None, name.strip()) if name and name.strip() else None
        if profile is None and platform_id in acts:
            profile = acts[platform_id].profile
        contact = ContactKey(SIGNUP, platform_id)
        acts[platform_id] = Signal(contact, SignalKind.SIGNED_UP, started_at=signed.at, profile=profile)
    return list(acts.values())


def _ids(
    connection: Connection, entries: Iterable[_Entry], there: Mapping[str, contacts.Known]
) -> dict[str, int]:
    ids = {each: known.id for each, known in there.items()}
    fresh = {each.platform_id for each in entries} - set(ids)
    return ids | {each: known.id for each, known in contacts.known(connection, SIGNUP, fresh).items()}


def _told(
    connection: Connection, entries: Iterable[_Entry], ids: Mapping[str, int], *, now: datetime
) -> None:
    """Record that people were told by the form that they filled in (GDPR art. 13)."""
    signed = [(ids[each.platform_id], each.signed) for each in entries]
    told = [AtForm(contact_id, each.taken_by, min(each.at, now)) for contact_id, each in signed]
    notices.give_at_forms(connection, told)


def _keep(connection: Connection, entries: Sequence[_Entry], ids: Mapping[str, int], *, now: datetime) -> int:
    """Store the proofs, the addresses and the rest of the forms, of each contact the newest.

    Returns how many proofs were new.
    """
    consents.keep_wordings(
        connection,
        [
            Wording(hash_of(text), language, text, targets(text))
            for language, text in {(each.language, each.consent) for _, _, each, _ in entries}
        ],
        now=now,
    )
    proofs = [
        Consent(ids[key], purpose, each.at, hash_of(each.consent), each.source, each.taken_by)
        for _, key, each, purposes in entries
        for purpose in purposes
    ]
    new = consents.keep(connection, proofs, now=now)
    newest: dict[int, datetime] = {}
    for _, key, each, _ in entries:
        newest[ids[key]] = max(newest.get(ids[key], each.at), min(each.at, now))
    sign_ups.renew(connection, newest.items())
    codes = areas.codes_of(connection, [each.area for _, _, each, _ in entries if each.area])
    given: dict[tuple[str, str], Address] = {}
    forms: dict[str, Form] = {}
    for _, key, each, purposes in sorted(entries, key=lambda each: (each.signed.at, each.place)):
        for channel, address in addresses_of(each).items():
            if channel in purposes:
                given[key, channel] = Address(ids[key], channel, address, each.at)
        before = forms.get(key)
        area = each.area or (before.area if before else None)
        forms[key] = Form(ids[key], each.language, area, each.at, codes.get(area or ""))
    addresses.keep(connection, list(given.values()))
    consents.keep_forms(connection, list(forms.values()))
    return new


def _declared(entries: Iterable[_Entry], ids: Mapping[str, int]) -> list[Declared]:
    return [
        Declared(ids[key], topic, each.consent, each.source, each.at)
        for _, key, each, purposes in entries
        if FOR_TOPICS in purposes
        for topic in each.topics
    ]
