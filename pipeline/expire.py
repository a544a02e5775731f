"""Expire: what is past its date goes, in short transactions, and whoever leaves messaging so is told on."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from classifier.keeping import Limits, limits
from classifier.policy import Policy, decide
from config.packs import load_pack
from pipeline.campaign import close_due
from pipeline.interests import beside
from pipeline.job import Save
from pipeline.redecide import Move, carried, redecide
from pipeline.suppress import erase
from store import (
    campaigns,
    contacts,
    decisions,
    erasing,
    expiring,
    installation,
    jobs,
    journal,
    messaging,
    pushed,
    received,
    signals,
)
from store.database import Database
from store.jobs import Job
from store.messaging import Step

#: Contacts, or steps of the feed, in one transaction.
SLICE = 1_000
EXPIRE_EVERY, AFTER_FAILURE = timedelta(days=1), timedelta(hours=1)
#: Why somebody left the messaging store.
EXPIRED, NOT_TOLD = "expired", "notice_overdue"


class _Batch(NamedTuple):
    """What one transaction works with."""

    connection: Connection
    policy: Policy
    limits: Limits


def _steps(batch: _Batch, places: Collection[int]) -> list[Step]:
    received.forget(batch.connection, places)
    expiring.forget_steps(batch.connection, places)
    return []


def _texts(batch: _Batch, ids: Collection[int]) -> list[Step]:
    expiring.forget_texts(batch.connection, ids, batch.limits)
    return []


def _campaigns(batch: _Batch, ids: Collection[int]) -> list[Step]:
    expiring.forget_campaign(batch.connection, ids, batch.limits)
    return settle(batch.connection, ids, batch.policy, "campaign_over", now=batch.limits.now)


def _contacts(batch: _Batch, ids: Collection[int]) -> list[Step]:
    return erase(batch.connection, expiring.keys(batch.connection, ids).values(), EXPIRED)


def _notices(batch: _Batch, ids: Collection[int]) -> list[Step]:
    return erase(batch.connection, expiring.keys(batch.connection, ids).values(), NOT_TOLD)


def _sign_ups(batch: _Batch, ids: Collection[int]) -> list[Step]:
    expiring.forget_sign_ups(batch.connection, ids, batch.limits)
    return settle(batch.connection, ids, batch.policy, EXPIRED, now=batch.limits.now)


def _acts(batch: _Batch, ids: Collection[int]) -> list[Step]:
    expiring.forget_acts(batch.connection, ids, batch.limits)
    return settle(batch.connection, ids, batch.policy, EXPIRED, now=batch.limits.now)


def _old_journal(batch: _Batch, _: Collection[int]) -> list[Step]:
    journal.expire(batch.connection, before=batch.limits.journal_before, now=batch.limits.now)
    return []


def _journal(batch: _Batch, places: Collection[int]) -> list[Step]:
    journal.forget(batch.connection, journal.subjects(batch.connection, places), now=batch.limits.now)
    return []


def _ended_acts(batch: _Batch, _: Collection[int]) -> list[Step]:
    pushed.forget_ends(batch.connection, now=batch.limits.now)
    return []


#: What each rule does with what it found, in the order in which they run: those who go whole first.
RULES: Mapping[str, Callable[[_Batch, Collection[int]], list[Step]]] = {
    "steps": _steps,
    "notices": _notices,
    "texts": _texts,
    "campaigns": _campaigns,
    "occasional_contacts": _contacts,
    "ended_contacts": _contacts,
    "inactive_contacts": _contacts,
    "sign_ups": _sign_ups,
    "acts": _acts,
    "ended_acts": _ended_acts,
    "old_journal": _old_journal,
    "journal": _journal,
}
#: Rules whose places are no contacts.
_OTHERS = ("steps", "ended_acts", "old_journal", "journal")


def settle(
    connection: Connection, contact_ids: Iterable[int], policy: Policy, reason: str, *, now: datetime
) -> list[Step]:
    """Let follow what follows once acts of contacts are gone; returns the feed's steps, to publish last.

    Who has none left goes, the others are decided anew, and no decision stays that tells of such an act.
    """
    ids = set(contact_ids)
    keys = expiring.keys(connection, ids)
    gone = expiring.idle(connection, keys)
    steps = erase(connection, [keys[each] for each in gone], reason)
    platforms = defaultdict(list)
    for each in sorted(set(keys) - gone):
        platforms[keys[each].platform].append(each)
    for platform, ids_there in sorted(platforms.items()):
        steps += redecide(connection, ids_there, platform, policy, reason, now=now)
        _found_anew(connection, ids_there, keys, policy, now=now)
        steps = beside(connection, steps, ids_there, now=now)
        left = [each.platform_id for each in steps if each.platform == platform and each.op == "remove"]
        erasing.forget_steps(connection, platform, left)
    return steps


def _found_anew(
    connection: Connection, ids: Collection[int], keys: Mapping[int, Any], policy: Policy, *, now: datetime
) -> None:
    """Decide those anew whose label stands but whose evidence is gone, and forget what told of it."""
    there = contacts.by_id(connection, expiring.unfounded(connection, ids))
    acts = signals.of_contacts(connection, there)
    anew = []
    for each, known in there.items():
        towards = {act: account_id for account_id, act in acts.get(each, [])}
        decision = decide(keys[each], towards, policy, now=now)
        account_id = towards[decision.evidence[0].signal] if decision.evidence else None
        anew.append(carried(Move(known, keys[each], decision, account_id)))
    if anew:
        decisions.append(connection, anew, policy=policy.signature, now=now)
    expiring.forget_decisions(connection, ids)


class Reached(NamedTuple):
    """How far an expiry has come: the rule and the place in its order, and the rows by rule."""

    rule: str | None
    after: int
    counts: dict[str, int]


BEGINNING = Reached(next(iter(RULES)), 0, dict.fromkeys(RULES, 0))


def expire_slice(
    connection: Connection,
    policy: Policy,
    reached: Reached,
    *,
    now: datetime,
    gone: set[int] | None = None,
) -> Reached:
    """Carry out the next part of a rule; `rule` is None in the answer of the last one.

    With `gone` nothing is touched: there those are noted who would be gone, for what comes after.
    """
    rule = reached.rule or ""
    bounds = limits(policy, now)
    if rule == "campaigns" and gone is None:
        close_due(connection, now=now)
    found = expiring.due(connection, rule, bounds, after=reached.after, size=SLICE)
    if not found:
        if rule == "campaigns" and gone is None:
            campaigns.mark_purged(connection, now=now)
        names = [*RULES, None]
        return reached._replace(rule=names[names.index(rule) + 1], after=0)
    last = found[-1].place
    if gone is None:
        if rule not in _OTHERS:  # whoever acts at this moment is locked out, or was seen
            contacts.by_id(connection, [each.place for each in found])
            found = expiring.due(connection, rule, bounds, size=SLICE, only=[each.place for each in found])
        steps = RULES[rule](_Batch(connection, policy, bounds), [each.place for each in found])
        messaging.publish(connection, steps, now=now)
    elif rule not in _OTHERS:
        found = [each for each in found if each.place not in gone or rule == "texts"]
        places = {each.place for each in found}
        if RULES[rule] in (_contacts, _notices):
            gone |= places
        elif rule == "campaigns":
            gone |= expiring.only_of_campaign(connection, places, bounds)
    counted = reached.counts[rule] + sum(each.rows for each in found)
    return Reached(rule, last, {**reached.counts, rule: counted})


def expire(database: Database, policy: Policy, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Delete everything that is past its date; returns the rows by rule. A dry run counts them alone."""
    reached = BEGINNING
    gone: set[int] | None = set() if dry_run else None
    while reached.rule:
        if dry_run:
            with database.read() as connection:
                reached = expire_slice(connection, policy, reached, now=now, gone=gone)
        else:
            before = reached
            reached = database.transact(
                lambda connection, before=before: expire_slice(connection, policy, before, now=now)  # type: ignore[misc]  # bound here
            )
    return reached.counts


