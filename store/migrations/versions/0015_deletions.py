"""Deletions that platforms ask for, the app's own token, and through whom tokens came."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "deletions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletions")),
        sa.UniqueConstraint("code", name=op.f("uq_deletions_code")),
    )
    op.create_index("ix_deletions_done_at", "deletions", ["done_at"], unique=False)
    op.add_column("accounts", sa.Column("app_token_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("accounts", sa.Column("token_owner", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("user_token_owner", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it down again."""
    op.drop_column("accounts", "user_token_owner")
    op.drop_column("accounts", "token_owner")
    op.drop_column("accounts", "app_token_sealed")
    op.drop_index("ix_deletions_done_at", "deletions")
    op.drop_table("deletions")
