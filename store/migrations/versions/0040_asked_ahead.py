"""Whether a page may have been asked for while the one before it was still to be stored."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column(
        "harvest_runs",
        sa.Column("asked_ahead", sa.Boolean(name="asked_ahead"), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_column("harvest_runs", "asked_ahead")
