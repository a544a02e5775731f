"""Whom a whole walk missed, in slices."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id

revision = "0037"
down_revision = "0036"

_KINDS = (
    "kind IN ('follows', 'friend', 'opted_in', 'signed_up', 'liked', 'reacted', 'commented', 'replied', "
    "'mentioned', 'shared', 'quoted', 'rated', 'messaged', 'objected', 'blocked')"
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "departing",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_departing_kind")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_departing_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_departing")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("departing")
