"""Pushes: the inbox, the ends that came before their acts, and the shapes of what was unknown."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'unknown', 'aside')", name=op.f("ck_inbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbox_digest")),
    )
    op.create_index("ix_inbox_state_id", "inbox", ["state", "id"])
    op.create_index("ix_inbox_expires_at", "inbox", ["expires_at"])
    op.create_table(
        "ended_acts",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("forget_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ended_acts_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "act", name=op.f("pk_ended_acts")),
    )
    op.create_index("ix_ended_acts_account_id_ended_at", "ended_acts", ["account_id", "ended_at"])
    op.create_index("ix_ended_acts_forget_at", "ended_acts", ["forget_at"])
    op.create_table(
        "unknown_pushes",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "digest", name=op.f("pk_unknown_pushes")),
    )

    _mend_moments("harvest_runs")
    _mend_moments("jobs")


def _mend_moments(table: str) -> None:
    """Write `started_at` as every other moment: on SQLite it stood there without its zone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"UPDATE {table} SET started_at = replace(started_at, ' ', 'T') || '+00:00' "
            "WHERE started_at LIKE '____-__-__ %' AND started_at NOT LIKE '%+00:00'"
        )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("unknown_pushes")
    op.drop_index("ix_ended_acts_forget_at", table_name="ended_acts")
    op.drop_index("ix_ended_acts_account_id_ended_at", table_name="ended_acts")
    op.drop_table("ended_acts")
    op.drop_index("ix_inbox_expires_at", table_name="inbox")
    op.drop_index("ix_inbox_state_id", table_name="inbox")
    op.drop_table("inbox")
