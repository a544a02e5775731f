"""Who gets files of the messaging store, and every file that was written."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "recipients",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.CheckConstraint("part IN ('own', 'processor', 'third-party')", name=op.f("ck_recipients_part")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_recipients_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_recipients_name",
        "recipients",
        ["name"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "exports",
        sa.Column("id", Id, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("recipient_id", Id),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("since_seq", sa.BigInteger(), nullable=False),
        sa.Column("contacts", sa.BigInteger(), nullable=False),
        sa.Column("tombstones", sa.BigInteger(), nullable=False),
        sa.Column("rejects", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("use_before", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("host", sa.Text()),
        sa.Column("folder", sa.Text()),
        sa.Column("told_seq", sa.BigInteger(), nullable=False),
        sa.Column("left_count", sa.BigInteger(), nullable=False),
        sa.Column("untold_count", sa.BigInteger(), nullable=False),
        sa.Column("counted_seq", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("ending", sa.Text()),
        sa.CheckConstraint("ending IN ('destroyed', 'replaced')", name=op.f("ck_exports_ending")),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_exports_ends")),
        sa.CheckConstraint("(host IS NULL) = (folder IS NULL)", name=op.f("ck_exports_place")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_exports_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_ended_at", "exports", ["ended_at"])
    op.create_index("ix_exports_recipient_id", "exports", ["recipient_id"])
    removed = sa.text("op = 'remove'")
    op.create_index("ix_changes_removed", "changes", ["seq"], sqlite_where=removed, postgresql_where=removed)


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_changes_removed", "changes")
    op.drop_table("exports")
    op.drop_table("recipients")