def expire_step(database: Database, job: Job, save: Save, now: datetime) -> None:
    """Carry out the next part of an expiry, and save how far it came."""
    if "on" not in job.arguments:
        raise LookupError("an expiry without its moment")
    moment = datetime.fromisoformat(job.arguments["on"])

    def act(connection: Connection) -> None:
        policy = load_pack(installation.policy(connection) or "")
        before = Reached(**job.reached) if job.reached else BEGINNING
        after = expire_slice(connection, policy, before, now=min(moment, now))
        save(connection, after._asdict(), done=after.rule is None)

    database.transact(act)


def begin_expire_if_due(database: Database, *, now: datetime) -> int | None:
    """Begin the day's expiry; returns the job."""
    with database.read() as connection:
        if not _is_due(connection, now):
            return None
    with database.write() as connection:
        return jobs.begin(connection, jobs.EXPIRE, {"on": now.isoformat()}, now=now)


def _is_due(connection: Connection, now: datetime) -> bool:
    last = jobs.newest(connection, jobs.EXPIRE)
    if last is None:
        began = installation.created_at(connection)
        return began is not None and now - began >= EXPIRE_EVERY
    pause = AFTER_FAILURE if last["state"] == "failed" else EXPIRE_EVERY
    return last["state"] != "running" and bool(now - last["created_at"] >= pause)
