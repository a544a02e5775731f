"""What a card says of an account: can it be read, and at what price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from connectors.registry import streams
from domain.sign_up import SIGNUP
from domain.stream import COUNT
from pipeline.ask import app_of
from pipeline.parting import under_way
from store import accounts, budgets, checks, freshness, ledger, limits, parting
from store.checks import Kept
from store.freshness import Wished
from store.limits import Clock

#: A token that ends so soon and does not renew itself is told of.
SOON = timedelta(days=7)


class Token(NamedTuple):
    """How an account's token stands: good, renews, soon, over or dead; and when it ends."""

    state: str
    ends_at: datetime | None = None

    @property
    def kind(self) -> str:
        """How it is coloured."""
        return {"soon": "wait", "over": "bad", "dead": "bad"}.get(self.state, "good")


class Readable(NamedTuple):
    """A stream, which permissions it takes, and what was last found of it."""

    name: str
    permissions: Sequence[str]
    found: Kept | None
    #: Whether the newest harvest read it to its end.
    was_read: bool

    @property
    def state(self) -> str:
        """Whether it can be read: yes, no, or unseen."""
        readable = self.found.check.readable if self.found else self.was_read or None
        return {True: "yes", False: "no", None: "unseen"}[readable]


@dataclass(frozen=True)
class Card:
    """One account with what is known of it."""

    row: Any
    token: Token
    clocks: Sequence[Clock]
    streams: Sequence[Readable]
    spent: int
    budget: Mapping[Any, Any] | None
    wish: Wished | None
    last: Sequence[Mapping[Any, Any]]
    #: How many contacts its disconnecting came to, None where it is not being disconnected.
    parting: int | None = None

    @property
    def is_ours_alone(self) -> bool:
        """Whether people sign up with it by themselves, and nothing is read of it anywhere."""
        return bool(self.row.platform == SIGNUP)

    @property
    def checked_at(self) -> datetime | None:
        """When its streams were last looked at."""
        return max((each.found.checked_at for each in self.streams if each.found), default=None)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of what can be read."""
        return any(each.state != "unseen" for each in self.streams)

    @property
    def has_remarks(self) -> bool:
        """Whether there is something to say of a stream."""
        found = [each.found.check for each in self.streams if each.found]
        return any(each.remark or each.missing_permissions or each.shows_authors is False for each in found)

    @property
    def readable(self) -> int:
        """How many streams can be read, as far as it is known."""
        return sum(each.state == "yes" for each in self.streams)

    @property
    def last_at(self) -> datetime | None:
        """When its newest harvest moved last."""
        return max(
            (each["ended_at"] or each["started_at"] or each["created_at"] for each in self.last), default=None
        )

    @property
    def last_state(self) -> str:
        """How its newest harvest stands: the worst of its runs."""
        states = {each["state"] for each in self.last}
        ranked = ("failed", "running", "waiting", "stopped", "cancelled", "done")
        return next((each for each in ranked if each in states), "done")


def cards(connection: Connection, *, now: datetime) -> list[Card]:
    """Return all accounts' cards, those that need somebody first."""
    rows = accounts.every(connection)
    made = _Facts(connection, rows, now)
    found = [made.card(each) for each in rows]
    return sorted(found, key=lambda each: (each.is_ours_alone, each.token.kind != "bad", each.row.id))


def card(connection: Connection, row: Any, *, now: datetime) -> Card:
    """Return one account's card."""
    return _Facts(connection, [row], now).card(row)


def token_of(row: Any, *, now: datetime) -> Token:
    """Tell how an account's token stands."""
    ends_at: datetime | None = row.token_expires_at
    if row.paused_reason:
        return Token("dead", ends_at)
    if row.refresh_token_sealed:
        return Token("renews", ends_at)
    if ends_at is None:
        return Token("good")
    return Token("over" if ends_at <= now else "soon" if ends_at <= now + SOON else "until", ends_at)


class _Facts:
    """What is read once for all cards: no statement more for more accounts."""

    def __init__(self, connection: Connection, rows: Sequence[Any], now: datetime) -> None:
        self._now = now
        self._spent = ledger.spent_by_account(connection, now.date().replace(day=1))
        self._budgets = budgets.listed(connection, now=now)
        self._parting = under_way(connection)
        self._wishes = {each.account_id: each for each in freshness.wished(connection)}
        ids = [each.id for each in rows]
        self._checks = checks.of_accounts(connection, ids)
        self._last = parting.last_harvests(connection, ids)
        subjects: dict[str, set[str]] = {}
        for each in rows:
            subjects.setdefault(each.platform, set()).update(_subjects(each))
        self._clocks = limits.clocks(connection, subjects, now=now)

    def card(self, row: Any) -> Card:
        """Put one card together."""
        found = self._checks.get(row.id, {})
        last = self._last.get(row.id, [])
        read = {each["stream"] for each in last if each["state"] == "done"}
        return Card(
            row,
            token_of(row, now=self._now),
            self._clocks(row.platform, _subjects(row)),
            [
                Readable(each.name, each.permissions, found.get(each.name), each.name in read)
                for each in streams(row.platform).values()
                if each.name != COUNT and (each.name != "friends" or row.user_token_sealed)
            ],
            self._spent.get(f"{row.platform}:{row.platform_id}", 0),
            next((each for each in self._budgets if each["account_id"] == row.id), None),
            self._wishes.get(row.id),
            last,
            self._parting[1] if self._parting and self._parting[0] == row.id else None,
        )


def _subjects(row: Any) -> tuple[str, str]:
    """Return under which subjects platforms tell limits of an account."""
    return f"account {row.platform_id}", app_of(row)
