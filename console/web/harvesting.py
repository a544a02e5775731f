"""What the pages of harvests say: how far a run is, what it waits for, which streams there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fastapi import HTTPException
from sqlalchemy import Connection

from console.web.desk import Desk
from domain.account import Account
from domain.budget import micro_of
from domain.errors import RegularsError
from domain.signal import SignalKind
from pipeline.ask import ask_of
from store import accounts, run_pages
from store.runs import ACTIVE

#: What a run waits for, by what stands in its row, as the words of these pages name it.
_WAITS = {
    "the list of posts": "posts",
    "the platform's limit": "limit",
    "its turn": "turn",
    "the end of a halt": "halt",
    "a new token": "token",
    "the queue server": "queue",
    "a profile that shows the notice": "notice",
    "what other requests have reserved": "reserved",
    "connection": "network",
    "timeout": "network",
    "database": "database",
}
#: From which share on the pace says something of what is left, and how much slower it may get.
_TELLING, _SLOWER = 0.02, 1.6
#: The longest number that an address may hold.
_DIGITS = 18


class Progress(NamedTuple):
    """How far a run is: `total` is None where nobody knows how much there is."""

    run: Mapping[Any, Any]
    seen: int
    total: int | None
    #: The time that is left, from and to; none where the pace does not tell yet.
    left: tuple[timedelta, timedelta] | None
    #: The words of what it waits for, none where it does not wait.
    waits: str | None
    #: What the platform said of the limit that it waits for: remaining, of how many.
    limit: tuple[int, int] | None

    @property
    def share(self) -> float:
        """The part that was read."""
        return self.seen / self.total if self.total else 0.0


def progress(connection: Connection, desk: Desk, run: Mapping[Any, Any], *, now: datetime) -> Progress:
    """Return how far a run is."""
    known = run["followers_count"] if run["stream"] == "followers" else None
    seen = run["contacts_seen"]
    total = max(known, seen) if known and run["state"] in ACTIVE else None
    waits = waits_for(run, now)
    limit = _limit(connection, desk, run, now) if waits == "limit" else None
    return Progress(run, seen, total, _left(run, seen, total, now), waits, limit)


def waits_for(run: Mapping[Any, Any], now: datetime) -> str | None:
    """Return the name of the words that say what a run waits for; None where it does not wait."""
    said = run["waiting_for"]
    if run["state"] not in ACTIVE or not said:
        return None
    if run["state"] == "running" and run["due_at"] <= now:
        return None
    if said.startswith("the budget of "):
        return "budget"
    return _WAITS.get(said, "platform")


def streams_of(desk: Desk, connection: Connection, account: Account) -> Sequence[str]:
    """Return the streams that an account has."""
    return list(desk.runtime.connector_of(connection, account).streams)


def kinds_of(desk: Desk, connection: Connection, account: Account, stream: str) -> Sequence[SignalKind]:
    """Return which acts a stream of an account brings; none where its credentials cannot be opened."""
    try:
        known = desk.runtime.connector_of(connection, account).streams
    except RegularsError:
        return ()
    return known[stream].kinds if stream in known else ()


def account_of(connection: Connection, written: str) -> Account | None:
    """Return the account of a number in an address or a form; None where there is none."""
    number = number_of(written)
    known = {each.id for each in accounts.every(connection)} if number is not None else ()
    return accounts.get(connection, number) if number is not None and number in known else None


def number_of(written: str) -> int | None:
    """Read a number of ours from an address; None for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _DIGITS else None


def require_number(written: str) -> int:
    """Read a number of ours from an address; answers 404 for anything else."""
    number = number_of(written)
    if number is None:
        raise HTTPException(404)
    return number


def amount_of(written: str) -> int | None:
    """Read dollars as people write them ("12,50"); None for nothing. Raises RegularsError."""
    if not written.strip():
        return None
    try:
        return micro_of(written.replace("\xa0", "").replace(" ", "").replace(",", ".").rstrip("$"))
    except ValueError as error:
        raise RegularsError(str(error)) from None


def _left(
    run: Mapping[Any, Any], seen: int, total: int | None, now: datetime
) -> tuple[timedelta, timedelta] | None:
    if not total or run["started_at"] is None or not _TELLING <= seen / total < 1:
        return None
    took = now - run["started_at"]
    least = took * ((total - seen) / seen)
    return least, least * _SLOWER


def _limit(
    connection: Connection, desk: Desk, run: Mapping[Any, Any], now: datetime
) -> tuple[int, int] | None:
    account = accounts.get(connection, run["account_id"])
    try:
        stream = desk.runtime.connector_of(connection, account).streams[run["stream"]]
    except (RegularsError, KeyError):
        return None
    ask = ask_of(account, stream, "console", "none")
    found = run_pages.told_limits(connection, [ask.account, ask.app], now=now)
    told = min(found.values(), key=lambda each: each["remaining"], default=None)
    return (told["remaining"], told["limit"]) if told and not told["share"] else None
