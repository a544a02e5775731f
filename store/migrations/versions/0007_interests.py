"""Interests: what texts spoke of, what follows of contacts, what they declared, what a human chose."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INFERABLE = ["inferable_topics.topic", "inferable_topics.platform"]

# As for the messaging store: a bare connection to SQLite ignores foreign keys.
_SQLITE_TRIGGERS = {
    "topics_only_of_regular": """
        BEFORE INSERT ON topic_holders
        WHEN NOT EXISTS (SELECT 1 FROM contacts WHERE id = NEW.contact_id AND label = 'regular')
        BEGIN SELECT RAISE(ABORT, 'topics may be tied to regular contacts only'); END""",
    "contact_with_topics_stays_regular": """
        BEFORE UPDATE OF label ON contacts
        WHEN NEW.label <> 'regular' AND EXISTS (SELECT 1 FROM topic_holders WHERE contact_id = OLD.id)
        BEGIN SELECT RAISE(ABORT, 'forget the topics of the contact first'); END""",
}


def _of_holder(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["contact_id"], ["topic_holders.contact_id"], name=op.f(f"fk_{table}_contact_id"), ondelete="CASCADE"
    )


def _of_pack(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["topic", "platform"], INFERABLE, name=op.f(f"fk_{table}_topic_platform"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("texts", sa.Column("under", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column(
        "texts", sa.Column("unread", sa.Boolean(name="unread"), nullable=False, server_default=sa.false())
    )
    op.execute(
        "UPDATE texts SET unread = true WHERE contact_id IN (SELECT id FROM contacts WHERE label = 'regular')"
    )
    unread = sa.Column("unread", sa.Boolean).is_(True)
    op.create_index(
        "ix_texts_unread", "texts", ["contact_id"], unique=False, sqlite_where=unread, postgresql_where=unread
    )
    op.create_table(
        "inferable_topics",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "platform", name=op.f("pk_inferable_topics")),
    )
    op.create_table(
        "topic_holders",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("found_at", Moment(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False, server_default=sa.text("'[]'")),
        sa.CheckConstraint("label = 'regular'", name=op.f("ck_topic_holders_only_regular")),
        sa.ForeignKeyConstraint(
            ["contact_id", "label"],
            ["contacts.id", "contacts.label"],
            name=op.f("fk_topic_holders_contact_id_label"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_topic_holders")),
    )
    op.create_index("ix_topic_holders_found_at", "topic_holders", ["found_at"], unique=False)
    op.create_table(
        "spoken",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        _of_holder("spoken"),
        sa.ForeignKeyConstraint(
            ["account_id", "kind", "item", "contact_id"],
            ["signals.account_id", "signals.kind", "signals.item", "signals.contact_id"],
            name=op.f("fk_spoken_account_id_kind_item_contact_id"),
            ondelete="CASCADE",
        ),
        _of_pack("spoken"),
        sa.PrimaryKeyConstraint("contact_id", "account_id", "kind", "item", "topic", name=op.f("pk_spoken")),
    )
    op.create_index("ix_spoken_account_id_kind_item", "spoken", ["account_id", "kind", "item"], unique=False)
    op.create_table(
        "declared_topics",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("consent <> '' AND source <> ''", name=op.f("ck_declared_topics_consent")),
        _of_holder("declared_topics"),
        sa.PrimaryKeyConstraint("contact_id", "topic", name=op.f("pk_declared_topics")),
    )
    op.create_table(
        "chosen_topics",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("choice IN ('pinned', 'removed')", name=op.f("ck_chosen_topics_choice")),
        sa.CheckConstraint(
            "(choice = 'pinned') = (platform IS NOT NULL)", name=op.f("ck_chosen_topics_pinned_is_inferred")
        ),
        _of_holder("chosen_topics"),
        _of_pack("chosen_topics"),
        sa.PrimaryKeyConstraint("contact_id", "topic", name=op.f("pk_chosen_topics")),
    )
    op.create_table(
        "interests",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "strength IN ('hint', 'interest', 'declared')", name=op.f("ck_interests_strength")
        ),
        sa.CheckConstraint(
            "(strength = 'declared') = (platform IS NULL)", name=op.f("ck_interests_declared_is_not_inferred")
        ),
        _of_holder("interests"),
        _of_pack("interests"),
        sa.PrimaryKeyConstraint("contact_id", "topic", name=op.f("pk_interests")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, body in _SQLITE_TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """Take it down again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("interests")
    op.drop_table("chosen_topics")
    op.drop_table("declared_topics")
    op.drop_index("ix_spoken_account_id_kind_item", "spoken")
    op.drop_table("spoken")
    op.drop_index("ix_topic_holders_found_at", "topic_holders")
    op.drop_table("topic_holders")
    op.drop_table("inferable_topics")
    op.drop_index("ix_texts_unread", "texts")
    op.drop_column("texts", "unread")
    op.drop_column("texts", "under")
