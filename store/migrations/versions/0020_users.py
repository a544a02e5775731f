"""Who uses the console, who is signed in, who is invited; what there was on which day."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("shut_out_at", Moment()),
        sa.CheckConstraint("role BETWEEN 1 AND 4", name=op.f("ck_users_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.CheckConstraint("role BETWEEN 1 AND 4", name=op.f("ck_invitations_role_known")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("forget_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_sign_in_tries")),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", "platform", "name", name=op.f("pk_tallies")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("tallies")
    op.drop_table("sign_in_tries")
    op.drop_table("invitations")
    op.drop_table("sessions")
    op.drop_table("users")
