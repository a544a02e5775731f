"""Notices: by when each contact must be told, and how it was."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "notice_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("built_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_notice_versions")),
    )
    op.create_table(
        "notices",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("given_at", Moment(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("assessment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "how IN ('given_individually', 'given_at_form', 'public_notice')", name=op.f("ck_notices_how")
        ),
        sa.CheckConstraint("(given_at IS NULL) = (how IS NULL)", name=op.f("ck_notices_given_somehow")),
        sa.CheckConstraint("how IS NULL OR given_by IS NOT NULL", name=op.f("ck_notices_given_by_somebody")),
        sa.CheckConstraint(
            "(version IS NOT NULL AND how IS NOT NULL AND how <> 'public_notice') "
            "OR (version IS NULL AND (how IS NULL OR how <> 'given_individually'))",
            name=op.f("ck_notices_told_by_a_text"),
        ),
        sa.CheckConstraint(
            "(how IS NOT NULL AND how = 'public_notice') = (assessment IS NOT NULL)",
            name=op.f("ck_notices_public_is_assessed"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_notices_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version"], ["notice_versions.version"], name=op.f("fk_notices_version")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_notices")),
    )
    not_given = sa.Column("given_at", sa.Text()).is_(None)
    op.create_index(
        "ix_notices_due_at",
        "notices",
        ["due_at"],
        unique=False,
        sqlite_where=not_given,
        postgresql_where=not_given,
    )
    # The law's month ran from the day on which each was first stored (GDPR art. 14(3)); 30 days in both packs.
    due = (
        "strftime('%Y-%m-%dT%H:%M:%S', first_seen_at, '+30 days') || '.000000+00:00'"
        if op.get_bind().dialect.name == "sqlite"
        else "first_seen_at + interval '30 days'"
    )
    op.execute(f"INSERT INTO notices (contact_id, due_at) SELECT id, {due} FROM contacts")


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("notices")
    op.drop_table("notice_versions")
