"""What pushes ask of the store: acts by their keys, ends that were told, and when walks began."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.account import Account
from domain.batch import Quarantined
from domain.contact import ContactKey
from domain.signal import SignalKind
from store import accounts
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import accounts as accounts_table
from store.tables import ended_acts, feed_state, signals, unknown_pushes, walks

_KEY = {"kind": "text", "item": "text", "platform_id": "text"}
_ROW = {"kind": "text", "item": "text", "contact_id": "int", "at": "time"}
_COLUMNS = tuple(each.name for each in signals.columns)


class Stored(NamedTuple):
    """An act as it is stored."""

    kind: str
    item: str
    platform_id: str
    contact_id: int
    started_at: datetime | None
    ended_at: datetime | None


class Moved(NamedTuple):
    """A stored act and the moment at which it began anew, or ended."""

    kind: str
    item: str
    contact_id: int
    at: datetime


def act_of(kind: str, item: str, contact: ContactKey | None) -> str:
    """Return the hash under which the end of an act is remembered."""
    named = "\n".join((kind, item, contact.platform_id if contact else ""))
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def held_accounts(connection: Connection, platform: str, platform_ids: Iterable[str]) -> list[Account]:
    """Return our accounts of these ids; pushes of each are taken in by one transaction at a time."""
    statement = (
        select(accounts_table.c.id)
        .where(accounts_table.c.platform == platform, accounts_table.c.platform_id.in_(list(platform_ids)))
        .order_by(accounts_table.c.id)
        .with_for_update(key_share=True)
    )
    return [accounts.get(connection, each) for each in connection.scalars(statement).all()]


def stored(
    connection: Connection, account_id: int, platform: str, keys: Iterable[tuple[str, str, str]]
) -> list[Stored]:
    """Return the stored acts of these (kind, item, platform id)."""
    found = run(
        connection,
        "SELECT s.kind, s.item, c.platform_id, s.contact_id, s.started_at, s.ended_at "
        f"FROM {rows_of(connection, _KEY)} AS w CROSS JOIN contacts AS c CROSS JOIN signals AS s "
        "WHERE c.platform = :platform AND c.platform_id = w.platform_id AND s.account_id = :account_id "
        "AND s.kind = w.kind AND s.item = w.item AND s.contact_id = c.id",
        account_id=account_id,
        platform=platform,
        rows=as_parameter(sorted(set(keys))),
    )
    return [_stored(*each) for each in found]


def stored_items(connection: Connection, account_id: int, items: Iterable[tuple[str, str]]) -> list[Stored]:
    """Return the stored acts of these (kind, item), whoever did them."""
    found = run(
        connection,
        "SELECT s.kind, s.item, c.platform_id, s.contact_id, s.started_at, s.ended_at "
        f"FROM {rows_of(connection, {'kind': 'text', 'item': 'text'})} AS w CROSS JOIN signals AS s "
        "CROSS JOIN contacts AS c WHERE s.account_id = :account_id AND s.kind = w.kind "
        "AND s.item = w.item AND c.id = s.contact_id",
        account_id=account_id,
        rows=as_parameter(sorted(set(items))),
    )
    return [_stored(*each) for each in found]


def suppressed_at(connection: Connection, contact_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when the newest objection or block that holds began, or was seen, by contact."""
    found = run(
        connection,
        "SELECT s.contact_id, max(coalesce(s.started_at, s.seen_at)) "
        f"FROM {rows_of(connection, {'id': 'int'})} AS w CROSS JOIN signals AS s "
        f"WHERE s.contact_id = w.id AND s.kind IN ('{SignalKind.OBJECTED}', '{SignalKind.BLOCKED}') "
        "AND s.ended_at IS NULL GROUP BY s.contact_id",
        rows=as_parameter([each] for each in sorted(set(contact_ids))),
    )
    moments = ((contact_id, moment_of(at)) for contact_id, at in found)
    return {contact_id: at for contact_id, at in moments if at is not None}


def begin_later(connection: Connection, account_id: int, moved: Sequence[Moved]) -> None:
    """Move the beginning of acts that hold; a walk that began before then cannot have missed them."""
    later = "max" if connection.dialect.name == "sqlite" else "greatest"
    changes = {"started_at": "r.at", "seen_at": f"{later}(s.seen_at, r.at)"}
    _change(connection, account_id, as_parameter([*each[:3], stamp(each.at)] for each in moved), changes)


def end(connection: Connection, account_id: int, ended: Sequence[Moved]) -> None:
    """End acts, and forget what was said in them."""
    rows = as_parameter([*each[:3], stamp(each.at)] for each in ended)
    _change(connection, account_id, rows, {"ended_at": "r.at"})
    run(
        connection,
        "DELETE FROM texts WHERE (account_id, kind, item, contact_id) IN "
        f"(SELECT CAST(:account_id AS bigint), kind, item, contact_id FROM {rows_of(connection, _ROW)} AS r)",
        account_id=account_id,
        rows=rows,
    )


