"""The one stop and who waits for its end, queues held back, and what workers do, counted as they go."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "halts",
        sa.Column("place", Id, autoincrement=False, nullable=False),
        sa.Column("account_id", Id),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("why <> ''", name=op.f("ck_halts_why")),
        sa.CheckConstraint("place = coalesce(account_id, 0)", name=op.f("ck_halts_place_is_account")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_halts_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_halts")),
    )
    op.create_table(
        "halted_contacts",
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_halted_contacts_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_halted_contacts")),
    )
    op.create_index("ix_halted_contacts_account_id", "halted_contacts", ["account_id"])
    op.create_table(
        "paused_queues",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_paused_queues")),
    )
    op.create_table(
        "worked_minutes",
        sa.Column("minute", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "queue", "worker", name=op.f("pk_worked_minutes")),
    )
    op.create_table(
        "totals",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_totals")),
    )
    op.add_column("workers", sa.Column("memory_bytes", sa.BigInteger()))
    op.add_column("workers", sa.Column("worked_at", Moment()))
    op.add_column("workers", sa.Column("died_at", Moment()))


def downgrade() -> None:
    """Take it down again."""
    for each in ("died_at", "worked_at", "memory_bytes"):
        op.drop_column("workers", each)
    op.drop_table("totals")
    op.drop_table("worked_minutes")
    op.drop_table("paused_queues")
    op.drop_index("ix_halted_contacts_account_id", "halted_contacts")
    op.drop_table("halted_contacts")
    op.drop_table("halts")
