"""Labels decided anew from stored signals: after somebody left, or under another policy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.keeping import ended_keep_until
from classifier.overriding import overridden
from classifier.policy import Policy, decide
from domain.contact import ContactKey, Profile
from domain.label import Decision, Label
from domain.signal import Signal
from pipeline.withhold import reconcile
from store import contacts, decisions, interests, messaging, overrides, signals, texts
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
    """Decide contacts (id → platform) anew; returns those whose label changes, locked.

    What an operator decided stands, as far as it may (see `classifier.overriding`).
    """
    there = contacts.by_id(connection, platform_of)
    acts = signals.of_contacts(connection, there)
    words = overrides.of_contacts(connection, there)
    moves = []
    for contact_id, known in sorted(there.items()):
        key = ContactKey(platform_of[contact_id], known.platform_id)
        towards: dict[Signal, int] = {act: account_id for account_id, act in acts.get(contact_id, [])}
        decision = overridden(decide(key, towards, policy, now=now), words.get(contact_id))
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
    decisions.append(connection, [carried(each) for each in moves], policy=policy.signature, now=now)
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
    words = overrides.of_contacts(connection, there)
    stated = []
    for contact_id, known in sorted(there.items()):
        key = ContactKey(platform, known.platform_id)
        towards: dict[Signal, int] = {act: account_id for account_id, act in acts.get(contact_id, [])}
        decision = overridden(decide(key, towards, policy, now=now), words.get(contact_id))
        account_id = towards[decision.evidence[0].signal] if decision.evidence else None
        stated.append(carried(Move(known, key, decision, account_id)))
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
    _date_released(connection, dict.fromkeys(concerned, platform), policy, now=now)
    return reconcile(connection, steps, concerned, policy, now=now)


def _date_released(
    connection: Connection, platform_of: dict[int, str], policy: Policy, *, now: datetime
) -> None:
    """Let those go in time whom an operator holds down and whose acts no longer say otherwise."""
    words = overrides.of_contacts(connection, platform_of)
    if not words:
        return
    there = contacts.by_id(connection, words)
    acts = signals.of_contacts(connection, there)
    until = ended_keep_until(policy, now)
    released = []
    for contact_id, known in there.items():
        key = ContactKey(platform_of[contact_id], known.platform_id)
        said = decide(key, (act for _, act in acts.get(contact_id, ())), policy, now=now)
        if said.label <= words[contact_id].to < Label.REGULAR:
            released.append(Relabelled(contact_id, known.label, known.profile, until))
    if released:
        contacts.relabel(connection, released, now=now)


def _relabelled(each: Move, policy: Policy, now: datetime) -> Relabelled:
    label = each.decision.label
    profile = each.known.profile if label is Label.REGULAR else Profile(None, None)
    keep_until = None
    # Whom an operator lowered stays known while its acts stand: the next harvest would raise it again.
    if label in (Label.NONE, Label.OCCASIONAL) and each.decision.decided_by is None:
        keep_until = ended_keep_until(policy, now)
    return Relabelled(each.known.id, label, profile, keep_until)


def carried(each: Move) -> Carried:
    """Return the decision of a move as it is stored."""
    if not each.decision.evidence:
        words = (each.decision.decided_by, each.decision.reason)
        return Carried(each.known.id, each.decision.label, None, None, None, None, None, *words)
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
