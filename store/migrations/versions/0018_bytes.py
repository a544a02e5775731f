"""Bytes: the key of waiting pushes, when erased people are gone from all copies, and files that hold people."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0018"
down_revision = "0017"

#: What people wrote or are known by, of which PostgreSQL would keep the most frequent in its statistics.
UNCOUNTED = (
    ("signals", "item"),
    ("decisions", "item"),
    ("decisions", "reason"),
    ("overrides", "reason"),
    ("withheld", "item"),
    ("spoken", "item"),
    ("spoken", "under"),
    ("consent_texts", "wording"),
    ("inbox", "body"),
    ("roster_pages", "members"),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("installation", sa.Column("inbox_key_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("installation", sa.Column("copies_days", sa.Integer(), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("gone_by", Moment(), nullable=False),
        sa.Column("scrubbed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_gone_by", "erasures", ["gone_by"], unique=False)
    op.create_table(
        "written_files",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('export', 'access', 'backup')", name=op.f("ck_written_files_kind")),
        sa.CheckConstraint(
            "(kind = 'backup') = (expires_at IS NOT NULL)", name=op.f("ck_written_files_backup_ends")
        ),
        sa.CheckConstraint(
            "(kind = 'export') = (seq IS NOT NULL)", name=op.f("ck_written_files_export_shows")
        ),
        sa.PrimaryKeyConstraint("host", "path", name=op.f("pk_written_files")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in UNCOUNTED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Take it down again."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in UNCOUNTED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
    op.drop_table("written_files")
    op.drop_table("erasures")
    op.drop_column("installation", "copies_days")
    op.drop_column("installation", "inbox_key_sealed")
