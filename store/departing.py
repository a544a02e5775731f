"""Departing: whom a whole walk missed, in slices that wait to be carried out one by one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, delete, exists, insert, select

from store.sets import as_parameter
from store.tables import departing, harvest_runs


class Slice(NamedTuple):
    """Some acts of one kind that a walk did not show: they end, or are put in doubt."""

    kind: str
    doubted: bool
    contact_ids: Sequence[int]


class Waiting(NamedTuple):
    """A slice that waits, with its number in its run."""

    number: int
    slice: Slice


def keep(connection: Connection, run_id: int, post: str, slices: Iterable[Slice]) -> None:
    """Keep the slices of a walk, to be carried out in this order."""
    for number, each in enumerate(slices):
        values = {"kind": each.kind, "doubted": each.doubted, "members": as_parameter(each.contact_ids)}
        connection.execute(insert(departing).values(run_id=run_id, number=number, post=post, **values))


def first(connection: Connection, run_id: int) -> Waiting | None:
    """Return the slice of a run that is next, None where none waits."""
    statement = select(departing).where(departing.c.run_id == run_id).order_by(departing.c.number).limit(1)
    row = connection.execute(statement).first()
    return Waiting(row.number, Slice(row.kind, row.doubted, orjson.loads(row.members))) if row else None


def drop(connection: Connection, run_id: int, number: int) -> bool:
    """Delete a slice that was carried out; tells whether another waits."""
    connection.execute(delete(departing).where(departing.c.run_id == run_id, departing.c.number == number))
    return wait(connection, run_id)


def wait(connection: Connection, run_id: int) -> bool:
    """Tell whether a run has slices that wait."""
    return bool(connection.scalar(select(exists().where(departing.c.run_id == run_id))))


def wait_of(connection: Connection, account_id: int) -> bool:
    """Tell whether a run of an account has slices that wait."""
    ours = (harvest_runs.c.account_id == account_id, harvest_runs.c.state == "running")
    return bool(connection.scalar(select(exists().where(departing.c.run_id == harvest_runs.c.id, *ours))))
