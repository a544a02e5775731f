"""A pass over all contacts: the database finds by itself whom a pack touches, and misses nobody."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import insert

from classifier.keeping import keeps_profile
from classifier.policy import Keep, Policy, decide
from domain.contact import ContactKey, Profile
from domain.label import Label
from domain.signal import Signal, SignalKind
from store import contacts, passing, signals
from store.contacts import Fresh
from store.database import Database
from store.passing import Span
from store.signals import Act
from store.tables import overrides, topic_holders
from tests.cast import CNIL, EU, NOW, added

KINDS = (SignalKind.FOLLOWS, SignalKind.LIKED, SignalKind.OBJECTED)
#: No act at all, one that stands, one that has ended, one that will.
ENDS = ("no act", None, NOW, NOW + timedelta(days=1))
NAMES = (Profile(None, None), Profile("ada", None), Profile(None, "Ada"))


def crowd(database: Database) -> dict[int, tuple[Label, Profile, list[Signal]]]:
    """Store everybody there can be: each label and name with each set of acts; returns them by id."""
    everybody = dict(enumerate(product(Label, NAMES, product(ENDS, repeat=len(KINDS))), 7001))
    with database.write() as connection:
        account = added(connection)
        fresh = [Fresh(str(each), label, name, None) for each, (label, name, _) in everybody.items()]
        ids = contacts.add(connection, account.platform, fresh, now=NOW)
        acts = {
            ids[str(each)]: (
                label,
                name,
                [
                    Signal(ContactKey(account.platform, str(each)), kind, "", None, ended)  # type: ignore[arg-type]  # the words are left out
                    for kind, ended in zip(KINDS, ends, strict=True)
                    if ended != "no act"
                ],
            )
            for each, (label, name, ends) in everybody.items()
        }
        stored = [
            Act(each, act.kind, act.item, None, act.ended_at, None)
            for each, (_, _, did) in acts.items()
            for act in did
        ]
        signals.add(connection, account.id, stored, now=NOW)
    return acts


def is_touched(label: Label, name: Profile, acts: list[Signal], policy: Policy) -> bool:
    """Tell by the classifier whether a pack changes anything of a contact."""
    kept = [each for each in acts if policy.rules[each.kind].keep is Keep.STORE]
    decided = decide(ContactKey("twitter", "1"), kept, policy, now=NOW).label
    unlawful = name != NAMES[0] and not keeps_profile([each.kind for each in kept if each.holds(NOW)], policy)
    return kept != acts or decided is not label or unlawful


@pytest.mark.parametrize("policy", [CNIL, EU], ids=["2016", "2026"])
def test_whoever_a_pack_touches_is_found_and_nobody_else(database: Database, policy: Policy) -> None:
    acts = crowd(database)
    with database.write() as connection:
        span = passing.next_span(connection, 0, 10_000)
        assert span == Span(0, max(acts), len(acts))
        found = passing.touched(connection, span, policy, 10_000, now=NOW)
    assert found == {each: "twitter" for each, them in acts.items() if is_touched(*them, policy)}
    assert 0 < len(found) < len(acts)


def test_a_span_ends_at_the_last_whom_there_is_room_for(database: Database) -> None:
    acts = crowd(database)
    first, *ids = sorted(acts)
    with database.write() as connection:
        span = passing.next_span(connection, first, 100)
        assert span == Span(first, ids[99], 100)
        every = passing.touched(connection, span, CNIL, 100, now=NOW)
        found = passing.touched(connection, span, CNIL, 3, now=NOW)
        assert list(found) == list(every)[:3]
        shorter = passing.shorter(connection, span, max(found))
        assert shorter == Span(first, max(found), ids.index(max(found)) + 1)
        assert passing.next_span(connection, max(acts), 100) is None


def test_operators_words_and_interests_that_are_due_are_looked_at(database: Database) -> None:
    acts = crowd(database)
    still = [each for each, them in acts.items() if not is_touched(*them, CNIL) and them[0] is Label.REGULAR]
    said, due, found_before = still[:3]
    word = {"to_label": "occasional", "decided_by": "ada", "reason": "staff", "at": NOW}
    with database.write() as connection:
        connection.execute(
            insert(overrides).values(contact_id=said, confirmed_by="ada", confirmed_at=NOW, **word)
        )
        rows = [
            {"contact_id": due, "label": "regular", "found_at": None},
            {"contact_id": found_before, "label": "regular", "found_at": NOW},
        ]
        connection.execute(insert(topic_holders), rows)
        span = passing.next_span(connection, 0, 10_000)
        assert span is not None
        found = passing.touched(connection, span, CNIL, 10_000, now=NOW)
    assert set(still) & set(found) == {said, due}
