"""Where consumers are told that there is something to read, and what is on its way there."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0039"
down_revision = "0038"

_OLD = (
    "'harvest_ended', 'account_paused', 'token_dying', 'budget_near_end', 'budget_ended', "
    "'leavers_withheld', 'notices_due', 'notices_overdue', 'failed', 'queue_stuck', "
    "'schedule_missed', 'erasures_due', 'queue_away', 'consumer_behind', 'removals_unacknowledged'"
)
_NEW = "'webhook_ended'"
_KIND = "ck_alerts_kind"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "webhooks",
        sa.Column("id", Id, nullable=False),
        sa.Column("consumer_id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary()),
        sa.Column("former_until", Moment()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("told_epoch", sa.Text(), nullable=False),
        sa.Column("told_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("told_removals", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("told_at", Moment()),
        sa.Column("delivered_at", Moment()),
        sa.Column("failing_since", Moment()),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'gone', 'disabled')", name=op.f("ck_webhooks_state")
        ),
        sa.CheckConstraint("url <> ''", name=op.f("ck_webhooks_addressed")),
        sa.CheckConstraint(
            "(former_sealed IS NULL) = (former_until IS NULL)", name=op.f("ck_webhooks_former")
        ),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["consumers.id"], name=op.f("fk_webhooks_consumer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("ix_webhooks_consumer_id", "webhooks", ["consumer_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("webhook_id", Id, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("dead_at", Moment()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhook_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_webhook_id", "webhook_deliveries", ["webhook_id"])
    alive = sa.text("dead_at IS NULL")
    op.create_index(
        "ix_webhook_deliveries_due_at",
        "webhook_deliveries",
        ["due_at"],
        sqlite_where=alive,
        postgresql_where=alive,
    )
    _let_kinds(f"{_OLD}, {_NEW}")


def downgrade() -> None:
    """Take it down again."""
    op.execute(f"DELETE FROM alerts WHERE kind IN ({_NEW})")  # words of ours
    _let_kinds(_OLD)
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")


def _let_kinds(kinds: str) -> None:
    check = f"kind IN ({kinds})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_KIND), "alerts", type_="check")
        op.create_check_constraint(op.f(_KIND), "alerts", check)
        return
    with op.batch_alter_table("alerts", recreate="always") as table:
        table.drop_constraint(op.f(_KIND), type_="check")
        table.create_check_constraint(op.f(_KIND), check)
