"""Contacts by how their name begins: a walk over an index, in the order of its bytes."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from domain.naming import INDEXED, beginnings, folded
from store.sets import run

_SHOWN = f"lower(substr(display_name, 1, {INDEXED}))"
#: After everything that begins so.
_LAST = "\U0010ffff"


class Named(NamedTuple):
    """A contact and what the index holds of its name."""

    id: int
    beginning: str
    display_name: str


def place_of(connection: Connection, contact_id: int) -> Named | None:
    """Return where a contact stands among the names; None where it has none or is gone."""
    found = run(
        connection,
        f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE id = :id AND display_name IS NOT NULL",
        id=contact_id,
    ).first()
    return Named(*found) if found else None


def walk(connection: Connection, typed: str, after: Named | None, *, size: int) -> Iterator[list[Named]]:
    """Read the contacts whose name begins so, in small parts: by their names' bytes, then by number.

    A part may hold nobody, where what the index knows is too short to tell.
    """
    wanted = folded(typed)
    for each in beginnings(typed):
        low, high = each, each + _LAST
        if after is not None and after.beginning.encode() >= high.encode():
            continue
        if after is not None and after.beginning.encode() >= low.encode():
            yield from _read(connection, wanted, "=", after, size=size)
            low, strictly = after.beginning, True
        else:
            strictly = False
        yield from _range(connection, wanted, (low, high), strictly=strictly, size=size)


def _range(
    connection: Connection, wanted: str, bounds: tuple[str, str], *, strictly: bool, size: int
) -> Iterator[list[Named]]:
    """Read a range of the index, part by part."""
    low, high = bounds
    is_after, before, order = _operators(connection, strictly=strictly)
    while True:
        rows = run(
            connection,
            f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE display_name IS NOT NULL "
            f"AND {_SHOWN} {is_after} :low AND {_SHOWN} {before} :high "
            f"ORDER BY {_SHOWN} {order}, id LIMIT :size",
            low=low,
            high=high,
            size=size,
        ).all()
        yield _kept(rows, wanted)
        if len(rows) < size:
            return
        last = Named(*rows[-1])
        yield from _read(connection, wanted, "=", last, size=size)
        low = last.beginning
        is_after, before, order = _operators(connection, strictly=True)


def _read(
    connection: Connection, wanted: str, same: str, after: Named, *, size: int
) -> Iterator[list[Named]]:
    """Read those with the same beginning that come after a contact."""
    number = after.id
    while True:
        rows = run(
            connection,
            f"SELECT id, {_SHOWN}, display_name FROM contacts WHERE display_name IS NOT NULL "
            f"AND {_SHOWN} {same} :beginning AND id > :number ORDER BY id LIMIT :size",
            beginning=after.beginning,
            number=number,
            size=size,
        ).all()
        if rows:
            yield _kept(rows, wanted)
        if len(rows) < size:
            return
        number = rows[-1][0]


def _kept(rows: list[object], wanted: str) -> list[Named]:
    found = (Named(*each) for each in rows)  # type: ignore[misc]  # three columns each
    return [each for each in found if folded(each.display_name).startswith(wanted)]


def _operators(connection: Connection, *, strictly: bool) -> tuple[str, str, str]:
    """Return how to compare and to order by bytes: after, before, and the direction."""
    if connection.dialect.name == "sqlite":
        return (">" if strictly else ">="), "<", ""
    return ("~>~" if strictly else "~>=~"), "~<~", "USING ~<~"
