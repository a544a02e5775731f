"""Limits by account and by app, windows without a queue server, tokens that are renewed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0002"
down_revision = "0001"


def _renewal() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("refresh_token_sealed", sa.LargeBinary()),
        sa.Column("client_secret_sealed", sa.LargeBinary()),
        sa.Column("token_expires_at", Moment()),
        sa.Column("renewing_by", sa.Text()),
        sa.Column("renewing_until", Moment()),
    )


def upgrade() -> None:
    """Bring the schema up."""
    # What was kept of limits is learned anew with the next answers.
    op.drop_table("limits")
    op.create_table(
        "limits",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer()),
        sa.Column("share", sa.Boolean(name="share"), nullable=False),
        sa.Column("reset_at", Moment(), nullable=False),
        sa.Column("observed_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("platform", "subject", "endpoint", name="pk_limits"),
    )
    op.create_table(
        "limit_windows",
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("window", name="pk_limit_windows"),
    )
    for each in _renewal():
        op.add_column("accounts", each)


def downgrade() -> None:
    """Take it down again."""
    with op.batch_alter_table("accounts") as accounts:
        for each in _renewal():
            accounts.drop_column(each.name)
    op.drop_table("limit_windows")
    op.drop_table("limits")
    op.create_table(
        "limits",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer()),
        sa.Column("reset_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], ondelete="CASCADE", name="fk_limits_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "endpoint", name="pk_limits"),
    )
