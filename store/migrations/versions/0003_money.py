"""Money: budgets, what was reserved and spent, what the platform counts, and runs stopped at a budget."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_STATE = op.f("ck_harvest_runs_state")
_BEFORE = ("waiting", "running", "done", "failed", "cancelled")
_WHOLE = sa.text("account_id IS NULL AND harvest_id IS NULL")
_RESERVED = sa.text("state = 'reserved'")


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("accounts", sa.Column("posts_count", sa.BigInteger(), nullable=True))
    for each in ("likes", "reposts", "quotes"):
        op.add_column("posts", sa.Column(each, sa.Integer(), nullable=True))
    op.add_column(
        "harvest_runs",
        sa.Column("uncertain_micro_usd", sa.BigInteger(), server_default="0", nullable=False),
    )
    _allow_states((*_BEFORE, "stopped"))
    op.create_table(
        "budgets",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("harvest_id", ID, nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("at_end", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("period IN ('once', 'day', 'month')", name=op.f("ck_budgets_period")),
        sa.CheckConstraint("at_end IN ('stop', 'wait')", name=op.f("ck_budgets_at_end")),
        sa.CheckConstraint("account_id IS NULL OR harvest_id IS NULL", name=op.f("ck_budgets_one_scope")),
        sa.CheckConstraint("amount_micro_usd >= 0", name=op.f("ck_budgets_amount")),
        sa.CheckConstraint("period <> 'once' OR at_end = 'stop'", name=op.f("ck_budgets_once_stops")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_budgets_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["harvest_id"], ["harvests.id"], name=op.f("fk_budgets_harvest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("account_id", "period", name=op.f("uq_budgets_account_id_period")),
        sa.UniqueConstraint("harvest_id", name=op.f("uq_budgets_harvest_id")),
    )
    op.create_index(
        "uq_budgets_period", "budgets", ["period"], unique=True, sqlite_where=_WHOLE, postgresql_where=_WHOLE
    )
    op.create_table(
        "budget_periods",
        sa.Column("budget_id", ID, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("committed_micro_usd", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budgets.id"], name=op.f("fk_budget_periods_budget_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("budget_id", "period", name=op.f("pk_budget_periods")),
    )
    op.create_table(
        "spends",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("settled_micro_usd", sa.BigInteger(), nullable=True),
        sa.Column("low_micro_usd", sa.BigInteger(), nullable=True),
        sa.Column("billed_items", sa.Integer(), nullable=True),
        sa.Column("billed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reserved', 'settled', 'uncertain', 'freed')", name=op.f("ck_spends_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spends")),
    )
    op.create_index(
        "ix_spends_run_id", "spends", ["run_id"], sqlite_where=_RESERVED, postgresql_where=_RESERVED
    )
    op.create_index("ix_spends_day", "spends", ["day"])
    op.create_table(
        "usage_readings",
        sa.Column("id", ID, nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("credits_micro_usd", sa.BigInteger(), nullable=True),
        sa.Column("posts_read", sa.BigInteger(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_readings")),
    )
    op.create_index("ix_usage_readings_app_id", "usage_readings", ["app", "id"])


def downgrade() -> None:
    """Take the schema down; a run that was stopped at a budget becomes a cancelled one."""
    for each in ("usage_readings", "spends", "budget_periods", "budgets"):
        op.drop_table(each)
    op.execute("UPDATE harvest_runs SET state = 'cancelled' WHERE state = 'stopped'")
    _allow_states(_BEFORE)
    op.drop_column("harvest_runs", "uncertain_micro_usd")
    for each in ("quotes", "reposts", "likes"):
        op.drop_column("posts", each)
    op.drop_column("accounts", "posts_count")


def _allow_states(states: tuple[str, ...]) -> None:
    """Say anew which states a run may be in; on SQLite, which cannot, the table is written anew.

    `store.schema` switches foreign keys off there: dropping the old table would empty those that point at it.
    """
    check = f"state IN ({', '.join(repr(each) for each in states)})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(_STATE, "harvest_runs", type_="check")
        op.create_check_constraint(_STATE, "harvest_runs", check)
        return
    # The old check is not reflected, so the new table has only this one.
    with op.batch_alter_table("harvest_runs", recreate="always") as table:
        table.create_check_constraint(_STATE, check)
