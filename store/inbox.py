"""The inbox: pushes as they came, stored before they are answered, gone as soon as they are taken in.

With PostgreSQL it is a table of the database; on SQLite a file of its own beside it, so that a harvest's
writes are not in its way. Its functions take a transaction of whichever it is.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from domain.counting import MOST_COUNTED
from domain.errors import RegularsError
from store.database import Database, sqlite_url
from store.tables import inbox

#: The name of the file on SQLite.
FILE = "inbox.db"
#: How long a worker may take over what it claimed before another may claim it.
LEASE = timedelta(seconds=30)
#: How often a push is tried before it is put aside: workers die of other causes, too, with it in hand.
MAX_ATTEMPTS = 5
#: How many pushes one claim takes at most.
CLAIMED_PUSHES = 200
#: How many of the newest pushes are looked at for when the newest came.
_LATE = 100
#: Every state there is.
_STATES = ("aside", "taken", "unknown", "waiting")
_NUMBER = re.compile(rb"[0-9]+")
_KILLED = "It ended its worker each time it was taken in."


class Arrived(NamedTuple):
    """A push as it came."""

    platform: str
    body: bytes
    received_at: datetime


class Held(NamedTuple):
    """A push that a worker holds until its lease ends; its body is sealed."""

    id: int
    platform: str
    body: bytes
    received_at: datetime


class Body(NamedTuple):
    """The bytes of a push that was kept for an operator."""

    id: int
    platform: str
    body: bytes


def beside(folder: Path, database: Database) -> Database:
    """Return where pushes of `database` wait: a file in `folder` on SQLite, else the database itself."""
    if not database.on_sqlite:
        return database
    own = Database(sqlite_url(folder / FILE))
    with own.write() as connection:
        inbox.create(connection, checkfirst=True)
    return own


def to_store(
    arrived: Sequence[Arrived], seal: Callable[[bytes], bytes], *, keep: timedelta
) -> list[dict[str, object]]:
    """Return the rows of pushes, their bodies sealed: outside of the transaction that stores them."""
    return [
        {
            "platform": each.platform,
            "received_at": each.received_at,
            "digest": hashlib.sha256(f"{each.platform}\n".encode() + each.body).digest(),
            "body": seal(each.body),
            "state": "waiting",
            "attempts": 0,
            "expires_at": each.received_at + keep,
        }
        for each in arrived
    ]


def put(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Store the rows of pushes; one whose bytes are there already changes nothing."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(inbox).on_conflict_do_nothing(index_elements=["digest"]), rows)


def waits(connection: Connection, *, now: datetime) -> bool:
    """Tell whether a push waits that nobody holds."""
    return connection.scalar(select(inbox.c.id).where(*_free(now)).limit(1)) is not None


def claim(connection: Connection, worker: str, *, now: datetime) -> list[Held]:
    """Take the oldest pushes; one that was taken in vain is taken alone, in the end put aside."""
    connection.execute(
        update(inbox)
        .where(*_free(now), inbox.c.attempts >= MAX_ATTEMPTS)
        .values(
            state="aside",
            problem=func.coalesce(inbox.c.problem, _KILLED),
            claimed_by=None,
            claimed_until=None,
        )
    )
    oldest = select(inbox.c.id, inbox.c.attempts).where(*_free(now)).order_by(inbox.c.id)
    first = connection.execute(oldest.limit(1)).first()
    if first is None:
        return []
    wanted = select(inbox.c.id).where(*_free(now))
    wanted = wanted.where(inbox.c.id == first.id if first.attempts else inbox.c.attempts == 0)
    wanted = wanted.order_by(inbox.c.id).limit(CLAIMED_PUSHES).with_for_update(skip_locked=True)
    taken = connection.execute(
        update(inbox)
        .where(inbox.c.id.in_(wanted.scalar_subquery()))
        .values(claimed_by=worker, claimed_until=now + LEASE, attempts=inbox.c.attempts + 1)
        .returning(inbox.c.id, inbox.c.platform, inbox.c.body, inbox.c.received_at)
    )
    return sorted(Held(*each) for each in taken)


def taken_in(connection: Connection, worker: str, ids: Iterable[int], unknown: Iterable[int]) -> None:
    """Let go of the bodies of what was taken in; those with `unknown` parts stay until they expire."""
    puzzling = list(unknown)
    connection.execute(
        update(inbox)
        .where(inbox.c.id.in_([*ids, *puzzling]), inbox.c.claimed_by == worker)
        .values(
            state=case((inbox.c.id.in_(puzzling), "unknown"), else_="taken"),
            body=case((inbox.c.id.in_(puzzling), inbox.c.body), else_=None),
            claimed_by=None,
            claimed_until=None,
        )
    )


def give_back(
    connection: Connection, worker: str, ids: Iterable[int], problem: str | None, *, counts: bool
) -> None:
    """Let others try what failed here for the reason `problem`; `counts` says if the push is to blame."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id.in_(list(ids)), inbox.c.claimed_by == worker)
        .values(
            claimed_by=None,
            claimed_until=None,
            problem=problem,
            attempts=inbox.c.attempts if counts else inbox.c.attempts - 1,
        )
    )


