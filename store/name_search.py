"""Contacts by how their name begins: a walk over an index, in the order of its bytes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection

from domain.naming import INDEXED, beginnings, folded
from store.sets import as_parameter, rows_of, run

_SHOWN = f"lower(substr(display_name, 1, {INDEXED}))"
#: After everything that begins so.
_LAST = "\U0010ffff"


class Named(NamedTuple):
    """A contact and what the index holds of its name."""

    id: int
    beginning: str
    display_name: str


class Part(NamedTuple):
    """Some contacts in the order of their names: whom was looked at, and which of their names begin so."""

    read: list[Named]
    found: list[int]


def place_of(connection: Connection, contact_id: int) -> Named | None:
    """Return where a contact stands among the names; None where it has none or is gone."""
    found = run(
        connection,
        f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE id = :id AND display_name IS NOT NULL",
        id=contact_id,
    ).first()
    return Named(*found) if found else None


def walk(connection: Connection, typed: str, after: Named | None, *, size: int) -> Iterator[Part]:
    """Read the contacts whose name begins so, in parts of `size`: by their names' bytes, then by number.

    Every contact that has a name begins with nothing.
    """
    wanted = folded(typed)
    lows = beginnings(typed, lambda prefixes: _there(connection, prefixes)) if wanted else [""]
    for low in lows:
        high, place = low + _LAST, None
        if after is not None:
            if after.beginning.encode() >= high.encode():
                continue
            place = after if after.beginning.encode() >= low.encode() else None
        for read in _range(connection, low, high, place, size):
            yield Part(read, [each.id for each in read if folded(each.display_name).startswith(wanted)])


def _range(
    connection: Connection, low: str, high: str, after: Named | None, size: int
) -> Iterator[list[Named]]:
    """Read a range of the index, part by part; after a contact first those with the same beginning."""
    later, no_less, before, order = _operators(connection)
    while True:
        rows: list[Any] = []
        if after is not None:
            rows += run(
                connection,
                f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE display_name IS NOT NULL "
                f"AND {_SHOWN} = :beginning AND id > :number ORDER BY id LIMIT :size",
                beginning=after.beginning,
                number=after.id,
                size=size,
            ).all()
        if len(rows) < size:
            rows += run(
                connection,
                f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE display_name IS NOT NULL "
                f"AND {_SHOWN} {later if after else no_less} :low AND {_SHOWN} {before} :high "
                f"ORDER BY {_SHOWN} {order}, id LIMIT :size",
                low=after.beginning if after else low,
                high=high,
                size=size - len(rows),
            ).all()
        if rows:
            yield [Named(*each) for each in rows]
        if len(rows) < size:
            return
        after = Named(*rows[-1])


def _there(connection: Connection, prefixes: list[str]) -> list[str]:
    """Return those prefixes with which any name begins."""
    _, no_less, before, _ = _operators(connection)
    rows = run(
        connection,
        f"SELECT r.low FROM {rows_of(connection, {'low': 'text', 'high': 'text'})} AS r WHERE EXISTS "
        "(SELECT 1 FROM contacts WHERE display_name IS NOT NULL "
        f"AND {_SHOWN} {no_less} r.low AND {_SHOWN} {before} r.high)",
        rows=as_parameter([each, each + _LAST] for each in prefixes),
    )
    return [row[0] for row in rows]


def _operators(connection: Connection) -> tuple[str, str, str, str]:
    """Return how to compare and to order by bytes: later, no less, before, and the direction."""
    if connection.dialect.name == "sqlite":
        return ">", ">=", "<", ""
    return "~>~", "~>=~", "~<~", "USING ~<~"
