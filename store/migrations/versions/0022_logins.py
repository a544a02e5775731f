"""What of each account can be read, and sign-ins at a platform that are under way."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "account_checks",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("readable", sa.Boolean()),
        sa.Column("shows_authors", sa.Boolean()),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_checks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "stream", name=op.f("pk_account_checks")),
    )
    op.create_table(
        "logins",
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("known_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("bound_to", "kind", name=op.f("pk_logins")),
    )
    op.create_index("ix_harvests_account_id_id", "harvests", ["account_id", "id"])


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_harvests_account_id_id", table_name="harvests")
    op.drop_table("logins")
    op.drop_table("account_checks")
