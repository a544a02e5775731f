"""The first schema."""

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A bare connection to SQLite ignores foreign keys, so the floor stands in triggers there too.
_SQLITE_TRIGGERS = {
    "messaging_only_regular_in": """
        BEFORE INSERT ON messaging_contacts
        WHEN NOT EXISTS (SELECT 1 FROM contacts WHERE id = NEW.contact_id AND label = 'regular')
        BEGIN SELECT RAISE(ABORT, 'only a regular contact may enter the messaging store'); END""",
    "messaging_only_regular_stays": """
        BEFORE UPDATE OF contact_id, label ON messaging_contacts
        WHEN NOT EXISTS (SELECT 1 FROM contacts WHERE id = NEW.contact_id AND label = 'regular')
        BEGIN SELECT RAISE(ABORT, 'only a regular contact may stay in the messaging store'); END""",
    "contact_in_messaging_stays_regular": """
        BEFORE UPDATE OF id, label ON contacts
        WHEN (NEW.label <> 'regular' OR NEW.id <> OLD.id)
        AND EXISTS (SELECT 1 FROM messaging_contacts WHERE contact_id IN (OLD.id, NEW.id))
        BEGIN SELECT RAISE(ABORT, 'take the contact out of the messaging store first'); END""",
    # REPLACE deletes the row that is in its way without any trigger of its own.
    "contact_in_messaging_not_displaced": """
        BEFORE UPDATE OF platform, platform_id ON contacts
        WHEN EXISTS (SELECT 1 FROM contacts AS c JOIN messaging_contacts AS m ON m.contact_id = c.id
            WHERE c.platform = NEW.platform AND c.platform_id = NEW.platform_id AND c.id <> OLD.id)
        BEGIN SELECT RAISE(ABORT, 'take the contact out of the messaging store first'); END""",
    "contact_in_messaging_not_replaced": """
        BEFORE INSERT ON contacts
        WHEN EXISTS (SELECT 1 FROM messaging_contacts WHERE contact_id = NEW.id)
        OR EXISTS (SELECT 1 FROM contacts AS c JOIN messaging_contacts AS m ON m.contact_id = c.id
            WHERE c.platform = NEW.platform AND c.platform_id = NEW.platform_id)
        BEGIN SELECT RAISE(ABORT, 'take the contact out of the messaging store first'); END""",
    "contact_in_messaging_stays": """
        BEFORE DELETE ON contacts
        WHEN EXISTS (SELECT 1 FROM messaging_contacts WHERE contact_id = OLD.id)
        BEGIN SELECT RAISE(ABORT, 'take the contact out of the messaging store first'); END""",
}


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("followers_count", sa.BigInteger(), nullable=True),
        sa.Column("app_id", sa.Text(), nullable=True),
        sa.Column("owned_reads", sa.Boolean(name="owned_reads"), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("user_token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("app_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("added_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
        sa.UniqueConstraint("platform", "platform_id", name=op.f("uq_accounts_platform_platform_id")),
    )
    op.create_table(
        "changes",
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("op IN ('upsert', 'remove')", name=op.f("ck_changes_op")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("regular_since", Moment(), nullable=True),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("keep_until", Moment(), nullable=True),
        sa.CheckConstraint(
            "label IN ('none', 'occasional', 'regular', 'suppressed')", name=op.f("ck_contacts_label")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("id", "label", name=op.f("uq_contacts_id_label")),
        sa.UniqueConstraint("platform", "platform_id", name=op.f("uq_contacts_platform_platform_id")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contacts_keep_until",
            ["keep_until"],
            unique=False,
            sqlite_where=sa.text("keep_until IS NOT NULL"),
            postgresql_where=sa.text("keep_until IS NOT NULL"),
        )

    op.create_table(
        "feed_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_fingerprint", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "outbox",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due_at", ["due_at"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "account_staff",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_staff_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "platform_id", name=op.f("pk_account_staff")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("walk_newest", sa.Text(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("cursor_at", Moment(), nullable=True),
        sa.Column("anchor", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("empty_pages", sa.Integer(), nullable=False),
        sa.Column("walked_at", Moment(), nullable=True),
        sa.Column("run_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_checkpoints_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "stream", "post", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "label IN ('none', 'occasional', 'regular', 'suppressed')", name=op.f("ck_decisions_label")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_decisions_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index("ix_decisions_contact_id_id", ["contact_id", "id"], unique=False)

    op.create_table(
        "harvests",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_harvests_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvests")),
    )
    op.create_table(
        "kept_counts",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("newest_at", Moment(), nullable=True),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('follows', 'friend', 'opted_in', 'signed_up', 'liked', 'reacted', 'commented', 'replied', 'mentioned', 'shared', 'quoted', 'rated', 'messaged', 'objected', 'blocked')",
            name=op.f("ck_kept_counts_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_kept_counts_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "item", name=op.f("pk_kept_counts")),
    )
    op.create_table(
        "limits",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("reset_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_limits_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "endpoint", name=op.f("pk_limits")),
    )
    op.create_table(
        "messaging_contacts",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("admitted_at", Moment(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("label = 'regular'", name=op.f("ck_messaging_contacts_only_regular")),
        sa.ForeignKeyConstraint(
            ["contact_id", "label"],
            ["contacts.id", "contacts.label"],
            name=op.f("fk_messaging_contacts_contact_id_label"),
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_messaging_contacts")),
        sa.UniqueConstraint("seq", name=op.f("uq_messaging_contacts_seq")),
    )
    op.create_table(
        "posts",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=True),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_posts_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("account_id", "post", name=op.f("uq_posts_account_id_post")),
    )
    op.create_table(
        "signals",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("keep_until", Moment(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('follows', 'friend', 'opted_in', 'signed_up', 'liked', 'reacted', 'commented', 'replied', 'mentioned', 'shared', 'quoted', 'rated', 'messaged', 'objected', 'blocked')",
            name=op.f("ck_signals_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_signals_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_signals_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "item", "contact_id", name=op.f("pk_signals")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.create_index("ix_signals_contact_id", ["contact_id"], unique=False)

    op.create_table(
        "texts",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_texts_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_texts_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "account_id", "kind", "item", name=op.f("pk_texts")),
    )
    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.create_index("ix_texts_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "harvest_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("harvest_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", ID, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("page_size", sa.Integer(), nullable=False),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("contacts_seen", sa.Integer(), nullable=False),
        sa.Column("regular", sa.Integer(), nullable=False),
        sa.Column("occasional", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("unattributed", sa.Integer(), nullable=False),
        sa.Column("skipped_posts", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("spend_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_harvest_runs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_harvest_runs_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["harvest_id"], ["harvests.id"], name=op.f("fk_harvest_runs_harvest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_runs")),
    )
    with op.batch_alter_table("harvest_runs", schema=None) as batch_op:
        batch_op.create_index("ix_harvest_runs_harvest_id", ["harvest_id"], unique=False)
        batch_op.create_index("ix_harvest_runs_waits_for", ["waits_for"], unique=False)
        batch_op.create_index(
            "uq_harvest_runs_active",
            ["account_id", "stream"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )

    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(
            "uq_jobs_active",
            ["kind"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "failures",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("stream", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'replayed', 'dropped')", name=op.f("ck_failures_state")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_failures_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_failures_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
    )
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.create_index("ix_failures_state_id", ["state", "id"], unique=False)

    op.create_table(
        "quarantined_items",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_quarantined_items_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "digest", name=op.f("pk_quarantined_items")),
    )
    op.create_table(
        "roster_pages",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("counting", sa.Boolean(name="counting"), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_roster_pages_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "post", "page", "counting", name=op.f("pk_roster_pages")),
    )

    if op.get_context().dialect.name == "sqlite":
        for name, body in _SQLITE_TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """Take it down again."""
    op.drop_table("roster_pages")
    op.drop_table("quarantined_items")
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.drop_index("ix_failures_state_id")

    op.drop_table("failures")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_jobs_active",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.drop_table("jobs")
    with op.batch_alter_table("harvest_runs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_harvest_runs_active",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )
        batch_op.drop_index("ix_harvest_runs_waits_for")
        batch_op.drop_index("ix_harvest_runs_harvest_id")

    op.drop_table("harvest_runs")
    with op.batch_alter_table("texts", schema=None) as batch_op:
        batch_op.drop_index("ix_texts_expires_at")

    op.drop_table("texts")
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.drop_index("ix_signals_contact_id")

    op.drop_table("signals")
    op.drop_table("posts")
    op.drop_table("messaging_contacts")
    op.drop_table("limits")
    op.drop_table("kept_counts")
    op.drop_table("harvests")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_decisions_contact_id_id")

    op.drop_table("decisions")
    op.drop_table("checkpoints")
    op.drop_table("account_staff")
    op.drop_table("workers")
    op.drop_table("suppressions")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_due_at")

    op.drop_table("outbox")
    op.drop_table("installation")
    op.drop_table("feed_state")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index("ix_contacts_keep_until")

    op.drop_table("contacts")
    op.drop_table("changes")
    op.drop_table("accounts")
