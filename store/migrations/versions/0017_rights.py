"""Rights among a million: who bears a name is found by it, and what was suppressed last by its number."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema up."""
    named = sa.text("handle IS NOT NULL")
    op.create_index(
        "ix_contacts_handle",
        "contacts",
        [sa.text("lower(handle)")],
        sqlite_where=named,
        postgresql_where=named,
    )
    signed = sa.text("kind IN ('signed_up', 'opted_in')")
    op.create_index(
        "ix_signals_signed_contact_id",
        "signals",
        ["contact_id"],
        sqlite_where=signed,
        postgresql_where=signed,
    )
    number = sa.Column("number", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    op.add_column("suppressions", number)
    op.create_index("ix_suppressions_number", "suppressions", ["number"])
    numbered = sa.Column("numbered", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    op.add_column("objections_ledger", numbered)


def downgrade() -> None:
    """Take it down again."""
    op.drop_column("objections_ledger", "numbered")
    op.drop_index("ix_suppressions_number", table_name="suppressions")
    op.drop_column("suppressions", "number")
    op.drop_index("ix_signals_signed_contact_id", table_name="signals")
    op.drop_index("ix_contacts_handle", table_name="contacts")
