"""What the screen of the queues shows, made from rows: queues, failures by cause, processes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping

from pipeline.failing import Prospect, prospects
from store import pausing, queues, workers
from store.queues import Depth
from workers.broker import CONTROL, QUEUES
from workers.life import is_dead

#: How long due work may lie, while a worker reads its queue, before the queue counts as stuck.
STUCK_AFTER = timedelta(minutes=2)
#: A process that signs every few seconds and was not heard of for so long is silent.
SILENT_AFTER = timedelta(seconds=10)
#: Minutes that the rate is of, and minutes that the small chart shows.
RATE_MINUTES, CHART_MINUTES = 5, 30
#: Causes that have a sentence of their own here, by what there is to do.
FAMILIES = {
    "token": (
        *("token_dead", "unauthorized", "account_paused", "not_authorized", "permission_missing", "blocked"),
        *("page_token_needed", "client_not_enrolled", "unsupported_authentication", "renewal_refused"),
    ),
    "money": ("credits_depleted", "spend_cap_reached", "usage_cap_exceeded"),
    "limit": ("rate_limited", "too_many_requests"),
    "platform": (
        *("server", "transient", "unknown_error", "unexpected_status", "timeout", "connection"),
        *("unreadable", "lost", "cursor_refused"),
    ),
    "gone": ("account_gone", "page_gone", "item_gone"),
    "kills": ("page_kills_workers", "kills_workers"),
    "database": ("database",),
    "unexpected": ("unexpected",),
}
_FAMILY = {cause: family for family, causes in FAMILIES.items() for cause in causes}


class QueueView(NamedTuple):
    """One queue: what stands in it, what was done by minute (the newest last), who reads it."""

    name: str
    depth: Depth
    minutes: list[int]
    rate: float
    workers: int
    paused: tuple[str, datetime] | None
    may_be_paused: bool

    @property
    def word(self) -> str:
        """Its name in words, as `queues.queue_<word>`."""
        return self.name.replace(".", "_")

    def state(self, now: datetime) -> str:
        """Return paused, unread (nobody reads it), stuck, busy or free."""
        if self.paused:
            return "paused"
        if not self.workers:
            return "unread"
        if self.depth.oldest_at and now - self.depth.oldest_at > STUCK_AFTER:
            return "stuck"
        return "busy" if self.depth.running or self.depth.ready else "free"


class Process(NamedTuple):
    """One process: how it is (dead, silent, busy, free), and what it holds."""

    row: RowMapping
    state: str
    pages: list[RowMapping]

    @property
    def lost(self) -> list[dict[str, Any]]:
        """The pages that it held when it died."""
        return workers.held_by_dead(self.row)


class Cause(NamedTuple):
    """Failures of one cause, the newest first."""

    cause: str
    family: str
    failures: list[Prospect]

    @property
    def ids(self) -> list[int]:
        """Their numbers."""
        return [each.row["id"] for each in self.failures]

    @property
    def attempts(self) -> int:
        """The most attempts among them."""
        return max(int(each.row["attempts"]) for each in self.failures)

    @property
    def accounts(self) -> list[str]:
        """The accounts concerned."""
        return sorted({each.row["account"] for each in self.failures if each.row["account"]})


def queue_views(
    connection: Connection, processes: Iterable[Process], pushes: Depth, now: datetime
) -> list[QueueView]:
    """Return all queues, the one with the oldest due work first."""
    found = queues.depths(connection, now=now)
    found[CONTROL] = pushes
    held_back = pausing.paused(connection)
    done = workers.done_by_minute(connection, since=now - timedelta(minutes=CHART_MINUTES))
    readers = [str(each.row["queues"]).split() for each in processes if each.state in ("busy", "free")]
    views = [
        QueueView(
            name,
            found.get(name, Depth()),
            _minutes(done.get(name, {}), now),
            _rate(done.get(name, {}), now),
            # Every worker also takes in pushes.
            sum(name in each or (name == CONTROL and bool(each)) for each in readers),
            held_back.get(name),
            name != CONTROL,
        )
        for name in QUEUES
    ]
    return sorted(views, key=lambda each: (each.depth.oldest_at is None, each.depth.oldest_at or now))


def processes(connection: Connection, now: datetime) -> list[Process]:
    """Return every process once, the dead of the last hour last."""
    held: dict[str, list[RowMapping]] = {}
    first: dict[str, RowMapping] = {}
    for row in workers.seen(connection):
        first.setdefault(row["id"], row)
        if row["run_id"] or row["job_id"]:
            held.setdefault(row["id"], []).append(row)
    made = [
        Process(row, _state(row, bool(held.get(name)), now), held.get(name, []))
        for name, row in first.items()
    ]
    return sorted(made, key=lambda each: each.state == "dead")


def causes(connection: Connection) -> list[Cause]:
    """Return the open failures by cause, the most first."""
    grouped: dict[str, list[Prospect]] = {}
    for each in prospects(connection):
        grouped.setdefault(each.row["cause"], []).append(each)
    made = [Cause(cause, _FAMILY.get(cause, "other"), found) for cause, found in grouped.items()]
    return sorted(made, key=lambda each: -len(each.failures))


def depth_of_pushes(tallied: Sequence[Mapping[Any, Any]]) -> Depth:
    """Return the inbox, as `store.inbox.tallied` tells of it, as the depth of the queue that takes it in."""
    waiting = [each for each in tallied if each["state"] == "waiting"]
    oldest = min((each["oldest_at"] for each in waiting), default=None)
    aside = sum(each["count"] for each in tallied if each["state"] == "aside")
    return Depth(sum(each["count"] for each in waiting), 0, 0, aside, oldest)


def _state(row: RowMapping, holds: bool, now: datetime) -> str:  # noqa: FBT001  # two facts and a moment
    if row["died_at"] is not None or is_dead(row, now):
        return "dead"
    if now - row["seen_at"] > SILENT_AFTER:
        return "silent"
    return "busy" if holds else "free"


def _minutes(done: Mapping[str, int], now: datetime) -> list[int]:
    back = range(CHART_MINUTES - 1, -1, -1)
    return [done.get(workers.minute_of(now - timedelta(minutes=each)), 0) for each in back]


def _rate(done: Mapping[str, int], now: datetime) -> float:
    """Return how much was done a minute; the minute under way counts by how long it lasts already."""
    counted = sum(_minutes(done, now)[-RATE_MINUTES:])
    return counted / (RATE_MINUTES - 1 + max(now.second, 1) / 60)
