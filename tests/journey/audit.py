"""An audit of the database by triggers, in tests only: who was ever in the messaging store, as what.

On PostgreSQL the triggers are deferred, so they see what each commit sees; SQLite has no such triggers, and
there they see the same after each statement, which is more often. Deaths are counted, too: each is
a page that was in hand when its worker died, and another where the next was asked for beside it.
"""

from sqlalchemy import text

from store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS audit_inside (contact_id bigint NOT NULL, label text NOT NULL);
CREATE TABLE IF NOT EXISTS audit_deaths (run_id bigint NOT NULL);
"""
_SQLITE = """
CREATE TRIGGER audit_entered AFTER INSERT ON messaging_contacts BEGIN
    INSERT INTO audit_inside SELECT id, label FROM contacts WHERE id = new.contact_id; END;
CREATE TRIGGER audit_changed AFTER UPDATE ON messaging_contacts BEGIN
    INSERT INTO audit_inside SELECT id, label FROM contacts WHERE id = new.contact_id; END;
CREATE TRIGGER audit_relabelled AFTER UPDATE OF label ON contacts
    WHEN EXISTS (SELECT 1 FROM messaging_contacts WHERE contact_id = new.id) BEGIN
    INSERT INTO audit_inside VALUES (new.id, new.label); END;
CREATE TRIGGER audit_died AFTER UPDATE OF deaths ON harvest_runs WHEN new.deaths > old.deaths BEGIN
    INSERT INTO audit_deaths SELECT new.id UNION ALL SELECT new.id WHERE new.asked_ahead; END;
"""
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION audit_inside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO audit_inside SELECT id, label FROM contacts WHERE id = new.contact_id; RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION audit_label() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO audit_inside SELECT c.id, c.label FROM contacts AS c
    JOIN messaging_contacts AS m ON m.contact_id = c.id WHERE c.id = new.id; RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION audit_death() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO audit_deaths SELECT new.id UNION ALL SELECT new.id WHERE new.asked_ahead; RETURN NULL;
    END $$;
CREATE CONSTRAINT TRIGGER audit_entered AFTER INSERT OR UPDATE ON messaging_contacts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_inside();
CREATE CONSTRAINT TRIGGER audit_relabelled AFTER UPDATE OF label ON contacts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_label();
CREATE TRIGGER audit_died AFTER UPDATE OF deaths ON harvest_runs FOR EACH ROW
    WHEN (new.deaths > old.deaths) EXECUTE FUNCTION audit_death();
"""


def begin(database: Database) -> None:
    """Lay the triggers in."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if database.on_sqlite:
            driver.executescript(_TABLES + _SQLITE)
        else:
            driver.execute(_TABLES + _POSTGRESQL)
            driver.commit()


def end(database: Database) -> None:
    """Take the triggers out, what they saw stays: a migration may change the tables."""
    tables = {"messaging_contacts": ("audit_entered",), "contacts": ("audit_relabelled",)}
    tables["harvest_runs"] = ("audit_died",)
    if database.on_sqlite:
        tables["messaging_contacts"] += ("audit_changed",)
    with database.write() as connection:
        for table, names in tables.items():
            for each in names:
                where = "" if database.on_sqlite else f" ON {table}"
                connection.exec_driver_sql(f"DROP TRIGGER {each}{where}")


def seen(database: Database) -> dict[str, set[str]]:
    """Return the keys of the contacts that were in the messaging store under each label, ever."""
    found: dict[str, set[str]] = {}
    with database.read() as connection:
        entered = connection.execute(
            text(
                "SELECT DISTINCT audit_inside.label, platform, platform_id FROM audit_inside "
                "LEFT JOIN contacts ON contacts.id = contact_id"
            )
        )
        for label, platform, platform_id in entered:
            found.setdefault(label, set()).add(f"{platform}:{platform_id}")
    return found


def in_hand(database: Database, platform: str) -> int:
    """Return how many pages of a platform were in hand when their worker died, or its lease was over."""
    with database.read() as connection:
        counted = connection.scalar(
            text(
                "SELECT count(*) FROM audit_deaths JOIN harvest_runs ON id = run_id "
                "WHERE harvest_runs.platform = :platform"
            ),
            {"platform": platform},
        )
    return int(counted or 0)
