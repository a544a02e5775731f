"""Halting: the one stop of harvests, additions and files, and its end; removals are never stopped."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from classifier.policy import Policy, decide
from domain.account import Account
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.label import Label
from domain.signal import Signal
from pipeline import withhold
from store import contacts, decisions, halts, messaging, signals
from store.contacts import Known
from store.database import Database
from store.decisions import Carried
from store.halts import EVERYTHING, Halt
from store.messaging import Step

PolicyOf = Callable[[Connection], Policy]
#: How long a page waits before it looks whether the halt has ended.
PAUSE = timedelta(seconds=5)
#: What a run says that it waits for.
WAITS = "the end of a halt"
#: Contacts let in by one transaction.
SLICE = 2_000


def halt(connection: Connection, account: Account | None, by: str, why: str, *, now: datetime) -> None:
    """Stop harvests of an account or of all, additions that come through it, and every file.

    Raises RegularsError without a reason, for everybody who looks is told it.
    """
    if not why.strip():
        raise RegularsError("Say why: everybody who opens the console reads it.")
    halts.begin(connection, account.id if account else EVERYTHING, by, why.strip(), now=now)


def resume(connection: Connection, account: Account | None) -> Halt:
    """End a halt; returns it. Whom it kept out comes in by `admit_waiting`, which the dispatcher calls, too.

    Raises RegularsError where nothing is halted there.
    """
    place = account.id if account else EVERYTHING
    standing = {each.place: each for each in halts.every(connection)}
    if not halts.end(connection, place) or place not in standing:
        named = ", ".join(each.account or "everything" for each in standing.values())
        raise RegularsError(f"No halt stands there; what is halted: {named or 'nothing'}.")
    return standing[place]


def admit_waiting(database: Database, policy_of: PolicyOf, *, now: datetime) -> int:
    """Let those in whom an ended halt kept out and who are still regular; returns how many came in."""
    came = 0
    while True:
        with database.read() as connection:
            candidates = halts.free(connection, SLICE)
        if not candidates:
            return came
        came += database.transact(
            lambda connection, some=candidates: _admit(connection, some, policy_of(connection), now=now)  # type: ignore[misc]  # bound here
        )


def met_again(
    connection: Connection,
    account_id: int,
    there: dict[str, Known],
    acts: Iterable[Signal],
    policy: Policy,
    *,
    now: datetime,
) -> dict[int, Signal]:
    """Return those kept out by another account's halt whom a page shows to be regular by this account, too.

    Their decision rests on this account's act from now on, so that they come in.
    """
    if halts.concerns(connection, account_id):
        return {}
    shown = {
        there[each.contact.platform_id].id: each
        for each in acts
        if each.contact.platform_id in there
        and there[each.contact.platform_id].label is Label.REGULAR
        and policy.rules[each.kind].label is Label.REGULAR
        and each.ended_at is None
    }
    waiting = halts.among(connection, shown) if shown and halts.every(connection) else set()
    back = {contact_id: shown[contact_id] for contact_id in sorted(waiting)}
    if back:
        carried = [
            Carried(
                contact_id,
                Label.REGULAR,
                act.kind,
                account_id,
                act.item,
                act.started_at,
                policy.rules[act.kind].source,
            )
            for contact_id, act in back.items()
        ]
        decisions.append(connection, carried, policy=policy.signature, now=now)
        halts.let_go(connection, back)
    return back


def _admit(connection: Connection, platform_of: dict[int, str], policy: Policy, *, now: datetime) -> int:
    """Let one slice (id → platform) in; who is no longer regular, or in doubt, stays out."""
    there = contacts.by_id(connection, platform_of)
    inside = messaging.inside(connection, there)
    let_go = halts.let_go(connection, platform_of)
    _restate(connection, let_go, there, platform_of, policy, now=now)
    steps = [
        Step(
            each.contact_id,
            platform_of[each.contact_id],
            there[each.contact_id].platform_id,
            "upsert",
            each.reason,
        )
        for each in let_go
        if each.contact_id in there
        and there[each.contact_id].label is Label.REGULAR
        and each.contact_id not in inside
    ]
    steps = withhold.reconcile(connection, steps, {each.contact_id for each in steps}, policy, now=now)
    messaging.publish(connection, steps, now=now)
    return sum(each.op == "upsert" for each in steps)


def _restate(
    connection: Connection,
    let_go: Iterable[halts.Waiting],
    there: dict[int, Known],
    platform_of: dict[int, str],
    policy: Policy,
    *,
    now: datetime,
) -> None:
    """Rest decisions on an act that still stands where the one that they rested on has ended meanwhile."""
    acts = signals.of_contacts(connection, there)
    halted = {each.place for each in halts.every(connection)}
    carried = []
    for each in let_go:
        known = there.get(each.contact_id)
        if known is None or known.label is not Label.REGULAR or not each.account_id:
            continue
        towards = {act: account_id for account_id, act in acts.get(each.contact_id, [])}
        key = ContactKey(platform_of[each.contact_id], known.platform_id)
        evidence = decide(key, towards, policy, now=now).evidence
        through = [towards[one.signal] for one in evidence]
        if not through or each.account_id in through:
            continue
        best = min(range(len(through)), key=lambda place, through=through: through[place] in halted)  # type: ignore[misc]  # bound here
        act, source = evidence[best].signal, evidence[best].source
        carried.append(
            Carried(known.id, Label.REGULAR, act.kind, through[best], act.item, act.started_at, source)
        )
    if carried:
        decisions.append(connection, carried, policy=policy.signature, now=now)
