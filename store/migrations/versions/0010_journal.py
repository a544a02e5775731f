"""The journal: a chain that only grows, and what its entries say beside it."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The link before the first entry; fixed here, whatever later forms of the journal begin with.
GENESIS = sha256(b"regulars journal 1").hexdigest()
NO_CHANGE = "the journal is only added to"
OUT_OF_ORDER = "the journal takes the next entry only"

# REPLACE deletes what is in its way without a trigger of its own; only the next number is ever let in.
_SQLITE = {
    "journal_chain_next": f"""
        BEFORE INSERT ON journal_chain
        WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal_chain)
        BEGIN SELECT RAISE(ABORT, '{OUT_OF_ORDER}'); END""",
    "journal_chain_unchanged": f"""
        BEFORE UPDATE ON journal_chain BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END""",
    "journal_chain_undeleted": f"""
        BEFORE DELETE ON journal_chain BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END""",
    "journal_texts_new": f"""
        BEFORE INSERT ON journal_texts
        WHEN NEW.seq <> (SELECT max(seq) FROM journal_chain)
        OR EXISTS (SELECT 1 FROM journal_texts WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{OUT_OF_ORDER}'); END""",
    "journal_texts_unchanged": f"""
        BEFORE UPDATE ON journal_texts BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END""",
}

# PostgreSQL can hash, so it takes an entry only with the link that follows from the one before it. The
# search path is fixed: whoever calls may not put a table of its own in the chain's place.
_POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION journal_takes_next() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    last_seq bigint;
    last_link bytea;
BEGIN
    SELECT seq, link INTO last_seq, last_link FROM journal_chain ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> coalesce(last_seq, 0) + 1 OR octet_length(NEW.commitment) <> 32
        OR NEW.link <> sha256(
            coalesce(last_link, decode('{genesis}', 'hex')) || int8send(NEW.seq)
            || convert_to(to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), 'UTF8')
            || NEW.commitment)
    THEN RAISE EXCEPTION '{out_of_order}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION journal_text_is_new() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
BEGIN
    IF NEW.seq <> (SELECT max(seq) FROM journal_chain)
    THEN RAISE EXCEPTION '{out_of_order}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{no_change}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER journal_chain_next BEFORE INSERT ON journal_chain
    FOR EACH ROW EXECUTE FUNCTION journal_takes_next();
CREATE TRIGGER journal_chain_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_chain
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses();
CREATE TRIGGER journal_texts_new BEFORE INSERT ON journal_texts
    FOR EACH ROW EXECUTE FUNCTION journal_text_is_new();
CREATE TRIGGER journal_texts_unchanged BEFORE UPDATE OR TRUNCATE ON journal_texts
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses();
"""
#: Columns that may speak of a person: their values must not live on in the server's statistics.
_OF_PEOPLE = ("salt", "actor", "subject_key", "why", "details")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "journal_chain",
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_chain")),
    )
    op.create_table(
        "journal_texts",
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["journal_chain.seq"], name=op.f("fk_journal_texts_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_texts")),
    )
    about = sa.column("subject_key").is_not(None)
    op.create_index(
        "ix_journal_texts_subject_key",
        "journal_texts",
        ["subject_key"],
        unique=False,
        sqlite_where=about,
        postgresql_where=about,
    )
    op.create_index("ix_journal_texts_act_seq", "journal_texts", ["act", "seq"], unique=False)
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for name, body in _SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    schema = connection.dialect.identifier_preparer.quote(
        connection.scalar(sa.text("SELECT current_schema()"))
    )
    words = {"genesis": GENESIS, "out_of_order": OUT_OF_ORDER, "no_change": NO_CHANGE}
    connection.exec_driver_sql(_POSTGRESQL_FUNCTIONS.format(schema=schema, **words))
    for each in _OF_PEOPLE:
        op.execute(f"ALTER TABLE journal_texts ALTER COLUMN {each} SET STATISTICS 0")


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("journal_texts")
    op.drop_table("journal_chain")
    if op.get_bind().dialect.name == "postgresql":
        for each in ("journal_takes_next", "journal_text_is_new", "journal_refuses"):
            op.execute(f"DROP FUNCTION {each}()")
