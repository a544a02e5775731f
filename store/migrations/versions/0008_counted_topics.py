"""Topics of own posts, of which only counts are shown."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("posts", sa.Column("text", sa.Text(), nullable=True))
    unread = sa.Column("text", sa.Text()) != ""
    op.create_index(
        "ix_posts_unread", "posts", ["id"], unique=False, sqlite_where=unread, postgresql_where=unread
    )
    op.create_table(
        "countable_topics",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "platform", name=op.f("pk_countable_topics")),
    )
    op.create_table(
        "post_topics",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_topics_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic", "platform"],
            ["countable_topics.topic", "countable_topics.platform"],
            name=op.f("fk_post_topics_topic_platform"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "topic", name=op.f("pk_post_topics")),
    )


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("post_topics")
    op.drop_table("countable_topics")
    op.drop_index("ix_posts_unread", "posts")
    op.drop_column("posts", "text")
