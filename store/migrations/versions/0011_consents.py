"""What people agreed to, in which words, and the addresses that they gave."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Columns whose values the server's statistics must not keep beyond their rows.
UNCOUNTED = (
    ("addresses", "address"),
    ("sign_ups", "area"),
    ("consents", "source"),
    ("consent_texts", "wording"),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "consent_texts",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_consent_texts_language")),
        sa.CheckConstraint("wording <> ''", name=op.f("ck_consent_texts_wording")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_consent_texts")),
    )
    op.create_table(
        "consents",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.CheckConstraint("purpose IN ('email', 'sms', 'topics')", name=op.f("ck_consents_purpose")),
        sa.CheckConstraint("source <> '' AND taken_by <> ''", name=op.f("ck_consents_proof")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_consents_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text"], ["consent_texts.hash"], name=op.f("fk_consents_text")),
        sa.PrimaryKeyConstraint("contact_id", "purpose", "given_at", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_text", "consents", ["text"])
    op.create_table(
        "addresses",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_addresses_channel")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_addresses_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "channel", name=op.f("pk_addresses")),
    )
    op.create_index("ix_addresses_channel_address", "addresses", ["channel", "address"])
    op.create_index(
        "uq_addresses_email",
        "addresses",
        ["address"],
        unique=True,
        sqlite_where=sa.text("channel = 'email'"),
        postgresql_where=sa.text("channel = 'email'"),
    )
    op.create_table(
        "sign_ups",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_sign_ups_language")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_sign_ups_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_sign_ups")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in UNCOUNTED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("sign_ups")
    op.drop_table("addresses")
    op.drop_table("consents")
    op.drop_table("consent_texts")
