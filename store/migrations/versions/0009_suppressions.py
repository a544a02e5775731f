"""Suppressions by wrapped keys; nothing had been written into the table before."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0009"
down_revision = "0008"


#: Values of people, of which PostgreSQL would keep the most frequent ones in its statistics, forgotten or not.
PERSONAL = {
    "contacts": ("platform_id", "handle", "display_name"),
    "texts": ("text", "item", "under"),
    "changes": ("platform_id",),
}


def upgrade() -> None:
    """Bring the schema up."""
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in PERSONAL.items():
            for each in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {each} SET STATISTICS 0")
    op.drop_table("suppressions")
    op.create_table(
        "suppressions",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("wraps", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_suppressions")),
    )
    op.create_index("ix_suppressions_wraps", "suppressions", ["wraps"], unique=False)
    op.create_table(
        "suppression_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_suppression_keys")),
    )

    op.create_index("ix_changes_platform_id", "changes", ["platform_id", "platform"], unique=False)


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_changes_platform_id", "changes")
    op.drop_table("suppression_keys")
    op.drop_index("ix_suppressions_wraps", "suppressions")
    op.drop_table("suppressions")
    op.create_table(
        "suppressions",
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_suppressions")),
    )
