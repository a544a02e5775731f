"""Admit: ask the gates of everybody in the messaging store, and tell the feed who is refused by now."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from classifier.admission import admit, held_back
from classifier.channels import channels
from classifier.policy import Policy
from domain.admission import Admission, Controller, Facts
from domain.channel import ChannelAnswer
from domain.contact import ContactKey
from domain.label import Label
from domain.signal import SignalKind
from store import admissions, halts, messaging
from store.admissions import Inside, Said
from store.database import Database
from store.messaging import Step
from store.standing_of import facts_of

#: Contacts asked about in one transaction.
SLICE = 2_000
#: What the feed says of those who are admitted, the first time or again, and of whose channels changed.
ADMITTED, CHANNELS = "admitted", "channels"


def regular_kinds(policy: Policy) -> frozenset[SignalKind]:
    """Return the kinds of act that make regular under a pack."""
    return frozenset(each for each in SignalKind if policy.rules[each].label is Label.REGULAR)


def review(
    database: Database,
    policy: Policy,
    controller: Controller | None,
    *,
    now: datetime,
    to_others: bool = False,
) -> int:
    """Ask the gates of everybody in the messaging store, slice by slice; returns how many are refused.

    With `to_others` readers of the feed are other recipients: see `classifier.admission.held_back`. The feed
    tells who is admitted and was not, whose channels changed, and the removal of who was admitted and is
    refused; whoever is refused stays in the store with the refusal. Nobody is told of who never was
    admitted, and nobody is admitted while anything is halted.
    """
    after, refused = 0, 0
    while True:
        after, there = database.transact(
            lambda connection, after=after: _review(
                connection, after, Asking(policy, controller, to_others, now)
            )  # type: ignore[misc]  # after is bound here
        )
        if after < 0:
            return refused
        refused += there


def review_newcomers(
    database: Database,
    policy: Policy,
    controller: Controller | None,
    *,
    now: datetime,
    to_others: bool = False,
) -> bool:
    """Ask the gates, as `review` does, of a slice of those who came in since they were asked last.

    For whoever reads the feed to its end. Nobody is asked while anything is halted. Returns whether there was
    anybody to ask.
    """
    with database.read() as connection:
        if not messaging.newcomers_wait(connection):
            return False

    def act(connection: Connection) -> bool:
        if halts.every(connection):
            return False
        _review(connection, 0, Asking(policy, controller, to_others, now), unasked=True)
        return True

    return database.transact(act)


def asked(
    connection: Connection,
    contact_id: int,
    policy: Policy,
    controller: Controller | None,
    *,
    now: datetime,
    to_others: bool = False,
) -> tuple[Facts, Admission, tuple[ChannelAnswer, ...]]:
    """Ask every gate and every channel of one contact, as it stands now."""
    facts = facts_of(connection, [contact_id], regular_kinds(policy), now=now)[contact_id]
    return facts, *_answers(facts, Asking(policy, controller, to_others, now))


class Asking(NamedTuple):
    """Under what the gates are asked."""

    policy: Policy
    controller: Controller | None
    to_others: bool
    now: datetime


def _answers(facts: Facts, asking: Asking) -> tuple[Admission, tuple[ChannelAnswer, ...]]:
    policy, controller, to_others, now = asking
    admission = admit(facts, policy, controller, now=now)
    ways = channels(facts, policy, admission, now=now)
    held = held_back(facts, to_others=to_others) if admission.admitted else None
    return Admission((*admission.answers, held)) if held else admission, ways


def _review(connection: Connection, after: int, asking: Asking, *, unasked: bool = False) -> tuple[int, int]:
    policy, now = asking.policy, asking.now
    there = admissions.inside_after(connection, after, SLICE, unasked=unasked)
    if not there:
        return -1, 0
    facts = facts_of(connection, [each.contact_id for each in there], regular_kinds(policy), now=now)
    said = {each.contact_id: _said(each, facts, asking) for each in there}
    last = there[-1].contact_id
    if halts.every(connection):  # whom a gate refused is not let in before the halt ends
        there = [each for each in there if not _is_let_in(each, said[each.contact_id])]
    changed = [said[each.contact_id] for each in there if each.said != said[each.contact_id]]
    if changed:
        admissions.put(connection, changed, now=now)
    steps = [step for each in there if (step := _step(each, said[each.contact_id]))]
    messaging.publish(connection, steps, now=now)
    return last, sum(each.refusal is not None for each in said.values())


def _said(inside: Inside, facts: Mapping[int, Facts], asking: Asking) -> Said:
    admission, answers = _answers(facts[inside.contact_id], asking)
    refusal = admission.refusals[0].gate.value if admission.refusals else None
    return Said(
        inside.contact_id,
        refusal,
        orjson.dumps([each.channel.value for each in answers if each.addressable]).decode(),
        orjson.dumps({each.channel.value: each.hindrance for each in answers if each.hindrance}).decode(),
        told=refusal is None or (inside.said is not None and inside.said.told),
    )


def _is_let_in(inside: Inside, said: Said) -> bool:
    return said.refusal is None and (inside.said is None or inside.said.refusal is not None)


def _step(inside: Inside, said: Said) -> Step | None:
    """Return what the feed must tell."""
    before, key = inside.said, ContactKey(inside.platform, inside.platform_id)
    was_shown = before is not None and before.refusal is None
    if said.refusal is not None:
        return Step(inside.contact_id, *key, "remove", said.refusal) if was_shown else None
    if not was_shown:
        return Step(inside.contact_id, *key, "upsert", ADMITTED)
    return Step(inside.contact_id, *key, "upsert", CHANNELS) if inside.said != said else None
