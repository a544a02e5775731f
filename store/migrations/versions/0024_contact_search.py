"""Contacts among a million: found by how their name begins, by platform, label, topic, refusal."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_index("ix_contacts_platform_label_id", "contacts", ["platform", "label", "id"])
    shown = sa.text("display_name IS NOT NULL")
    op.create_index(
        "ix_contacts_display_name",
        "contacts",
        [sa.func.lower(sa.func.substr(sa.column("display_name"), 1, 24)).label("beginning"), "id"],
        sqlite_where=shown,
        postgresql_where=shown,
        postgresql_ops={"beginning": "text_pattern_ops"},
    )
    op.create_index("ix_interests_topic_contact_id", "interests", ["topic", "contact_id"])
    refused = sa.text("refusal IS NOT NULL")
    op.create_index(
        "ix_admissions_refusal_contact_id",
        "admissions",
        ["refusal", "contact_id"],
        sqlite_where=refused,
        postgresql_where=refused,
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_index("ix_admissions_refusal_contact_id", table_name="admissions")
    op.drop_index("ix_interests_topic_contact_id", table_name="interests")
    op.drop_index("ix_contacts_display_name", table_name="contacts")
    op.drop_index("ix_contacts_platform_label_id", table_name="contacts")
