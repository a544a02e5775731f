"""The audit of the chaos journey can fail: what the database refuses is let through here, and it is seen."""

from sqlalchemy import text

from store.database import Database
from tests.cast import NOW
from tests.journey import audit

ENTERS_CONTACTS = (
    "INSERT INTO contacts (id, platform, platform_id, label, first_seen_at) "
    "VALUES (:id, 'twitter', CAST(:id AS text), :label, :at)"
)
ENTERS_STORE = (
    "INSERT INTO messaging_contacts (contact_id, label, admitted_at, seq) VALUES (:id, 'regular', :at, :id)"
)


def test_an_occasional_contact_in_the_messaging_store_is_seen(database: Database) -> None:
    audit.begin(database)
    with database.engine.connect() as connection:
        if database.on_sqlite:
            guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'audit%'"
            dropped = [f"DROP TRIGGER {each}" for each in connection.scalars(text(guards))]
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            keys = (
                "SELECT conname FROM pg_constraint WHERE contype = 'f' "
                "AND conrelid = 'messaging_contacts'::regclass"
            )
            dropped = [
                f"ALTER TABLE messaging_contacts DROP CONSTRAINT {each}"
                for each in connection.scalars(text(keys))
            ]
        assert dropped
        for each in dropped:
            connection.exec_driver_sql(each)
        for each in (ENTERS_CONTACTS, ENTERS_STORE):
            connection.execute(
                text(each),
                [
                    {"id": place, "label": label, "at": NOW.isoformat(timespec="microseconds")}
                    for place, label in ((1, "occasional"), (2, "regular"))
                ],
            )
        connection.execute(text("UPDATE contacts SET label = 'none' WHERE id = 2"))
        connection.commit()
    seen = audit.seen(database)
    assert len(seen.pop("occasional")) == 1
    assert len(seen.pop("none")) == 1
    assert set(seen) <= {"regular"}, "on PostgreSQL only what a commit sees is seen"
