"""What is told without looking, to whom, and what is on its way."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0025"
down_revision = "0023"


_KINDS = (
    "'harvest_ended', 'account_paused', 'token_dying', 'budget_near_end', 'budget_ended', "
    "'leavers_withheld', 'notices_due', 'notices_overdue', 'failed', 'queue_stuck'"
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_alerts_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_alerts_standing",
        "alerts",
        ["kind", "key"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "alert_wishes",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer()),
        sa.CheckConstraint("way IN ('mail', 'webhook')", name=op.f("ck_alert_wishes_way")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_alert_wishes_hour_of_day")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_alert_wishes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_wishes")),
    )
    op.create_index("ix_alert_wishes_user_id", "alert_wishes", ["user_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("wish_id", Id, nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_deliveries_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["alert_wishes.id"], name=op.f("fk_alert_deliveries_wish_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "wish_id", name=op.f("pk_alert_deliveries")),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_alert_deliveries_due_at",
        "alert_deliveries",
        ["due_at"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
    op.create_index("ix_alert_deliveries_wish_id", "alert_deliveries", ["wish_id"])


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("alert_deliveries")
    op.drop_table("alert_wishes")
    op.drop_table("alerts")
