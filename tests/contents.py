"""What a database holds, read for comparison."""

from typing import Any

from sqlalchemy import Connection, select, text

from store import admissions, messaging
from store.admissions import Said
from store.database import Database
from store.messaging import Step
from store.tables import changes, contacts, messaging_contacts, metadata
from tests.cast import NOW

Rows = list[tuple[Any, ...]]


def contents(database: Database) -> dict[str, Rows]:
    """Return every row of every table."""
    with database.read() as connection:
        return {
            each.name: sorted((tuple(row) for row in connection.execute(select(each))), key=repr)
            for each in metadata.sorted_tables
        }


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    """Return the rows of one table by column."""
    with database.read() as connection:
        return [dict(each) for each in connection.execute(select(metadata.tables[table])).mappings()]


def labels(database: Database) -> dict[str, str]:
    """Return each contact's label by its platform's id."""
    with database.read() as connection:
        found = connection.execute(select(contacts.c.platform_id, contacts.c.label))
        return {platform_id: label for platform_id, label in found}  # noqa: C416  # rows are no pairs


def inside(database: Database) -> set[str]:
    """Return who is in the messaging store."""
    statement = select(contacts.c.platform_id).join(
        messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id
    )
    with database.read() as connection:
        return set(connection.scalars(statement))


def feed(database: Database) -> list[tuple[int, str, str, str]]:
    """Return the feed: number, contact, op, reason."""
    columns = (changes.c.seq, changes.c.platform_id, changes.c.op, changes.c.reason)
    with database.read() as connection:
        return [tuple(each) for each in connection.execute(select(*columns).order_by(changes.c.seq))]


def rows_written(connection: Connection) -> int:
    """Count the rows that were written so far: on SQLite by the connection, else by the transaction."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        return int(driver.total_changes)
    counted = connection.scalar(
        text("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
    )
    return int(counted or 0)


def wipe(database: Database) -> None:
    """Empty every table, so that one database serves many examples."""
    with database.write() as connection:
        for each in reversed(metadata.sorted_tables):
            if each.name not in ("feed_state", "journal_chain", "journal_texts"):  # the journal only grows
                connection.execute(each.delete())
        connection.execute(text("UPDATE feed_state SET seq = 0"))


def let_be_shown(database: Database) -> None:
    """Let the gates admit everybody in the messaging store whom they have not, so that it is shown."""
    with database.write() as connection:
        new = admissions.inside_after(connection, 0, 1_000_000)
        new = [each for each in new if each.said is None or each.said.refusal is not None]
        said = [Said(each.contact_id, None, "[]", "{}", told=True) for each in new]
        if said:
            admissions.put(connection, said, now=NOW)
        steps = [Step(*each[:3], "upsert", "admitted") for each in new]
        messaging.publish(connection, steps, now=NOW)
