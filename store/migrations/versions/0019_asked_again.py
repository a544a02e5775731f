"""Sign-ups: when their people were asked to confirm them anew."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("sign_ups", sa.Column("asked_at", Moment(), nullable=True))


def downgrade() -> None:
    """Take it down again."""
    op.drop_column("sign_ups", "asked_at")
