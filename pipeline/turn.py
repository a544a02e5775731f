"""A turn: whether a run's next page may be asked for now, and what its answer told of the limits."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Account
from domain.batch import Batch
from domain.errors import PlatformError, RetryLaterError
from domain.limit import WHOLE_ACCOUNT, Limit
from domain.stream import Stream
from domain.window import Window
from pipeline import collecting, halting, outcome, renew
from pipeline.ask import Ask, ask_of, pause_of
from pipeline.gates import Gates, gates_of
from pipeline.road import Road
from pipeline.windows import recalled, told_by
from store import accounts, limits, runs, turns
from store.outbox import Wake

#: How long a page waits for a limiter that does not answer.
AWAY = timedelta(seconds=1)
#: A wait up to this many seconds is waited out where it arose, so many times: the way through the dispatcher
#: and the queues takes as long and costs two transactions.
IN_HAND_S = 0.25
TRIES_IN_HAND = 3
#: Waits that are shorter, in seconds, are for a turn among others and not for a window to end.
TURN_S = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A permit in hand, for one request of an account."""

    road: Road
    account: Account
    ask: Ask

    def fetched(self, fetch: Callable[[], Batch]) -> Batch:
        """Send the request; the limiter learns what its answer told."""
        try:
            batch = fetch()
        except PlatformError as error:
            self._note(error.code)
            self._answer(error.limit, error)
            raise
        except Exception:
            self._note("unexpected")
            self._answer(None, None)
            raise
        self._note("ok")
        self._answer(batch.limit, None)
        return batch

    def _note(self, outcome: str) -> None:
        labels = {"platform": self.account.platform, "stream": self.ask.account.endpoint, "outcome": outcome}
        self.road.note("requests", labels)

    def give_back(self) -> None:
        """Give the permit back: no request was sent."""
        with suppress(RetryLaterError):
            self.road.limiter.give_back(self.ask)

    def keep(self, connection: Connection, limit: Limit | None, pause: tuple[Limit, str] | None) -> None:
        """Keep in the database what the answer told, so that a flushed queue server forgets nothing."""
        now = self.road.now()
        if limit:
            limits.observe(connection, self.ask.account, limit, now=now)
        if pause:
            of_app = pause[0].endpoint == WHOLE_ACCOUNT
            place = pause_of(self.account) if of_app else self.ask.account
            limits.observe(connection, place, pause[0], now=now, reason=pause[1] if of_app else "")

    def _answer(self, limit: Limit | None, error: PlatformError | None) -> None:
        # Where the limiter is away its lease runs out, which counts as a request that was sent.
        with suppress(RetryLaterError):
            now = self.road.now()
            self.road.limiter.answer(
                self.ask, told_by(limit, error, now), lambda: _recall(self.road, self.account, self.ask)
            )


class _Asker(NamedTuple):
    account: Account
    stream: Stream
    wake: Wake
    gates: Gates


def turn_of(road: Road, run_id: int, fence: int) -> Turn | None:  # noqa: PLR0911  # one return a hindrance
    """Return the turn of a run's page at `fence`; None where it has none now: stale, paused, or it waits."""
    now = road.now()
    with road.database.read() as connection:
        asker = _asker(connection, road, run_id, fence, now)
    if asker is None:
        return None
    account, stream, wake, gates = asker
    if gates.halted:
        _defer(road, wake, now + halting.PAUSE, halting.WAITS)
        return None
    if gates.paused:
        road.transact(lambda connection: _fail(connection, road, account, wake))
        return None
    if not gates.may_collect:
        _defer(road, wake, now + collecting.PAUSE, "a profile that shows the notice")
        return None
    if gates.pause:
        _defer(road, wake, *gates.pause)
        return None
    if gates.token_ends and not renew.renewed(road, account):
        _defer(road, wake, now + renew.PAUSE, "a new token")
        return None
    ask = ask_of(account, stream, f"run {run_id}", _permit(road, run_id, fence))
    try:
        wait = _taken(road, account, ask)
    except RetryLaterError:
        _defer(road, wake, now + AWAY, "the queue server")
        return None
    if wait:
        reason = "the platform's limit" if wait > TURN_S else "its turn"
        _defer(road, wake, now + timedelta(seconds=wait), reason)
        return None
    return Turn(road, account, ask)


def _asker(connection: Connection, road: Road, run_id: int, fence: int, now: datetime) -> _Asker | None:
    found = turns.peek(connection, run_id, fence, now=now)
    if found is None:
        return None
    account_id, stream, platform = found
    account = accounts.get(connection, account_id)
    wake = Wake(runs.KIND, run_id, fence, runs.queue_of(platform))
    stream_read = road.connector_of(connection, account).streams[stream]
    return _Asker(account, stream_read, wake, gates_of(connection, road, account, now=now))


def permit_at_once(road: Road, turn: Turn, run_id: int, fence: int) -> Turn | None:
    """Take a permit for the page after that of a turn; None where it is not to be had at once."""
    ask = turn.ask._replace(permit=_permit(road, run_id, fence))
    try:
        wait = road.limiter.take(ask, lambda: _recall(road, turn.account, ask))
    except RetryLaterError:
        return None
    return None if wait else Turn(road, turn.account, ask)


def _permit(road: Road, run_id: int, fence: int) -> str:
    return f"{run_id}.{fence}.{road.chance.getrandbits(32):x}"


def _taken(road: Road, account: Account, ask: Ask) -> float:
    """Take a permit, or return how long to wait; a wait that the queues would only make longer is over."""
    for _ in range(TRIES_IN_HAND):
        wait = road.limiter.take(ask, lambda: _recall(road, account, ask))
        if not 0 < wait <= IN_HAND_S:
            break
        time.sleep(wait)
    return wait


def _fail(connection: Connection, road: Road, account: Account, wake: Wake) -> None:
    now = road.now()
    claim = runs.claim(connection, wake.subject_id, wake.fence, road.worker, now=now)
    if claim:
        outcome.fail(connection, claim, road.worker, outcome.paused(claim, account), requests=0, now=now)


def _defer(road: Road, wake: Wake, until: datetime, reason: str) -> None:
    now = road.now()
    road.transact(lambda connection: turns.defer(connection, wake, until, reason, now=now))


def _recall(road: Road, account: Account, ask: Ask) -> Sequence[Window]:
    """Return the windows as the database knows them; whoever holds a page may have a request under way."""
    now: datetime = road.now()
    places = (ask.account, ask.app)
    with road.database.read() as connection:
        known = limits.kept(connection, places, now=now)
        busy = turns.busy(connection, account.id, now=now)
    return recalled([known.get(each) for each in places], now, busy)
