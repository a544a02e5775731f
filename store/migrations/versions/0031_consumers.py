"""Programs that read the feed, their tokens, and whom each was shown."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0031"
down_revision = "0030"

_OLD = (
    "'harvest_ended', 'account_paused', 'token_dying', 'budget_near_end', 'budget_ended', "
    "'leavers_withheld', 'notices_due', 'notices_overdue', 'failed', 'queue_stuck', "
    "'schedule_missed', 'erasures_due', 'queue_away'"
)
_NEW = "'consumer_behind', 'removals_unacknowledged'"
_KIND = "ck_alerts_kind"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "consumers",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipient_id", Id, nullable=False),
        sa.Column("fields", sa.Text()),
        sa.Column("segment_id", sa.BigInteger()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("acked_removals", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("acked_at", Moment()),
        sa.Column("seen_at", Moment()),
        sa.Column("ended_at", Moment()),
        sa.CheckConstraint("name <> ''", name=op.f("ck_consumers_named")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_consumers_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumers")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_consumers_name",
        "consumers",
        ["name"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_consumers_recipient_id", "consumers", ["recipient_id"])
    op.create_table(
        "consumer_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("consumer_id", Id, nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consumer_id"],
            ["consumers.id"],
            name=op.f("fk_consumer_tokens_consumer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_consumer_tokens")),
    )
    op.create_index("ix_consumer_tokens_consumer_id", "consumer_tokens", ["consumer_id"])
    op.create_table(
        "received",
        sa.Column("consumer_id", Id, nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["consumers.id"], name=op.f("fk_received_consumer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consumer_id", "platform_id", "platform", name=op.f("pk_received")),
    )
    _let_kinds(f"{_OLD}, {_NEW}")


def downgrade() -> None:
    """Take it down again."""
    op.execute(f"DELETE FROM alerts WHERE kind IN ({_NEW})")  # words of ours
    _let_kinds(_OLD)
    for each in ("received", "consumer_tokens", "consumers"):
        op.drop_table(each)


def _let_kinds(kinds: str) -> None:
    check = f"kind IN ({kinds})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_KIND), "alerts", type_="check")
        op.create_check_constraint(op.f(_KIND), "alerts", check)
        return
    with op.batch_alter_table("alerts", recreate="always") as table:
        table.drop_constraint(op.f(_KIND), type_="check")
        table.create_check_constraint(op.f(_KIND), check)
