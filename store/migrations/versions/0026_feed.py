"""The feed holds what its readers were shown: a place in it only for whom the gates let be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

#: Those of whom no reader was ever told anything.
_UNTOLD = (
    "NOT EXISTS (SELECT 1 FROM contacts AS c JOIN admissions AS a ON a.contact_id = c.id "
    "WHERE c.platform = changes.platform AND c.platform_id = changes.platform_id AND {said})"
)
_REMOVED = (
    "EXISTS (SELECT 1 FROM changes AS r WHERE r.platform = changes.platform "
    "AND r.platform_id = changes.platform_id AND r.op = 'remove' AND r.seq > changes.seq)"
)


def upgrade() -> None:
    """Bring the schema up; steps that let in whom the gates have not admitted were shown to nobody."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = _take_triggers() if sqlite else []
    if sqlite:
        with op.batch_alter_table("messaging_contacts", recreate="always") as table:
            table.drop_constraint("uq_messaging_contacts_seq", type_="unique")
            table.alter_column("seq", existing_type=sa.BigInteger(), nullable=True)
            table.add_column(_unasked())
    else:
        op.drop_constraint("uq_messaging_contacts_seq", "messaging_contacts", type_="unique")
        op.alter_column("messaging_contacts", "seq", existing_type=sa.BigInteger(), nullable=True)
        op.add_column("messaging_contacts", _unasked())
    asked = "EXISTS (SELECT 1 FROM admissions AS a WHERE a.contact_id = messaging_contacts.contact_id{})"
    op.execute(f"UPDATE messaging_contacts SET unasked = false WHERE {asked.format('')}")
    shown = asked.format(" AND a.refusal IS NULL")
    op.execute(f"UPDATE messaging_contacts SET seq = NULL WHERE NOT {shown}")
    # Whoever was shown and is refused by now is the newest removal; whoever is shown, the newest step.
    op.execute(
        "DELETE FROM changes WHERE op = 'upsert' AND "
        + _UNTOLD.format(said="a.refusal IS NULL")
        + f" AND NOT {_REMOVED}"
    )
    placed, unasked = sa.text("seq IS NOT NULL"), sa.text("unasked")
    op.create_index(
        "uq_messaging_contacts_seq",
        "messaging_contacts",
        ["seq"],
        unique=True,
        sqlite_where=placed,
        postgresql_where=placed,
    )
    op.create_index(
        "ix_messaging_contacts_unasked",
        "messaging_contacts",
        ["contact_id"],
        sqlite_where=unasked,
        postgresql_where=unasked,
    )
    op.drop_column("admissions", "seq")
    _make(triggers)


def downgrade() -> None:
    """Take it down again; who was not shown gets a place in the feed behind all others."""
    op.add_column("admissions", sa.Column("seq", sa.BigInteger(), nullable=True))
    op.execute(
        "INSERT INTO changes (seq, platform, platform_id, op, reason, at) "
        "SELECT f.seq + row_number() OVER (ORDER BY m.contact_id), c.platform, c.platform_id, 'upsert', "
        "'changed', m.admitted_at FROM messaging_contacts AS m JOIN contacts AS c ON c.id = m.contact_id "
        "CROSS JOIN feed_state AS f WHERE m.seq IS NULL"
    )
    op.execute(
        "UPDATE feed_state SET seq = seq + (SELECT count(*) FROM messaging_contacts WHERE seq IS NULL)"
    )
    op.drop_index("uq_messaging_contacts_seq", "messaging_contacts")
    op.drop_index("ix_messaging_contacts_unasked", "messaging_contacts")
    op.execute(
        "UPDATE messaging_contacts SET seq = (SELECT max(s.seq) FROM changes AS s JOIN contacts AS c "
        "ON c.platform = s.platform AND c.platform_id = s.platform_id "
        "WHERE c.id = messaging_contacts.contact_id) WHERE seq IS NULL"
    )
    op.execute(
        "UPDATE admissions SET seq = (SELECT m.seq FROM messaging_contacts AS m "
        "WHERE m.contact_id = admissions.contact_id)"
    )
    if op.get_bind().dialect.name == "sqlite":
        triggers = _take_triggers()
        with op.batch_alter_table("messaging_contacts", recreate="always") as table:
            table.drop_column("unasked")
            table.alter_column("seq", existing_type=sa.BigInteger(), nullable=False)
            table.create_unique_constraint("uq_messaging_contacts_seq", ["seq"])
        with op.batch_alter_table("admissions", recreate="always") as table:
            table.alter_column("seq", existing_type=sa.BigInteger(), nullable=False)
        _make(triggers)
        return
    op.drop_column("messaging_contacts", "unasked")
    op.alter_column("messaging_contacts", "seq", existing_type=sa.BigInteger(), nullable=False)
    op.create_unique_constraint("uq_messaging_contacts_seq", "messaging_contacts", ["seq"])
    op.alter_column("admissions", "seq", existing_type=sa.BigInteger(), nullable=False)


def _unasked() -> sa.Column[bool]:
    return sa.Column("unasked", sa.Boolean(name="unasked"), server_default=sa.true(), nullable=False)


def _take_triggers() -> list[str]:
    """Drop SQLite's triggers, which may name no table that is being written anew; returns them."""
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in found:
        op.execute(f"DROP TRIGGER {name}")
    return [str(sql) for _, sql in found]


def _make(triggers: list[str]) -> None:
    for each in triggers:
        op.execute(each)
