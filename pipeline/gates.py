"""Gates: what may hold an account's pages back before any limit is asked about."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Account
from pipeline import collecting, renew
from pipeline.ask import pause_of
from pipeline.road import Road
from store import gates


class Gates(NamedTuple):
    """What holds an account back: a halt, its pause or its app's, its token, a profile without the notice."""

    paused: bool
    halted: bool
    token_ends: bool
    pause: tuple[datetime, str] | None
    may_collect: bool

    @property
    def open(self) -> bool:
        """Whether nothing holds the account back."""
        return self.may_collect and not (self.halted or self.paused or self.pause or self.token_ends)


def gates_of(connection: Connection, road: Road, account: Account, *, now: datetime) -> Gates:
    """Return what holds an account's pages back now."""
    token_until = now + renew.MARGIN
    standing = gates.standing(connection, account.id, pause_of(account), token_until=token_until, now=now)
    may_collect = collecting.may_collect(connection, account, road.duty_of(account), now=now)
    return Gates(*standing, may_collect=may_collect)
