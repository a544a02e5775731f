"""More that is told: missed schedules, a queue server that is away, erasures due; what dead workers held."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0029"
down_revision = "0028"

_OLD = (
    "'harvest_ended', 'account_paused', 'token_dying', 'budget_near_end', 'budget_ended', "
    "'leavers_withheld', 'notices_due', 'notices_overdue', 'failed', 'queue_stuck'"
)
_NEW = "'schedule_missed', 'erasures_due', 'queue_away'"
_KIND = "ck_alerts_kind"


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("workers", sa.Column("held", sa.Text(), nullable=True))
    op.add_column("schedules", sa.Column("ping_url", sa.Text(), nullable=True))
    op.add_column("schedules", sa.Column("pinged_at", Moment(), nullable=True))
    op.add_column("schedules", sa.Column("ping_error", sa.Text(), nullable=True))
    _let_kinds(f"{_OLD}, {_NEW}")


def downgrade() -> None:
    """Take it down again."""
    op.execute(f"DELETE FROM alerts WHERE kind IN ({_NEW})")  # words of ours
    _let_kinds(_OLD)
    for each in ("ping_error", "pinged_at", "ping_url"):
        op.drop_column("schedules", each)
    op.drop_column("workers", "held")


def _let_kinds(kinds: str) -> None:
    check = f"kind IN ({kinds})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_KIND), "alerts", type_="check")
        op.create_check_constraint(op.f(_KIND), "alerts", check)
        return
    with op.batch_alter_table("alerts", recreate="always") as table:
        table.drop_constraint(op.f(_KIND), type_="check")
        table.create_check_constraint(op.f(_KIND), check)
