"""Saved filters with what they chose, and the tables of contacts by area."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0033"
down_revision = "0032"

_KIND = "kind IN ('commune', 'iris', 'polling_area')"
#: The words of the forms so far by which a person agreed to be chosen by its topics.
_SAID = (
    "%s''en serve pour choisir les messages politiques à m''envoyer%",
    "%uses them to choose which political messages to send me%",
)
_VIEW = """CREATE VIEW regular_contacts_by_area_v1 AS
SELECT t.quarter, t.kind AS area_type, c.code AS area_code, c.name AS area_name, c.contacts,
  (c.contacts IS NULL) AS is_suppressed, t.least AS smallest_shown, t.published_at
FROM area_counts AS c JOIN area_tables AS t ON t.quarter = c.quarter"""


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column(
        "consent_texts", sa.Column("for_targeting", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    like = " OR ".join(f"wording LIKE '{each}'" for each in _SAID)
    op.execute(sa.text(f"UPDATE consent_texts SET for_targeting = true WHERE {like}"))  # ours
    op.add_column("sign_ups", sa.Column("area_code", sa.Text(), nullable=True))
    op.create_index("ix_sign_ups_area_code", "sign_ups", ["area_code"])
    op.add_column("exports", sa.Column("segment_id", Id, nullable=True))
    _make_segments()
    _make_areas()
    op.execute(_VIEW)


def _make_segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("area_code", sa.Text()),
        sa.Column("account_id", Id),
        sa.Column("since", sa.Text()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.CheckConstraint("name <> ''", name=op.f("ck_segments_named")),
        sa.CheckConstraint(
            "coalesce(topic, area_code, CAST(account_id AS TEXT), since) IS NOT NULL",
            name=op.f("ck_segments_narrows"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_segments_name",
        "segments",
        ["name"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "segment_told",
        sa.Column("segment_id", Id, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("left_at", Moment()),
        sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name=op.f("fk_segment_told_segment_id")),
        sa.PrimaryKeyConstraint("segment_id", "platform", "platform_id", name=op.f("pk_segment_told")),
    )
    op.create_index("ix_segment_told_platform", "segment_told", ["platform", "platform_id"])
    op.create_table(
        "targetings",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("export_id", Id),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("wordings", sa.Text(), nullable=False),
        sa.CheckConstraint("why <> ''", name=op.f("ck_targetings_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targetings")),
    )
    op.create_index("ix_targetings_at", "targetings", ["at"])


def _make_areas() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("also", sa.Text(), nullable=False),
        sa.CheckConstraint(_KIND, name=op.f("ck_areas_kind")),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_areas_named")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_table(
        "area_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"], ["areas.code"], name=op.f("fk_area_words_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_area_words")),
    )
    op.create_table(
        "area_tables",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("not_asked", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_KIND, name=op.f("ck_area_tables_kind")),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_area_tables")),
    )
    op.create_table(
        "area_counts",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contacts", sa.BigInteger()),
        sa.ForeignKeyConstraint(["quarter"], ["area_tables.quarter"], name=op.f("fk_area_counts_quarter")),
        sa.PrimaryKeyConstraint("quarter", "code", name=op.f("pk_area_counts")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.execute("DROP VIEW regular_contacts_by_area_v1")
    for each in (
        "area_counts",
        "area_tables",
        "area_words",
        "areas",
        "targetings",
        "segment_told",
        "segments",
    ):
        op.drop_table(each)
    op.drop_column("exports", "segment_id")
    op.drop_index("ix_sign_ups_area_code", "sign_ups")
    op.drop_column("sign_ups", "area_code")
    op.drop_column("consent_texts", "for_targeting")