def replay(connection: Connection, ids: Iterable[int] = ()) -> int:
    """Let pushes that were put aside or held unknown parts wait again, all where none is named."""
    wanted = list(ids)
    again = update(inbox).where(inbox.c.state.in_(["aside", "unknown"]))
    if wanted:
        again = again.where(inbox.c.id.in_(wanted))
    return connection.execute(again.values(state="waiting", attempts=0, problem=None)).rowcount


def expire(connection: Connection, *, now: datetime) -> int:
    """Delete whatever is past its date, be it taken in or not; returns how many that were not."""
    gone = connection.scalars(delete(inbox).where(inbox.c.expires_at <= now).returning(inbox.c.state))
    return sum(each != "taken" for each in gone)


def forget_naming(
    connection: Connection, platform: str, ids: Collection[str], opened: Callable[[bytes], bytes]
) -> int:
    """Delete pushes that were put aside or were puzzling where their bytes name one of these ids.

    `opened` returns a body as it came; one that it cannot open goes, too: nobody can tell whom it names.
    """
    kept = select(inbox.c.id, inbox.c.body).where(
        inbox.c.platform == platform, inbox.c.state.in_(["aside", "unknown"]), inbox.c.body.is_not(None)
    )
    wanted = {each.encode() for each in ids}
    naming = [row.id for row in connection.execute(kept) if _names(row.body, wanted, opened)]
    return connection.execute(delete(inbox).where(inbox.c.id.in_(naming))).rowcount


def kept(connection: Connection) -> list[Body]:
    """Return the pushes that were put aside or hold unknown parts."""
    statement = select(inbox.c.id, inbox.c.platform, inbox.c.body).where(
        inbox.c.state.in_(["aside", "unknown"]), inbox.c.body.is_not(None)
    )
    return [Body(*each) for each in connection.execute(statement)]


def forget(connection: Connection, ids: Collection[int]) -> int:
    """Delete pushes; returns how many."""
    return connection.execute(delete(inbox).where(inbox.c.id.in_(ids))).rowcount


def tallied(connection: Connection) -> Sequence[RowMapping]:
    """Count pushes by platform and state, with the oldest and the newest of each.

    Of a state at most `MOST_COUNTED` are counted for all platforms together, the oldest first.
    """
    looked_at = union_all(*(part for state in _STATES for part in _ends_of(state))).subquery()
    counted, received_at = looked_at.c.counted, looked_at.c.received_at
    of = (looked_at.c.platform, looked_at.c.state)
    figures = (func.sum(counted).label("count"), func.min(received_at).label("oldest_at"))
    statement = select(*of, *figures, func.max(received_at).label("newest_at")).group_by(*of).order_by(*of)
    return connection.execute(statement.having(func.sum(counted) > 0)).mappings().all()


def _ends_of(state: str) -> Iterator[Select[Any]]:
    """Read the oldest pushes of a state, which are counted, and the last, which tell when the newest came."""
    of_state = select(inbox.c.platform, inbox.c.state, inbox.c.received_at).where(inbox.c.state == state)
    oldest = of_state.order_by(inbox.c.id).limit(MOST_COUNTED).subquery()
    last = of_state.order_by(inbox.c.id.desc()).limit(_LATE).subquery()
    yield select(oldest, literal(1).label("counted"))
    yield select(last, literal(0).label("counted"))


def put_aside(connection: Connection) -> Sequence[RowMapping]:
    """Return what was put aside, oldest first, without its body."""
    columns = (inbox.c.id, inbox.c.platform, inbox.c.received_at, inbox.c.problem, inbox.c.expires_at)
    statement = select(*columns).where(inbox.c.state == "aside").order_by(inbox.c.id).limit(MOST_COUNTED)
    return connection.execute(statement).mappings().all()


def _names(body: bytes, wanted: set[bytes], opened: Callable[[bytes], bytes]) -> bool:
    try:
        return not wanted.isdisjoint(_NUMBER.findall(opened(body)))
    except RegularsError:
        return True


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    lapsed = or_(inbox.c.claimed_until.is_(None), inbox.c.claimed_until < now)
    return (inbox.c.state == "waiting", lapsed)
