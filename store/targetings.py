"""Targetings: the record of whom files were narrowed to, and what for (Regulation (EU) 2024/900, art. 19)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, delete, insert, select

from domain.segment import Segment
from store.tables import targetings


class Targeting(NamedTuple):
    """One use of a segment that chooses people by what they told of themselves; nobody is named.

    `people` is rounded down to whole groups. `wordings` are the hashes of the words agreed to.
    """

    at: datetime
    by: str
    why: str
    segment: str
    criteria: dict[str, str | int]
    recipient: str | None
    export_id: int | None
    people: int
    wordings: tuple[str, ...]


def add(connection: Connection, used: Targeting) -> None:
    """Enter a use in the record."""
    values = used._asdict() | {
        "criteria": orjson.dumps(used.criteria, option=orjson.OPT_SORT_KEYS).decode(),
        "wordings": orjson.dumps(list(used.wordings)).decode(),
    }
    connection.execute(insert(targetings).values(**values))


def every(connection: Connection, *, count: int = 1_000) -> Sequence[Targeting]:
    """Return the uses on record, the newest first."""
    columns = [each for each in targetings.c if each.name != "id"]
    statement = select(*columns).order_by(targetings.c.id.desc()).limit(count)
    found = connection.execute(statement).mappings()
    return [
        Targeting(
            **{
                **each,
                "criteria": orjson.loads(each["criteria"]),
                "wordings": tuple(orjson.loads(each["wordings"])),
            }
        )
        for each in found
    ]


def last_at(connection: Connection, segment: Segment) -> datetime | None:
    """Return when a segment of this name was used last."""
    statement = select(targetings.c.at).where(targetings.c.segment == segment.name)
    return connection.scalar(statement.order_by(targetings.c.at.desc()).limit(1))


def forget(connection: Connection, before: datetime) -> int:
    """Delete uses of before a moment; returns how many there were."""
    return connection.execute(delete(targetings).where(targetings.c.at < before)).rowcount
