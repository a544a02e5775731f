"""Walks are found by act and run, failures by run, and the open ones at once: pages look them up."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_index("ix_walks_account_id_kind_post", "walks", ["account_id", "kind", "post"])
    op.create_index("ix_walks_run_id", "walks", ["run_id"])
    op.create_index("ix_failures_run_id", "failures", ["run_id"])
    is_open = sa.text("state = 'open'")
    op.create_index("ix_failures_open", "failures", ["id"], sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_failures_open", "failures")
    op.drop_index("ix_failures_run_id", "failures")
    op.drop_index("ix_walks_run_id", "walks")
    op.drop_index("ix_walks_account_id_kind_post", "walks")
