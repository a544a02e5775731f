"""When which account is harvested by itself, and what became of each moment; runs are found by their history."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "schedules",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("streams", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("jitter_s", sa.Integer(), nullable=False),
        sa.Column("catch_up", sa.Text(), nullable=False),
        sa.Column("budget_micro_usd", sa.BigInteger()),
        sa.Column("is_on", sa.Boolean(name="is_on"), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("begins_at", Moment(), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.CheckConstraint("catch_up IN ('once', 'all', 'skip')", name=op.f("ck_schedules_catch_up")),
        sa.CheckConstraint("budget_micro_usd >= 0", name=op.f("ck_schedules_budget")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_schedules_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index("ix_schedules_begins_at", "schedules", ["begins_at"])
    op.create_table(
        "schedule_moments",
        sa.Column("schedule_id", Id, nullable=False),
        sa.Column("moment", Moment(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("run_id", Id),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('begun', 'running', 'paused', 'budget', 'missed', 'refused')",
            name=op.f("ck_schedule_moments_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedules.id"],
            name=op.f("fk_schedule_moments_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "moment", name=op.f("pk_schedule_moments")),
    )
    op.add_column("harvest_runs", sa.Column("schedule_id", Id))
    op.create_index("ix_harvest_runs_account_id_id", "harvest_runs", ["account_id", "id"])
    op.create_index("ix_harvest_runs_state_id", "harvest_runs", ["state", "id"])
    op.create_index("ix_harvest_runs_created_at", "harvest_runs", ["created_at"])
    known = sa.text("schedule_id IS NOT NULL")
    op.create_index(
        "ix_harvest_runs_schedule_id",
        "harvest_runs",
        ["schedule_id"],
        sqlite_where=known,
        postgresql_where=known,
    )
    op.create_index("ix_spends_run_id_id", "spends", ["run_id", "id"])


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_spends_run_id_id", "spends")
    for each in ("schedule_id", "created_at", "state_id", "account_id_id"):
        op.drop_index(f"ix_harvest_runs_{each}", "harvest_runs")
    op.drop_column("harvest_runs", "schedule_id")
    op.drop_table("schedule_moments")
    op.drop_table("schedules")
