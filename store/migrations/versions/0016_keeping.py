"""Keeping: a contact's last sign of life, the ledger of objections, and the ends of campaigns."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("contacts", sa.Column("alive_at", Moment(), nullable=True))
    op.create_table(
        "objections_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("applied_bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_objections_ledger_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections_ledger")),
    )
    op.create_table(
        "campaign_ends",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("purge_at", Moment(), nullable=False),
        sa.Column("stopped", sa.Boolean(name="stopped"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("purged_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_campaign_ends")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("campaign_ends")
    op.drop_table("objections_ledger")
    op.drop_column("contacts", "alive_at")
