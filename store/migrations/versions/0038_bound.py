"""Consumers that are bound to a segment, each with steps of its own; targets of exports."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0038"
down_revision = "0037"


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("consumers", sa.Column("why", sa.Text()))
    op.add_column("consumers", _number("own_seq"))
    op.add_column("consumers", _number("looked_seq"))
    op.add_column("consumers", sa.Column("looked_at", Moment()))
    op.add_column("consumers", _number("forgotten_seq"))
    op.add_column("feed_state", _number("forgotten_seq"))
    op.add_column("exports", sa.Column("target", sa.Text()))
    op.create_table(
        "segment_steps",
        sa.Column("consumer_id", Id, nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("shown_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("op IN ('upsert', 'remove')", name=op.f("ck_segment_steps_op")),
        sa.ForeignKeyConstraint(
            ["consumer_id"],
            ["consumers.id"],
            name=op.f("fk_segment_steps_consumer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consumer_id", "platform_id", "platform", name=op.f("pk_segment_steps")),
    )
    op.create_index("ix_segment_steps_seq", "segment_steps", ["consumer_id", "seq"])


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("segment_steps")
    op.drop_column("exports", "target")
    op.drop_column("feed_state", "forgotten_seq")
    for each in ("forgotten_seq", "looked_at", "looked_seq", "own_seq", "why"):
        op.drop_column("consumers", each)
