"""The keys of public links, and which mails were asked for today."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "link_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_link_keys")),
    )
    op.create_table(
        "asked_mails",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_asked_mails")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("asked_mails")
    op.drop_table("link_keys")
