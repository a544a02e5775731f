"""Areas: the partition, which area each form means, and the tables that were published."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from classifier.areas import meanings, meant, readings
from domain.area import UNKNOWN, Area, AreaKind, AreaTable
from store.sets import as_parameter, rows_of, run
from store.tables import area_counts, area_tables, area_words, areas, sign_ups

_WORDS = {"word": "text", "code": "text"}


def partition(connection: Connection) -> tuple[AreaKind | None, list[Area]]:
    """Return the areas by code and what they are; None where no partition was taken."""
    rows = connection.execute(select(areas).order_by(areas.c.code)).all()
    kind = AreaKind(rows[0].kind) if rows else None
    return kind, [Area(each.code, each.name, tuple(orjson.loads(each.also))) for each in rows]


def size(connection: Connection) -> int:
    """Count the areas of the partition."""
    return connection.scalar(select(func.count()).select_from(areas)) or 0


def name_of(connection: Connection, code: str) -> str | None:
    """Return what an area is called, None where there is none."""
    return connection.scalar(select(areas.c.name).where(areas.c.code == code))


def put_partition(connection: Connection, kind: AreaKind, given: Sequence[Area]) -> None:
    """Take a partition in place of the former one, and read anew which area each form means."""
    connection.execute(delete(areas))
    columns = {"code": "text", "name": "text", "kind": "text", "also": "text"}
    run(
        connection,
        "INSERT INTO areas (code, name, kind, also) SELECT code, name, kind, also "
        f"FROM {rows_of(connection, columns)} AS r",
        rows=as_parameter(
            [each.code, each.name, kind.value, orjson.dumps(each.also).decode()] for each in given
        ),
    )
    by_code = meanings(given)
    connection.execute(delete(area_words))
    run(
        connection,
        f"INSERT INTO area_words (word, code) SELECT word, code FROM {rows_of(connection, _WORDS)} AS r",
        rows=as_parameter([*each] for each in by_code.items()),
    )
    written = connection.scalars(select(sign_ups.c.area).distinct().where(sign_ups.c.area.is_not(None))).all()
    run(
        connection,
        "UPDATE sign_ups SET area_code = r.code "
        f"FROM {rows_of(connection, {'area': 'text', 'code': 'text'})} AS r WHERE sign_ups.area = r.area",
        rows=as_parameter([each, meant(each, by_code)] for each in written if each is not None),
    )


def codes_of(connection: Connection, written: Iterable[str]) -> dict[str, str]:
    """Return the codes of the areas that people meant; what is not clear stands not in it."""
    wanted = set(written)
    words = sorted({word for each in wanted for word in readings(each)})
    if not words:
        return {}
    found = run(
        connection,
        "SELECT w.word, w.code FROM "
        f"{rows_of(connection, {'word': 'text'})} AS r CROSS JOIN area_words AS w WHERE w.word = r.word",
        rows=as_parameter([each] for each in words),
    )
    by_code = {word: code for word, code in found}  # noqa: C416  # rows are no pairs
    return {each: code for each in wanted if (code := meant(each, by_code)) is not None}


def counted(connection: Connection) -> tuple[dict[str, int], int]:
    """Count by area who is shown to readers of the feed and filled in a form, and who filled in none.

    Every area of the partition has its number, and UNKNOWN has one. Tell it to nobody: what may be told is
    `classifier.areas.shown`, once a quarter.
    """
    found = run(
        connection,
        "SELECT CASE WHEN f.contact_id IS NOT NULL THEN coalesce(f.area_code, '') END AS code, count(*) "
        "FROM messaging_contacts AS m JOIN admissions AS a ON a.contact_id = m.contact_id "
        "LEFT JOIN sign_ups AS f ON f.contact_id = m.contact_id "
        "WHERE m.seq IS NOT NULL AND a.refusal IS NULL GROUP BY 1",
    )
    held = {code: number for code, number in found}  # noqa: C416  # rows are no pairs
    not_asked = held.pop(None, 0)
    empty = dict.fromkeys([UNKNOWN, *connection.scalars(select(areas.c.code))], 0)
    return {**empty, **held}, not_asked


def publish(connection: Connection, table: AreaTable) -> None:
    """Store a table for good; the quarter's key lets there be one alone."""
    values = table._asdict() | {"kind": table.kind.value}
    counts = values.pop("counts")
    names = values.pop("names")
    connection.execute(insert(area_tables).values(**values))
    columns = {"code": "text", "name": "text", "contacts": "int"}
    run(
        connection,
        "INSERT INTO area_counts (quarter, code, name, contacts) SELECT :quarter, code, name, contacts "
        f"FROM {rows_of(connection, columns)} AS r",
        quarter=table.quarter,
        rows=as_parameter([code, names[code], number] for code, number in counts.items()),
    )


def quarters(connection: Connection) -> list[str]:
    """Return the quarters of which a table was published, the newest first."""
    return list(connection.scalars(select(area_tables.c.quarter).order_by(area_tables.c.quarter.desc())))


def published(connection: Connection, quarter: str | None = None) -> AreaTable | None:
    """Return a published table, the newest where no quarter is named; None where there is none.

    UNKNOWN comes first, then the areas by code.
    """
    statement = select(area_tables).order_by(area_tables.c.quarter.desc()).limit(1)
    if quarter is not None:
        statement = statement.where(area_tables.c.quarter == quarter)
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    cells = connection.execute(
        select(area_counts.c.code, area_counts.c.name, area_counts.c.contacts)
        .where(area_counts.c.quarter == row["quarter"])
        .order_by(area_counts.c.code)
    ).all()
    told = {**row, "kind": AreaKind(row["kind"])}
    counts = {each.code: each.contacts for each in cells}
    return AreaTable(**told, counts=counts, names={each.code: each.name for each in cells})
