"""Push: what the platforms told by themselves goes the road of a page, in whatever order it came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.arrival import Past, begins, ends
from classifier.policy import Keep, Policy
from config.suppression import Suppressor
from connectors.registry import heard, rosters
from domain.account import Account
from domain.contact import ContactKey
from domain.freshness import FOLLOWED, UNFOLLOWED
from domain.label import Label
from domain.push import Ended, Heard, Told
from domain.signal import Signal, SignalKind
from domain.stream import Stream
from pipeline import delivered
from pipeline.brake import LEFT
from pipeline.campaign import still_heard
from pipeline.collecting import may_collect
from pipeline.heed import heeded
from pipeline.page import write_page
from pipeline.put_aside import forget_suppressed
from pipeline.redecide import redecide
from pipeline.road import Road
from pipeline.screen import screened
from pipeline.unexpected import problem_of
from store import contacts, freshness, inbox, journal, messaging, pushed
from store.database import Database, DatabaseError
from store.inbox import Held
from store.messaging import Step
from store.pushed import Moved, Stored, act_of

#: An end is remembered for so long: Facebook repeats for 36 hours (facebook-graph-api.md §4).
REMEMBERED = timedelta(days=3)

#: Kind, item and platform id of an act towards one account.
Key = tuple[str, str, str]


class TakenIn(NamedTuple):
    """What one look at the inbox did: pushes taken in, acts that began and ended, parts that were unknown.

    `failed` counts pushes given back or put aside.
    """

    pushes: int = 0
    began: int = 0
    ended: int = 0
    unknown: int = 0
    failed: int = 0


def take_in(road: Road, waiting: Database) -> TakenIn | None:
    """Take in the oldest pushes that wait; returns None where none does.

    They are applied in one transaction and let go of in another: a crash between them applies them again,
    which changes nothing. Raises DatabaseError where a database is away; the pushes then wait.
    """
    now = road.now()
    held = waiting.transact(lambda connection: inbox.claim(connection, road.worker, now=now))
    if not held:
        return None
    ids = [each.id for each in held]
    try:
        read = [heard(each.platform, road.opened(each.body), each.received_at) for each in held]
        began, ended = road.database.transact(lambda connection: _apply(connection, road, held, read))
    except DatabaseError:
        _give_back(waiting, road, ids, None, counts=_can_be_written(road.database))
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the rest of the inbox must go on
        _give_back(waiting, road, ids, problem_of(error), counts=True)
        return TakenIn(failed=len(held))
    puzzling = [each.id for each, what in zip(held, read, strict=True) if what.unknown]
    waiting.transact(lambda connection: inbox.taken_in(connection, road.worker, ids, puzzling))
    if puzzling:
        forget_suppressed(road)
    return TakenIn(len(held), began, ended, sum(len(each.unknown) for each in read))


def _can_be_written(database: Database) -> bool:
    """Tell whether a database takes other writes, so that what it refused is to blame for that."""
    try:
        database.transact(pushed.try_writing)
    except DatabaseError:
        return False
    return True


def _give_back(waiting: Database, road: Road, ids: list[int], problem: str | None, *, counts: bool) -> None:
    waiting.transact(lambda connection: inbox.give_back(connection, road.worker, ids, problem, counts=counts))


def _apply(
    connection: Connection, road: Road, held: Sequence[Held], read: Sequence[Heard]
) -> tuple[int, int]:
    """Apply pushes; returns how many acts began and ended."""
    now, policy = road.now(), road.policy_of(connection)
    told: dict[str, dict[str, Told]] = {}
    for each, what in zip(held, read, strict=True):
        pushed.note_unknown(connection, each.platform, what.unknown, now=now)
        of_platform = told.setdefault(each.platform, {})
        for platform_id, more in what.told.items():
            of_platform.setdefault(platform_id, Told()).add(more)
    steps: list[Step] = []
    gone: list[ContactKey] = []
    began = ended = 0
    for platform in sorted(told):
        for account in pushed.held_accounts(connection, platform, told[platform]):
            intake = _Intake(connection, account, policy, road.suppressor_of(connection), now)
            whole = still_heard(account, told[platform][account.platform_id])
            if not may_collect(connection, account, road.duty_of(account), now=now):
                whole = _without_newcomers(whole, policy)
            intake.take(whole)
            delivered.count(connection, account, whole.billed, road.price, now=now)
            steps += intake.steps
            gone += intake.gone
            began, ended = began + intake.began, ended + intake.ended
    messaging.publish(connection, messaging.once_each(steps), now=now)
    if gone:
        journal.forget(connection, gone, now=now)
    return began, ended


def _without_newcomers(told: Told, policy: Policy) -> Told:
    """Leave what ends and what suppresses: nobody is collected who could not be told."""
    suppressing = [each for each in told.began if policy.rules[each.kind].label is Label.SUPPRESSED]
    return replace(told, began=suppressing)


@dataclass(slots=True)
class _Intake:
    """What pushes do to one account, within one transaction."""

    connection: Connection
    account: Account
    policy: Policy
    suppressor: Suppressor
    now: datetime
    steps: list[Step] = field(default_factory=list)
    gone: list[ContactKey] = field(default_factory=list)
    began: int = 0
    ended: int = 0

    def take(self, told: Told) -> None:
        """Begin and end what still begins and ends."""
        starting = self._starting(told.began)
        ending = self._ending(told.ended)
        forget_at = self.now + REMEMBERED
        hashed = {act_of(each.kind, each.item, each.contact): each.at for each in ending}
        pushed.remember_ends(self.connection, self.account.id, hashed, forget_at=forget_at)
        there = self._stored(starting, ending)
        pasts = self._pasts(starting, there)
        begun = {key: act for key, act in starting.items() if begins(_at(act), pasts[key])}
        self._begin(begun, there)
        self._end(ending, [each for key, each in there.items() if key not in begun], pasts)
        self._connect(told)

    def _connect(self, told: Told) -> None:
        """Note which events of the account reach us: the first of each kind tells, and plans count on it."""
        follows = {
            FOLLOWED: any(each.kind is SignalKind.FOLLOWS for each in told.began),
            UNFOLLOWED: any(each.kind is SignalKind.FOLLOWS for each in told.ended),
        }
        if not any(follows.values()):
            return
        known = freshness.events_of(self.connection, self.account.id)
        for event, reaches in follows.items():
            if reaches and event not in known:
                freshness.connect_events(self.connection, self.account.id, event, since=self.now)

    def _starting(self, acts: Iterable[Signal]) -> dict[Key, Signal]:
        """Return by key the newest of each act that may be stored."""
        newest = sorted(acts, key=_at, reverse=True)
        kept = screened(self.account, newest, now=self.now)
        kept, removals, gone = heeded(self.connection, kept, self.suppressor, now=self.now)
        self.steps += removals
        self.gone += gone
        return {
            _key(each): each._replace(started_at=min(_at(each), self.now))
            for each in kept
            if self._may_be_stored(each.kind)
        }

    def _ending(self, ends_told: Iterable[Ended]) -> list[Ended]:
        """Return the newest end of each act that may be stored."""
        newest: dict[tuple[object, ...], Ended] = {}
        for each in sorted(ends_told, key=lambda one: one.at):
            if self._may_be_stored(each.kind):
                newest[each[:3]] = each._replace(at=min(each.at, self.now))
        return list(newest.values())

    def _may_be_stored(self, kind: SignalKind) -> bool:
        # What may only be counted is counted by polling, which knows whom it counted.
        return self.policy.rules[kind].keep is not Keep.COUNT

    def _stored(self, starting: Mapping[Key, Signal], ending: Iterable[Ended]) -> dict[Key, Stored]:
        account, connection = self.account, self.connection
        keys = [*starting, *((each.kind, each.item, each.contact[1]) for each in ending if each.contact)]
        contacts.known(connection, account.platform, sorted({key[2] for key in keys}))  # locks them
        found = pushed.stored(connection, account.id, account.platform, keys)
        items = [(each.kind, each.item) for each in ending if each.contact is None]
        found += pushed.stored_items(connection, account.id, items)
        return {(each.kind, each.item, each.platform_id): each for each in found}

    def _pasts(self, starting: Mapping[Key, Signal], there: Mapping[Key, Stored]) -> dict[Key, Past]:
        """Say what is known of each act that is to begin or is stored."""
        hashes = {
            key: (act_of(key[0], key[1], each.contact), act_of(key[0], key[1], None))
            for key, each in starting.items()
        }
        told = pushed.told_ends(
            self.connection, self.account.id, (one for both in hashes.values() for one in both)
        )
        known = contacts.known(self.connection, self.account.platform, {key[2] for key in starting})
        suppressed = pushed.suppressed_at(self.connection, (each.id for each in known.values()))
        walks = self._walks({*(key[0] for key in starting), *(key[0] for key in there)})
        pasts = {}
        for key in {*starting, *there}:
            row = there.get(key)
            ended = [told[each] for each in hashes.get(key, ()) if each in told]
            contact = known.get(key[2])
            pasts[key] = Past(
                stored=row is not None,
                started_at=row.started_at if row else None,
                # An opt-in's end may lie ahead: it holds until then.
                ended_at=row.ended_at if row and row.ended_at and row.ended_at <= self.now else None,
                told_end_at=max(ended, default=None),
                walk_began_at=walks.get((key[0], key[1])) or walks.get((key[0], "*")),
                suppressed_at=suppressed.get(contact.id) if contact else None,
            )
        return pasts

    def _walks(self, kinds: Iterable[str]) -> dict[tuple[str, str], datetime]:
        """Return when whole walks began, by kind and post; "*" stands for the account's own listing."""
        listed: Mapping[SignalKind, Stream] = rosters(self.account.platform)
        began: dict[tuple[str, str], datetime] = {}
        for kind in sorted(kinds):
            stream = listed.get(SignalKind(kind))
            if stream is not None:
                walks = pushed.last_walk_began(self.connection, self.account.id, stream.name)
                began |= {(kind, post if stream.per_post else "*"): at for post, at in walks.items()}
        return began

    def _begin(self, begun: Mapping[Key, Signal], there: Mapping[Key, Stored]) -> None:
        if not begun:
            return
        account = self.account
        written = write_page(
            self.connection, (account.id, account.platform), list(begun.values()), self.policy, now=self.now
        )
        self.steps += written.steps
        self.began = len(begun)
        later = [
            Moved(key[0], key[1], there[key].contact_id, _at(act))
            for key, act in begun.items()
            if key in there
        ]
        if later:
            pushed.begin_later(self.connection, account.id, later)

    def _end(self, ending: Iterable[Ended], there: Iterable[Stored], pasts: Mapping[Key, Past]) -> None:
        moments: dict[tuple[str, str, str | None], datetime] = {
            (each.kind, each.item, each.contact[1] if each.contact else None): each.at for each in ending
        }
        moved = []
        for row in there:
            key = (row.kind, row.item, row.platform_id)
            told = [moments[each] for each in (key, (row.kind, row.item, None)) if each in moments]
            if told and ends(max(told), pasts[key]):
                moved.append(Moved(row.kind, row.item, row.contact_id, max(told)))
        if not moved:
            return
        pushed.end(self.connection, self.account.id, moved)
        self.ended = len(moved)
        for kind in sorted({each.kind for each in moved}):
            left = {each.contact_id for each in moved if each.kind == kind}
            reason = LEFT.get(SignalKind(kind), "ended")
            self.steps += redecide(
                self.connection, left, self.account.platform, self.policy, reason, now=self.now
            )


def _key(act: Signal) -> Key:
    return (act.kind, act.item, act.contact.platform_id)


def _at(act: Signal) -> datetime:
    """Return when an act began; a push always says so."""
    assert act.started_at is not None  # noqa: S101  # the connectors date whatever bears no date
    return act.started_at
