"""Consents to be disclosed to a third party, and whom it got."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0036"
down_revision = "0033"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "transfer_consents",
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("recipient_id", Id, nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment()),
        sa.Column("withdrawn_seq", sa.BigInteger()),
        sa.CheckConstraint("source <> '' AND taken_by <> ''", name=op.f("ck_transfer_consents_proof")),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name=op.f("fk_transfer_consents_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_transfer_consents_recipient_id")
        ),
        sa.ForeignKeyConstraint(["text"], ["consent_texts.hash"], name=op.f("fk_transfer_consents_text")),
        sa.PrimaryKeyConstraint("contact_id", "recipient_id", "given_at", name=op.f("pk_transfer_consents")),
    )
    op.create_index("ix_transfer_consents_text", "transfer_consents", ["text"])
    op.create_index(
        "ix_transfer_consents_recipient_id", "transfer_consents", ["recipient_id", "withdrawn_seq"]
    )
    op.create_table(
        "transferred",
        sa.Column("recipient_id", Id, nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_transferred_recipient_id")
        ),
        sa.PrimaryKeyConstraint("recipient_id", "platform_id", "platform", name=op.f("pk_transferred")),
    )
    op.create_index("ix_transferred_platform", "transferred", ["platform", "platform_id"])


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("transferred")
    op.drop_table("transfer_consents")
