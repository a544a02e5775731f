"""Withhold: who is regular by acts in doubt only stays out of messaging, and comes back when seen again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.label import Label
from domain.signal import SignalKind
from store import messaging, withheld
from store.messaging import Step
from store.withheld import Standing

#: What the feed says of those who leave messaging in doubt, and of those who come back.
WITHHELD, SEEN_AGAIN = "withheld", "seen_again"


def reconcile(
    connection: Connection, steps: list[Step], concerned: Collection[int], policy: Policy, *, now: datetime
) -> list[Step]:
    """Bring the messaging store in line with the acts in doubt; returns all steps to publish.

    Of `steps`, not yet published, those fall away that would let in whom doubt keeps out. The `concerned`
    are taken out, or let in again, as their acts now stand; one regular by another act stays in.
    """
    if not withheld.exist(connection):
        return steps
    withheld.forget_ended(connection, concerned, now=now)
    return _reconciled(connection, steps, concerned, policy, now=now)


def seen_again(
    connection: Connection,
    account_id: int,
    acts: Iterable[tuple[str, str, int]],
    steps: list[Step],
    policy: Policy,
    *,
    now: datetime,
) -> list[Step]:
    """Let those come back whose acts (kind, item, contact id) in doubt a page or an event shows.

    So do those of whom it shows another act that makes regular, such as a follow of another account.
    """
    if not withheld.exist(connection):
        return steps
    shown = list(acts)
    back = withheld.sighted(connection, account_id, shown)
    back |= withheld.doubted(connection, {contact_id for *_, contact_id in shown})
    return _reconciled(connection, steps, back, policy, now=now)


def release(
    connection: Connection, account_id: int, most: int, policy: Policy, *, now: datetime
) -> list[Step]:
    """Take acts towards an account out of doubt, at most so many, and let their people come back."""
    back = withheld.release(connection, account_id, most)
    return _reconciled(connection, [], back, policy, now=now)


def held_out(
    connection: Connection, contact_ids: Iterable[int], policy: Policy, *, now: datetime
) -> set[int]:
    """Return those of the contacts whom only acts in doubt make regular: they are out of messaging."""
    return {each.contact_id for each in _standing(connection, contact_ids, policy, now=now) if each.held_out}


def _standing(
    connection: Connection, contact_ids: Iterable[int], policy: Policy, *, now: datetime
) -> list[Standing]:
    kinds = [each for each in SignalKind if policy.rules[each].label is Label.REGULAR]
    return withheld.standing(connection, contact_ids, kinds, now=now)


def _reconciled(
    connection: Connection,
    steps: Sequence[Step],
    concerned: Collection[int],
    policy: Policy,
    *,
    now: datetime,
) -> list[Step]:
    entering = {each.contact_id for each in steps if each.op == "upsert"}
    stand = _standing(connection, entering.union(concerned), policy, now=now)
    held_out = {each.contact_id for each in stand if each.held_out}
    kept = [each for each in steps if each.op != "upsert" or each.contact_id not in held_out]
    leaving = [each for each in stand if each.held_out and each.inside]
    out = messaging.take_out(connection, [each.contact_id for each in leaving]) if leaving else set()
    back = [
        each for each in stand if not each.held_out and not each.inside and each.contact_id not in entering
    ]
    return [
        *kept,
        *(Step(*each[:3], "remove", WITHHELD) for each in leaving if each.contact_id in out),
        *(Step(*each[:3], "upsert", SEEN_AGAIN) for each in back),
    ]