def _change(connection: Connection, account_id: int, rows: str, changes: Mapping[str, str]) -> None:
    """Change acts of an account; the changes are column → expression over `s` as it was and `r`."""
    acts = rows_of(connection, _ROW)
    same = (
        "s.account_id = :account_id AND s.kind = r.kind AND s.item = r.item AND s.contact_id = r.contact_id"
    )
    if connection.dialect.name == "sqlite":
        # As an UPDATE that joins, SQLite goes through all acts of the account for each row.
        read = ", ".join(changes.get(each, f"s.{each}") for each in _COLUMNS)
        put = ", ".join(f"{each} = excluded.{each}" for each in changes)
        statement = (
            f"INSERT INTO signals ({', '.join(_COLUMNS)}) SELECT {read} FROM {acts} AS r "
            f"CROSS JOIN signals AS s WHERE {same} "
            f"ON CONFLICT (account_id, kind, item, contact_id) DO UPDATE SET {put}"
        )
    else:
        put = ", ".join(f"{column} = {value}" for column, value in changes.items())
        statement = f"UPDATE signals AS s SET {put} FROM {acts} AS r WHERE {same}"
    run(connection, statement, account_id=account_id, rows=rows)


def remember_ends(
    connection: Connection, account_id: int, ends: Mapping[str, datetime], *, forget_at: datetime
) -> None:
    """Remember by hash which acts have ended and when; the newest end of each counts."""
    moment = ":forget_at" if connection.dialect.name == "sqlite" else "CAST(:forget_at AS timestamptz)"
    run(
        connection,
        "INSERT INTO ended_acts (account_id, act, ended_at, forget_at) "
        f"SELECT :account_id, act, at, {moment} "
        f"FROM {rows_of(connection, {'act': 'text', 'at': 'time'})} AS r WHERE true "
        "ON CONFLICT (account_id, act) DO UPDATE SET forget_at = excluded.forget_at, ended_at = CASE "
        "WHEN excluded.ended_at > ended_acts.ended_at THEN excluded.ended_at ELSE ended_acts.ended_at END",
        account_id=account_id,
        forget_at=stamp(forget_at),
        rows=as_parameter([act, stamp(at)] for act, at in sorted(ends.items())),
    )


def told_ends(connection: Connection, account_id: int, acts: Iterable[str]) -> dict[str, datetime]:
    """Return the newest end that was told of each act, by hash."""
    found = run(
        connection,
        f"SELECT e.act, e.ended_at FROM {rows_of(connection, {'act': 'text'})} AS w "
        "CROSS JOIN ended_acts AS e WHERE e.account_id = :account_id AND e.act = w.act",
        account_id=account_id,
        rows=as_parameter([each] for each in sorted(set(acts))),
    )
    moments = ((act, moment_of(at)) for act, at in found)
    return {act: at for act, at in moments if at is not None}


def ended_since(connection: Connection, account_id: int, moment: datetime) -> bool:
    """Tell whether pushes told of an act that ended at or after a moment."""
    later = (ended_acts.c.account_id == account_id, ended_acts.c.ended_at >= moment)
    return connection.scalar(select(ended_acts.c.act).where(*later).limit(1)) is not None


def forget_ends(connection: Connection, *, now: datetime) -> None:
    """Forget the ends that are too old to be outrun by their beginning."""
    connection.execute(delete(ended_acts).where(ended_acts.c.forget_at <= now))


def try_writing(connection: Connection) -> None:
    """Write what changes nothing."""
    connection.execute(update(feed_state).values(seq=feed_state.c.seq))


def last_walk_began(connection: Connection, account_id: int, stream: str) -> dict[str, datetime]:
    """Return by post ("" for the account's own listing) when the last whole walk of a stream began."""
    begun = (
        select(walks.c.post, func.max(walks.c.began_at))
        .where(walks.c.account_id == account_id, walks.c.stream == stream, walks.c.whole)
        .group_by(walks.c.post)
    )
    return {post: at for post, at in connection.execute(begun)}  # noqa: C416  # rows are no pairs to a type checker


def note_unknown(
    connection: Connection, platform: str, items: Iterable[Quarantined], *, now: datetime
) -> None:
    """Keep why and in which shape parts of pushes were unknown; the same shape is counted, not repeated."""
    counted: dict[str, tuple[Quarantined, int]] = {}
    for each in items:
        digest = hashlib.sha256(f"{each.reason}\n{each.shape}".encode()).hexdigest()[:32]
        counted[digest] = (each, counted.get(digest, (each, 0))[1] + 1)
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    for digest, (each, count) in sorted(counted.items()):
        row = {"reason": each.reason, "shape": each.shape, "count": count, "at": now}
        statement = insert(unknown_pushes).values(platform=platform, digest=digest, **row)
        more = {"count": unknown_pushes.c.count + count, "at": now}
        connection.execute(statement.on_conflict_do_update(index_elements=["platform", "digest"], set_=more))


def unknown(connection: Connection) -> Sequence[RowMapping]:
    """Return the shapes of what was unknown, newest first."""
    statement = select(unknown_pushes).order_by(unknown_pushes.c.at.desc(), unknown_pushes.c.digest)
    return connection.execute(statement).mappings().all()


def _stored(
    kind: str, item: str, platform_id: str, contact_id: int, started: object, ended: object
) -> Stored:
    return Stored(kind, item, platform_id, contact_id, moment_of(started), moment_of(ended))
