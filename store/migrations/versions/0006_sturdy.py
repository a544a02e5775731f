"""Pages that end their workers: deaths are counted, and the walk goes on past them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Added and dropped in place: SQLite would otherwise make the table anew, and dropping the old one would
#: delete what hangs on it.
COLUMNS = ("deaths", "next_cursor", "passed_over")


def upgrade() -> None:
    """Count deaths, remember what follows a page, count what was passed over."""
    op.add_column("harvest_runs", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
    op.add_column("harvest_runs", sa.Column("next_cursor", sa.Text(), nullable=True))
    op.add_column("harvest_runs", sa.Column("passed_over", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Forget them."""
    for each in COLUMNS:
        op.drop_column("harvest_runs", each)
