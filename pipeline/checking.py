"""Checking: the ids of X contacts are uploaded, and what X says of the people behind them is done.

One request a step, and what it brought is kept before the next: a kill between any two repeats one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from connectors.base import Checks, Found, TellsDeletions
from domain.account import Account
from domain.contact import Platform
from domain.deletion import Progress
from domain.errors import (
    BadAnswerError,
    OperatorNeededError,
    PlatformError,
    RegularsError,
    RetryLaterError,
)
from domain.window import Window
from pipeline.ask import Ask, app_of, pause_of
from pipeline.gone import apply_fates
from pipeline.job import Save, Step
from pipeline.road import Road
from pipeline.windows import recalled, told_by
from store import accounts, contacts, inbox, jobs, limits, messaging, suppressions
from store.database import Database
from store.jobs import Job
from store.limits import Place

#: The ids of one upload. X names no maximum; these are some ten megabytes.
AT_ONCE = 500_000
#: Pauses between two looks: X works minutes or hours, and says nothing by itself.
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=10), timedelta(minutes=10)
#: X takes ids for a quarter of an hour; what it did not begin by then it never will.
TAKES_IDS = timedelta(minutes=20)
#: The pause after an answer that did not come, and after one that X refused for now.
AGAIN = timedelta(minutes=1)
#: How many checks of the same ids may be lost before an operator must look.
MOST_LOST = 5

Answer = TypeVar("Answer")


def checking_step(road: Road) -> Step:
    """Return the step of a job that asks X who is gone."""

    def step(database: Database, job: Job, save: Save, now: datetime) -> None:
        account, checks, wait = _asker(road, job, now)
        if wait is not None:
            _later(database, save, job.reached, wait)
            return
        try:
            _next(road, account, checks, job, save)
        except RetryLaterError as error:
            _later(database, save, job.reached, error.retry_at or now + AGAIN)
        except BadAnswerError as error:
            _lost(database, job, save, now, str(error))

    return step


def _asker(road: Road, job: Job, now: datetime) -> tuple[Account, Checks, datetime | None]:
    """Return who asks, and until when to wait; raises RegularsError where nobody can."""
    with road.database.read() as connection:
        account = accounts.with_app_token(connection, Platform.TWITTER)
        if account is None:
            raise OperatorNeededError(
                "No X account has its app's token; connect one again with --app-token-file.",
                code="no_app_token",
            )
        connector = road.connector_of(connection, account)
        pause = limits.paused(connection, pause_of(account), now=now)
    if not isinstance(connector, TellsDeletions):
        raise RegularsError(f"Nobody says of account {account.name} who is gone.")
    checks = connector.deletions()
    if pause:
        return account, checks, pause[0]
    ask = _ask(account, checks, job)
    seconds = road.limiter.take(ask, lambda: _recall(road, ask, now))
    return account, checks, now + timedelta(seconds=seconds) if seconds else None


def _next(road: Road, account: Account, checks: Checks, job: Job, save: Save) -> None:
    reached = job.reached
    if reached.get("check") is None:
        _begin(road, account, checks, job, save)
        return
    check = _asked(road, account, checks, job, lambda: checks.look(reached["check"]))
    now = road.now()
    asked_at = datetime.fromisoformat(reached["asked_at"])
    if check.progress is Progress.READY:
        _apply(road, job, save, checks.result(check))
    elif check.progress is Progress.LOST:
        _lost(road.database, job, save, now, "X lost it")
    elif check.progress is Progress.AWAITS_IDS and not reached.get("sent"):
        with road.database.read() as connection:
            batch = contacts.ids_between(
                connection, Platform.TWITTER, reached["after"], reached["upto"], AT_ONCE
            )
        checks.upload(check, [each for _, each in batch])
        _later(road.database, save, {**reached, "sent": True, "looks": 0}, now + FIRST_LOOK)
    elif check.progress is Progress.AWAITS_IDS and now > asked_at + TAKES_IDS:
        _lost(road.database, job, save, now, "X never began it")
    else:
        looks = reached.get("looks", 0)
        pause = min(LONGEST_LOOK, FIRST_LOOK * 2 ** min(looks, 10))
        _later(road.database, save, {**reached, "looks": looks + 1}, now + pause)


def _begin(road: Road, account: Account, checks: Checks, job: Job, save: Save) -> None:
    """Begin a check of the next ids, or take up the one whose answer was lost; without ids all is done."""
    after = job.reached.get("after", 0)
    with road.database.read() as connection:
        batch = contacts.ids_between(connection, Platform.TWITTER, after, None, AT_ONCE)
    if not batch:
        with road.database.write() as connection:
            save(connection, job.reached, done=True)
        return
    name = f"regulars-{job.id}-{after}-{job.reached.get('lost', 0)}"
    now = road.now()
    check = _asked(road, account, checks, job, lambda: checks.find(name) or checks.begin(name))
    reached = {
        **job.reached,
        "after": after,
        "upto": batch[-1][0],
        "ids": len(batch),
        "check": check.id,
        "asked_at": now.isoformat(),
    }
    with road.database.write() as connection:
        save(connection, reached, done=False)


def _apply(road: Road, job: Job, save: Save, found: Found) -> None:
    """Do what X said, in the transaction that keeps how far the job has come."""
    reached = job.reached
    now = road.now()
    (road.inbox or road.database).transact(
        lambda connection: inbox.forget_naming(connection, Platform.TWITTER, found.fates, road.opened)
    )

    def act(connection: Connection) -> None:
        suppressions.take(connection)
        policy = road.policy_of(connection)
        asked_at = datetime.fromisoformat(reached["asked_at"])
        done = apply_fates(connection, Platform.TWITTER, found.fates, policy, asked_at=asked_at, now=now)
        kept = {
            "after": reached["upto"],
            "contacts": reached.get("contacts", 0) + reached["ids"],
            "erased": reached.get("erased", 0) + done.erased,
            "narrowed": reached.get("narrowed", 0) + done.narrowed,
            "unknown": reached.get("unknown", 0) + found.unknown,
        }
        save(connection, kept, done=False)
        messaging.publish(connection, done.steps, now=now)

    road.database.transact(act)


def _lost(database: Database, job: Job, save: Save, now: datetime, why: str) -> None:
    """Begin another check of the same ids later; raises RegularsError after too many."""
    lost = job.reached.get("lost", 0) + 1
    if lost > MOST_LOST:
        raise RegularsError(f"X did not carry out {lost} checks of ids, the last time because: {why}")
    kept = {
        name: value
        for name, value in job.reached.items()
        if name not in {"check", "sent", "looks", "upto", "ids", "asked_at"}
    }
    _later(database, save, {**kept, "lost": lost}, now + AGAIN)


def _later(database: Database, save: Save, reached: Mapping[str, Any], due_at: datetime) -> None:
    with database.write() as connection:
        save(connection, reached, done=False, due_at=due_at)


def _asked(road: Road, account: Account, checks: Checks, job: Job, call: Callable[[], Answer]) -> Answer:
    """Ask X; the limiter and the database learn what the answer told of the window."""
    ask = _ask(account, checks, job)
    error: PlatformError | None = None
    try:
        return call()
    except PlatformError as refused:
        error = refused
        raise
    finally:
        now = road.now()
        limit = error.limit if error else checks.limit
        road.limiter.answer(ask, told_by(limit, error, now), lambda: _recall(road, ask, now))
        if limit is not None:
            with road.database.write() as connection:
                limits.observe(connection, ask.account, limit, now=now)


def _ask(account: Account, checks: Checks, job: Job) -> Ask:
    # X counts these for the app alone: one window, whichever account's app it is.
    mine = Place(account.platform, f"account {account.platform_id}", checks.endpoint)
    app = Place(account.platform, app_of(account), checks.endpoint)
    return Ask(mine, app, f"job {job.id}", f"job {job.id}.{job.fence}")


def _recall(road: Road, ask: Ask, now: datetime) -> list[Window]:
    places = (ask.account, ask.app)
    with road.database.read() as connection:
        known = limits.kept(connection, places, now=now)
    return recalled([known.get(each) for each in places], now, 0)


def begin_checking(connection: Connection, *, now: datetime) -> int | None:
    """Begin to ask X who is gone; None where that is under way."""
    return jobs.begin(connection, jobs.DELETIONS, {}, now=now)


def begin_checking_if_due(road: Road, *, now: datetime) -> int | None:
    """Begin to ask X where the last time is half of the pack's hours ago; returns the job.

    Half, so that who goes right after an upload is gone here within those hours, too.
    """
    with road.database.read() as connection:
        if accounts.with_app_token(connection, Platform.TWITTER) is None:
            return None
        last = jobs.newest(connection, jobs.DELETIONS)
        hours = road.policy_of(connection).number("platform_deletion_hours")
        if last is not None and (last["state"] == "running" or now < _next_at(last, hours)):
            return None
        if last is None and not contacts.ids_between(connection, Platform.TWITTER, 0, None, 1):
            return None
    with road.database.write() as connection:
        return begin_checking(connection, now=now)


def _next_at(last: Mapping[str, Any], hours: int) -> datetime:
    began: datetime = last["created_at"]
    return began + timedelta(hours=hours) / (8 if last["state"] == "failed" else 2)
