"""Archives: who followed an account when its owner downloaded it becomes a contact, as from a page."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from config.suppression import Suppressor
from connectors.files.archive import Archive
from domain.account import Account
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.signal import Signal, SignalKind
from pipeline.heed import heeded
from pipeline.page import write_page
from pipeline.screen import CLOCKS_APART, screened, standing
from store import messaging, pushed, signals
from store.database import Database

#: Follows stored in one transaction.
SLICE = 1_000
NEW, KNOWN, LEFT_SINCE, OBJECTED, OWN = "new", "known", "left_since", "objected", "own"


@dataclass(frozen=True, slots=True)
class Taking:
    """An archive of our account, and what its follows are stored with."""

    archive: Archive
    account: Account
    policy_of: Callable[[Connection], Policy]
    suppressor_of: Callable[[Connection], Suppressor]
    #: Enters each transaction in the journal, with its counts.
    enter: Callable[[Connection, Mapping[str, int]], object] = lambda *_: None


def require_own(archive: Archive, account: Account, *, now: datetime) -> None:
    """Raise RegularsError unless an archive is this account's own, and of the past."""
    if archive.platform != account.platform:
        raise RegularsError(
            f"It is an archive of {archive.platform}; {account.name} is of {account.platform}."
        )
    if archive.platform_id is not None and archive.platform_id != account.platform_id:
        raise RegularsError(
            f"It is not the archive of {account.name}; only what your own account's owner downloaded is read."
        )
    if archive.made_at is not None and archive.made_at > now + CLOCKS_APART:
        raise RegularsError("It says that it was made in the future; look at this machine's clock.")


def take_followers(
    database: Database, taking: Taking, *, now: datetime, dry_run: bool = False
) -> Counter[str]:
    """Store an archive's followers as seen when it was made; returns what became of how many.

    Whoever left since stays away, and whoever objected. A follow's proof is as old as the archive. With
    `dry_run` everything is taken back.
    """
    require_own(taking.archive, taking.account, now=now)
    ids = taking.archive.followers
    slices = [ids[start : start + SLICE] for start in range(0, len(ids), SLICE)]
    counted: Counter[str] = Counter()
    if dry_run:
        with database.write() as connection:
            for each in slices:
                counted += _take(connection, taking, each, now=now)
            connection.rollback()
        return counted
    for each in slices:
        counted += database.transact(lambda connection, some=each: _take(connection, taking, some, now=now))  # type: ignore[misc]  # each is bound here
    return counted


def _take(connection: Connection, taking: Taking, ids: Sequence[str], *, now: datetime) -> Counter[str]:
    made_at, platform = taking.archive.made_at, taking.account.platform
    if made_at is None:
        raise RegularsError("The archive does not say when it was made, so its follows prove nothing.")
    (account,) = pushed.held_accounts(connection, platform, [taking.account.platform_id])
    acts = screened(
        account, (Signal(ContactKey(platform, each), SignalKind.FOLLOWS) for each in ids), now=now
    )
    counted = Counter({OWN: len(ids) - len(acts)})
    asked, removals, _ = heeded(connection, acts, taking.suppressor_of(connection), now=now)
    counted[OBJECTED] = len(acts) - len(asked)
    there = {
        each.platform_id: each
        for each in pushed.stored(connection, account.id, platform, [_key(each) for each in asked])
    }
    kept = [
        each
        for each in standing(connection, account, asked, made_at)
        if (stored := there.get(each.contact.platform_id)) is None
        or stored.ended_at is None
        or stored.ended_at < made_at
    ]
    counted[LEFT_SINCE] = len(asked) - len(kept)
    policy = taking.policy_of(connection)
    written = write_page(connection, (account.id, platform), kept, policy, now=now)
    signals.date_back(connection, account.id, SignalKind.FOLLOWS, written.contact_ids, made_at, now=now)
    counted[NEW] = written.began
    counted[KNOWN] = len(kept) - written.began
    messaging.publish(connection, removals + written.steps, now=now)
    taking.enter(connection, counted)
    return counted


def _key(act: Signal) -> tuple[str, str, str]:
    return act.kind, act.item, act.contact.platform_id
