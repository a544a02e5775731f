"""Labels decided anew from stored signals: after somebody left, or under another policy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.keeping import ended_keep_until
from classifier.policy import Policy, decide
from domain.contact import ContactKey, Profile
from domain.label import Decision, Label
from domain.signal import Signal
from pipeline.withhold import reconcile
from store import contacts, decisions, interests, messaging, signals, texts
from store.contacts import Known, Relabelled
from store.decisions import Carried
from store.messaging import Step


class Move(NamedTuple):
    """A contact whose label would change, or has."""

    known: Known
    key: ContactKey
    decision: Decision
    account_id: int | None


def movers(
    connection: Connection, platform_of: dict[int, str], policy: Policy, *, now: datetime
) -> list[Move]:
    """Decide contacts (id → platform) anew; returns those whose label changes, locked."""
    there = contacts.by_id(connection, platform_of)
    acts = signals.of_contacts(connection, there)
    moves = []
    for contact_id, known in there.items():
        key = ContactKey(platform_of[contact_id], known.platform_id)
        towards: dict[Signal, int] = {act: account_id for account_id, act in acts.get(contact_id, [])}
        decision = decide(key, towards, policy, now=now)
        if decision.label is not known.label:
            account_id = towards[decision.evidence[0].signal] if decision.evidence else None
            moves.append(Move(known, key, decision, account_id))
    return moves


def move(
    connection: Connection, moves: Sequence[Move], policy: Policy, reason: str, *, now: datetime
) -> list[Step]:
    """Give each mover its new label; returns the feed's steps, which the caller publishes last."""
    if not moves:
        return []
    weakened = [each.known.id for each in moves if each.decision.label is not Label.REGULAR]
    out = messaging.take_out(connection, weakened) if weakened else set()
    if weakened:
        interests.forget(connection, weakened)
    contacts.relabel(connection, [_relabelled(each, policy, now) for each in moves], now=now)
    texts.read_again(connection, [each.known.id for each in moves if each.decision.label is Label.REGULAR])
    decisions.append(connection, [_carried(each) for each in moves], policy=policy.signature, now=now)
    steps = []
    for each in moves:
        if each.decision.label is Label.REGULAR:
            steps.append(Step(each.known.id, *each.key, "upsert", reason))
        elif each.known.id in out:
            steps.append(Step(each.known.id, *each.key, "remove", reason))
    return steps


def restate(
    connection: Connection, contact_ids: Iterable[int], platform: str, policy: Policy, *, now: datetime
) -> None:
    """Decide anew those contacts of whom no decision is left, so that their labels can be explained."""
    bare = decisions.without_any(connection, contact_ids)
    there = contacts.by_id(connection, bare)
    acts = signals.of_contacts(connection, there)
    stated = []
    for contact_id, known in sorted(there.items()):
        key = ContactKey(platform, known.platform_id)
        towards: dict[Signal, int] = {act: account_id for account_id, act in acts.get(contact_id, [])}
        decision = decide(key, towards, policy, now=now)
        account_id = towards[decision.evidence[0].signal] if decision.evidence else None
        stated.append(_carried(Move(known, key, decision, account_id)))
    if stated:
        decisions.append(connection, stated, policy=policy.signature, now=now)


def redecide(
    connection: Connection,
    contact_ids: Iterable[int],
    platform: str,
    policy: Policy,
    reason: str,
    *,
    now: datetime,
) -> list[Step]:
    """Decide contacts of one platform anew and move those whose label changes.

    Those whose regular acts are all in doubt by now leave messaging, whatever their label.
    """
    concerned = set(contact_ids)
    found = movers(connection, dict.fromkeys(concerned, platform), policy, now=now)
    steps = move(connection, found, policy, reason, now=now)
    return reconcile(connection, steps, concerned, policy, now=now)


def _relabelled(each: Move, policy: Policy, now: datetime) -> Relabelled:
    label = each.decision.label
    profile = each.known.profile if label is Label.REGULAR else Profile(None, None)
    keep_until = None
    if label in (Label.NONE, Label.OCCASIONAL):
        keep_until = ended_keep_until(policy, now)
    return Relabelled(each.known.id, label, profile, keep_until)


def _carried(each: Move) -> Carried:
    if not each.decision.evidence:
        return Carried(each.known.id, each.decision.label, None, None, None, None, None)
    first = each.decision.evidence[0]
    return Carried(
        each.known.id,
        each.decision.label,
        first.signal.kind,
        each.account_id,
        first.signal.item,
        first.signal.started_at,
        first.source,
    )
