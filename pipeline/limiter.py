"""Permits: whether a request may go out now, by what the platform said in its answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple, Protocol

import orjson

from domain import window
from domain.account import Account
from domain.batch import WHOLE_ACCOUNT, Limit
from domain.errors import PlatformError, RateLimitedError
from domain.stream import Stream
from domain.window import Caller, Lease, Told, Window
from store import limits
from store.database import Database
from store.limits import Place

#: Gives the windows of an ask as the database knows them; `reset` counts from now.
Recall = Callable[[], Sequence[Window]]


class Ask(NamedTuple):
    """A request to be permitted: the windows that it draws on, who asks, and the name of the permit."""

    account: Place
    app: Place
    caller: str
    permit: str

    @property
    def names(self) -> list[str]:
        """The windows' names, the account's first."""
        return [":".join(each) for each in (self.account, self.app)]


class Limiter(Protocol):
    """Gives permits for all workers; fails closed: where it cannot be asked, it raises RetryLaterError."""

    def take(self, ask: Ask, recall: Recall) -> float:
        """Return 0.0 with a permit, or the seconds after which to ask again."""
        ...

    def answer(self, ask: Ask, told: Told | None, recall: Recall) -> None:
        """Take in what the answer told."""
        ...

    def give_back(self, ask: Ask) -> None:
        """Take back a permit whose request was never sent."""
        ...


class DatabaseLimiter:
    """The limiter without a queue server: the windows' states are rows."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def take(self, ask: Ask, recall: Recall) -> float:
        """See `Limiter`."""
        with self._windows(ask, recall) as (known, now):
            return window.take(known, ask.permit, ask.caller, now)

    def answer(self, ask: Ask, told: Told | None, recall: Recall) -> None:
        """See `Limiter`."""
        with self._windows(ask, recall) as (known, now):
            window.answer(known, ask.permit, told, now)

    def give_back(self, ask: Ask) -> None:
        """See `Limiter`."""
        with self._windows(ask, lambda: (Window(), Window())) as (known, _):
            window.give_back(known, ask.permit)

    @contextmanager
    def _windows(self, ask: Ask, recall: Recall) -> Iterator[tuple[list[Window], float]]:
        """Hold an ask's windows for the time of a block; they are kept as it leaves them."""
        now = self._now().timestamp()
        with self._database.write() as connection:
            states = limits.windows(connection, ask.names)
            known = [read(each) for each in states] if all(states) else _from(recall(), now)
            yield known, now
            limits.keep_windows(connection, dict(zip(ask.names, map(written, known), strict=True)))


def ask_of(account: Account, stream: Stream, caller: str, permit: str) -> Ask:
    """Return what a request for a stream's page draws on.

    Accounts whose app we do not know are taken to share one: a limit too many is kept, none too few.
    """
    endpoint = stream.window or stream.name
    mine = Place(account.platform, f"account {account.platform_id}", endpoint)
    return Ask(mine, Place(account.platform, app_of(account), endpoint), caller, permit)


def app_of(account: Account) -> str:
    """Return the subject of the limits of an account's app."""
    return f"app {account.app_id or ''}".strip()


def pause_of(account: Account) -> Place:
    """Return the place of a pause of all that an account's app may read."""
    return Place(account.platform, app_of(account), WHOLE_ACCOUNT)


def told_by(limit: Limit | None, error: PlatformError | None, now: datetime) -> Told | None:
    """Return what an answer, or the error that it was, told of its window."""
    refused = isinstance(error, RateLimitedError)
    if limit is None and isinstance(error, RateLimitedError) and error.retry_at:
        limit = Limit("", 0, error.retry_at)
    if limit is None:
        return None
    seconds = (limit.reset_at - now).total_seconds()
    return Told(limit.limit or 0, limit.remaining, seconds, limit.share, refused)


def recalled(known: Sequence[limits.Kept | None], now: datetime, busy: int) -> list[Window]:
    """Make windows of what the database knows; `busy` requests may be under way that no window knows of."""
    made = []
    for each in known:
        if each is None:
            made.append(Window())
            continue
        limit = each.limit
        left = max(0.0, float(limit.remaining - busy))
        reset = (limit.reset_at - now).total_seconds()
        made.append(Window(limit.limit or 0, left, reset, limit.share))
    return made


def written(known: Window) -> str:
    """Write a window as JSON; what is None is left out."""
    fields = {name: value for name, value in asdict(known).items() if value is not None}
    fields["callers"] = {
        name: {key: value for key, value in each.items() if value is not None}
        for name, each in fields["callers"].items()
    }
    return orjson.dumps(fields).decode()


def read(text: str) -> Window:
    """Read a window from JSON."""
    fields = orjson.loads(text)
    callers = {name: Caller(each.get("since"), each["wake"]) for name, each in fields.pop("callers").items()}
    leases = {name: Lease(**each) for name, each in fields.pop("leases").items()}
    return Window(**fields, callers=callers, leases=leases)


def _from(windows: Sequence[Window], now: float) -> list[Window]:
    for each in windows:
        each.clock = now
        each.reset = None if each.reset is None else now + each.reset
    return list(windows)
