"""Freshness: walks of rosters, acts in doubt, looks at counts, wishes, connected events."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "kind IN ('follows', 'friend', 'opted_in', 'signed_up', 'liked', 'reacted', 'commented', 'replied', "
    "'mentioned', 'shared', 'quoted', 'rated', 'messaged', 'objected', 'blocked')"
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "walks",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("members", sa.BigInteger(), nullable=True),
        sa.Column("whole", sa.Boolean(name="whole"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head_pages", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_walks_kind")),
        sa.CheckConstraint("state IN ('running', 'done', 'braked', 'head')", name=op.f("ck_walks_state")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_walks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "stream", "post", "run_id", name=op.f("pk_walks")),
    )
    op.create_table(
        "withheld",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "kind", "item", "contact_id"],
            ["signals.account_id", "signals.kind", "signals.item", "signals.contact_id"],
            name=op.f("fk_withheld_account_id_kind_item_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "item", "contact_id", name=op.f("pk_withheld")),
    )
    op.create_index("ix_withheld_contact_id", "withheld", ["contact_id"], unique=False)
    op.create_table(
        "looks",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("followers_count", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("cost_micro_usd", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("read IN ('nothing', 'head', 'walk')", name=op.f("ck_looks_read")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_looks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "at", name=op.f("pk_looks")),
    )
    op.create_table(
        "freshness",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("max_age_s", sa.Integer(), nullable=True),
        sa.Column("budget_micro_usd", sa.BigInteger(), nullable=True),
        sa.Column("set_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_freshness_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_freshness")),
    )
    op.create_index("ix_freshness_next_at", "freshness", ["next_at"], unique=False)
    op.create_table(
        "connected_events",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.CheckConstraint("event IN ('followed', 'unfollowed')", name=op.f("ck_connected_events_event")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_connected_events_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "event", name=op.f("pk_connected_events")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("connected_events")
    op.drop_index("ix_freshness_next_at", "freshness")
    op.drop_table("freshness")
    op.drop_table("looks")
    op.drop_index("ix_withheld_contact_id", "withheld")
    op.drop_table("withheld")
    op.drop_table("walks")
