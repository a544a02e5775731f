"""Gates: what may hold an account's pages back before any limit is asked about."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Account
from pipeline import collecting, renew
from pipeline.ask import pause_of
from pipeline.road import Road
from store import halts, limits, renewals


class Gates(NamedTuple):
    """What holds an account back: a halt, its pause or its app's, its token, a profile without the notice."""

    halted: bool
    paused: bool
    may_collect: bool
    pause: tuple[datetime, str] | None
    token_ends: bool

    @property
    def open(self) -> bool:
        """Whether nothing holds the account back."""
        return self.may_collect and not (self.halted or self.paused or self.pause or self.token_ends)


def gates_of(connection: Connection, road: Road, account: Account, *, now: datetime) -> Gates:
    """Return what holds an account's pages back now."""
    return Gates(
        halted=halts.concerns(connection, account.id),
        paused=account.paused is not None,
        may_collect=collecting.may_collect(connection, account, road.duty_of(account), now=now),
        pause=limits.paused(connection, pause_of(account), now=now),
        token_ends=renewals.ends_before(connection, account.id, now + renew.MARGIN),
    )
