"""Admission: overrides, what the gates last said, looks at our own profiles."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LABELS = "'none', 'occasional', 'regular'"
GATES = (
    "'not_regular', 'suppressed', 'override_pending', 'platform_gone', 'minor', 'kept_too_long', "
    "'proof_too_old', 'notice_overdue', 'no_basis', 'not_told'"
)


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("decisions", sa.Column("decided_by", sa.Text(), nullable=True))
    op.add_column("decisions", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "overrides",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("to_label", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.CheckConstraint(f"to_label IN ({LABELS})", name=op.f("ck_overrides_to_label")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_overrides_reason")),
        sa.CheckConstraint(
            "to_label <> 'regular' OR confirmed_by <> decided_by", name=op.f("ck_overrides_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_overrides_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_overrides")),
    )
    op.create_table(
        "admissions",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("addressable", sa.Text(), nullable=False),
        sa.Column("hindrances", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"refusal IN ({GATES})", name=op.f("ck_admissions_refusal")),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["messaging_contacts.contact_id"],
            name=op.f("fk_admissions_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_admissions")),
    )
    op.create_table(
        "profile_looks",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("notice_url", sa.Text(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_profile_looks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_profile_looks")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("profile_looks")
    op.drop_table("admissions")
    op.drop_table("overrides")
    op.drop_column("decisions", "reason")
    op.drop_column("decisions", "decided_by")
