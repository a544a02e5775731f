"""Every table, its constraints and their names; migrations bring a database to this shape."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
    true,
)
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from classifier.notices import GIVEN
from domain.admission import Gate
from domain.alert import AlertKind, Way
from domain.area import AreaKind
from domain.interest import Strength
from domain.label import Label
from domain.recipient import Part
from domain.schedule import CatchUp, Outcome
from domain.sign_up import CHANNELS, LANGUAGES, PURPOSES
from domain.signal import SignalKind
from domain.webhook import State
from store.moments import stamp

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, sortable text of fixed width on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return stamp(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]  # the driver hands out a datetime
        moment = datetime.fromisoformat(value)
        # Schema 0001 wrote some without their zone.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")


def _one_of(column: str, words: list[str]) -> CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


LABELS = [each.word for each in Label]
KINDS = [each.value for each in SignalKind]
#: Sign-ups, and what is like them: what a contact confirms anew, or it ends.
SIGNED = "('signed_up', 'opted_in')"

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_fingerprint", Text, nullable=False),
    Column("policy", Text),
    Column("created_at", Moment, nullable=False),
    # What seals the pushes that wait; none before the first start with it.
    Column("inbox_key_sealed", LargeBinary),
    # For how many days backups and logs live, as the settings of the last start say.
    Column("copies_days", Integer),
    CheckConstraint("id = 1", name="one_row"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("handle", Text),
    Column("followers_count", BigInteger),
    Column("posts_count", BigInteger),
    Column("app_id", Text),
    Column("owned_reads", Boolean(name="owned_reads"), nullable=False),
    Column("token_sealed", LargeBinary, nullable=False),
    Column("user_token_sealed", LargeBinary),
    Column("app_secret_sealed", LargeBinary),
    Column("paused_reason", Text),
    Column("added_at", Moment, nullable=False),
    Column("refresh_token_sealed", LargeBinary),
    Column("client_secret_sealed", LargeBinary),
    Column("token_expires_at", Moment),
    # Who asks for a new token now, and until when nobody else may.
    Column("renewing_by", Text),
    Column("renewing_until", Moment),
    # The token of the app itself, for what X tells apps only.
    Column("app_token_sealed", LargeBinary),
    # Through whom the tokens came: the ids of team members within the app.
    Column("token_owner", Text),
    Column("user_token_owner", Text),
    UniqueConstraint("platform", "platform_id"),
)

account_staff = Table(
    "account_staff",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "platform_id"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("post", Text, nullable=False),
    Column("created_at", Moment),
    Column("gone_at", Moment),
    # What the platform says of a post beside it; an estimate counts on it.
    Column("likes", Integer),
    Column("reposts", Integer),
    Column("quotes", Integer),
    # What the account wrote, until its topics are read, then ""; none where no topics are counted.
    Column("text", Text),
    UniqueConstraint("account_id", "post"),
    Index(
        "ix_posts_unread",
        "id",
        sqlite_where=Column("text", Text) != "",
        postgresql_where=Column("text", Text) != "",
    ),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("handle", Text),
    Column("display_name", Text),
    Column("regular_since", Moment),
    Column("first_seen_at", Moment, nullable=False),
    Column("keep_until", Moment),
    # The newest of its acts that are too old to be stored: a sign of life, and no more.
    Column("alive_at", Moment),
    UniqueConstraint("platform", "platform_id"),
    # Others point at the label itself: a demotion that forgets the messaging store fails.
    UniqueConstraint("id", "label"),
    # Regular contacts have no such date: an index over them would cost each page and find nobody.
    Index(
        "ix_contacts_keep_until",
        "keep_until",
        sqlite_where=Column("keep_until", Moment).is_not(None),
        postgresql_where=Column("keep_until", Moment).is_not(None),
    ),
    # An objection may come by the name alone, in whatever letters.
    Index(
        "ix_contacts_handle",
        text("lower(handle)"),
        sqlite_where=Column("handle", Text).is_not(None),
        postgresql_where=Column("handle", Text).is_not(None),
    ),
    # Lists of people, newest first, by platform and label.
    Index("ix_contacts_platform_label_id", "platform", "label", "id"),
    # How a name begins, compared by its bytes on both databases (`store.name_search`).
    Index(
        "ix_contacts_display_name",
        func.lower(func.substr(Column("display_name", Text), 1, 24)).label("beginning"),
        "id",
        sqlite_where=Column("display_name", Text).is_not(None),
        postgresql_where=Column("display_name", Text).is_not(None),
        postgresql_ops={"beginning": "text_pattern_ops"},
    ),
    _one_of("label", LABELS),
)

signals = Table(
    "signals",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("keep_until", Moment),
    PrimaryKeyConstraint("account_id", "kind", "item", "contact_id"),
    Index("ix_signals_contact_id", "contact_id"),
    # Sign-ups are few among the acts, and each day those that were not confirmed anew are looked for.
    Index(
        "ix_signals_signed_contact_id",
        "contact_id",
        sqlite_where=text(f"kind IN {SIGNED}"),
        postgresql_where=text(f"kind IN {SIGNED}"),
    ),
    _one_of("kind", KINDS),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("kind", Text),
    Column("account_id", Id),
    Column("item", Text),
    Column("started_at", Moment),
    Column("source", Text),
    # Who decided against what the acts say, and why.
    Column("decided_by", Text),
    Column("reason", Text),
    Index("ix_decisions_contact_id_id", "contact_id", "id"),
    _one_of("label", LABELS),
)

messaging_contacts = Table(
    "messaging_contacts",
    metadata,
    Column("contact_id", Id, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("admitted_at", Moment, nullable=False),
    # The newest step by which the feed showed it; none before the gates have let it be shown.
    Column("seq", BigInteger),
    # Whether the gates were never asked since it came in.
    Column("unasked", Boolean(name="unasked"), nullable=False, server_default=true()),
    Index(
        "uq_messaging_contacts_seq",
        "seq",
        unique=True,
        sqlite_where=Column("seq", BigInteger).is_not(None),
        postgresql_where=Column("seq", BigInteger).is_not(None),
    ),
    Index(
        "ix_messaging_contacts_unasked",
        "contact_id",
        sqlite_where=text("unasked"),
        postgresql_where=text("unasked"),
    ),
    # Never cascading: neither a demotion nor a deletion may pass by without its tombstone.
    ForeignKeyConstraint(["contact_id", "label"], ["contacts.id", "contacts.label"]),
    CheckConstraint("label = 'regular'", name="only_regular"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("platform", Text, nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_changes_platform_id", "platform_id", "platform"),
    Index(
        "ix_changes_removed",
        "seq",
        sqlite_where=text("op = 'remove'"),
        postgresql_where=text("op = 'remove'"),
    ),
    _one_of("op", ["upsert", "remove"]),
)

feed_state = Table(
    "feed_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    # The last removal that was forgotten before its time, since all who were told acknowledged it.
    Column("forgotten_seq", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="one_row"),
)

texts = Table(
    "texts",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    # The platform's id of what it was written under, such as an own post; "" where it stands alone.
    Column("under", Text, nullable=False, server_default=text("''")),
    # Whether its topics are still to be read: only those of regular contacts are.
    Column("unread", Boolean(name="unread"), nullable=False, server_default=false()),
    PrimaryKeyConstraint("contact_id", "account_id", "kind", "item"),
    Index("ix_texts_expires_at", "expires_at"),
    Index(
        "ix_texts_unread",
        "contact_id",
        sqlite_where=Column("unread", Boolean).is_(True),
        postgresql_where=Column("unread", Boolean).is_(True),
    ),
)

kept_counts = Table(
    "kept_counts",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("newest_at", Moment),
    Column("counted_at", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "kind", "item"),
    _one_of("kind", KINDS),
)

harvests = Table(
    "harvests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_harvests_account_id_id", "account_id", "id"),
)

harvest_runs = Table(
    "harvest_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("harvest_id", ForeignKey("harvests.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waits_for", Id),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("restarts", Integer, nullable=False, default=0),
    Column("page_size", Integer, nullable=False),
    Column("post_id", Id),
    Column("due_at", Moment, nullable=False),
    Column("waiting_for", Text),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("pages", Integer, nullable=False, default=0),
    Column("requests", Integer, nullable=False, default=0),
    Column("contacts_seen", Integer, nullable=False, default=0),
    Column("regular", Integer, nullable=False, default=0),
    Column("occasional", Integer, nullable=False, default=0),
    Column("quarantined", Integer, nullable=False, default=0),
    Column("unattributed", Integer, nullable=False, default=0),
    Column("skipped_posts", Integer, nullable=False, default=0),
    Column("left", Integer, nullable=False, default=0),
    Column("spend_micro_usd", BigInteger, nullable=False, default=0),
    # Reserved for pages whose answer never came whole: the platform may have billed them.
    Column("uncertain_micro_usd", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("error", Text),
    # How many workers died over the page that comes next, and what follows it where that is known.
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("next_cursor", Text),
    # Whether the page after the one that is held may be asked for already: it may be what ends the worker.
    Column("asked_ahead", Boolean(name="asked_ahead"), nullable=False, server_default=false()),
    # Pages that were left unread because they ended every worker.
    Column("passed_over", Integer, nullable=False, server_default="0"),
    # The schedule that began it.
    Column("schedule_id", Id),
    Index(
        "uq_harvest_runs_active",
        "account_id",
        "stream",
        unique=True,
        sqlite_where=Column("state", Text).in_(["waiting", "running"]),
        postgresql_where=Column("state", Text).in_(["waiting", "running"]),
    ),
    Index("ix_harvest_runs_harvest_id", "harvest_id"),
    Index("ix_harvest_runs_account_id_id", "account_id", "id"),
    Index("ix_harvest_runs_state_id", "state", "id"),
    Index("ix_harvest_runs_created_at", "created_at"),
    Index(
        "ix_harvest_runs_schedule_id",
        "schedule_id",
        sqlite_where=Column("schedule_id", Id).is_not(None),
        postgresql_where=Column("schedule_id", Id).is_not(None),
    ),
    Index("ix_harvest_runs_waits_for", "waits_for"),
    _one_of("state", ["waiting", "running", "done", "failed", "cancelled", "stopped"]),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("mark", Text),
    Column("walk_newest", Text),
    Column("cursor", Text),
    Column("cursor_at", Moment),
    Column("anchor", Text),
    Column("pages", Integer, nullable=False),
    Column("empty_pages", Integer, nullable=False),
    Column("walked_at", Moment),
    # The run whose walk this is: another run begins its own, or it would conclude from half a roster.
    Column("run_id", Id, nullable=False),
    PrimaryKeyConstraint("account_id", "stream", "post"),
)

roster_pages = Table(
    "roster_pages",
    metadata,
    Column("run_id", ForeignKey("harvest_runs.id", ondelete="CASCADE"), nullable=False),
    Column("post", Text, nullable=False),
    Column("page", Integer, nullable=False),
    # Whether the walk only counts: then members are texts `kind:…`, deleted when the walk ends.
    Column("counting", Boolean(name="counting"), nullable=False),
    # The page's members as one JSON array; contact ids where the walk is compared.
    Column("members", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "post", "page", "counting"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("kind", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    PrimaryKeyConstraint("kind", "subject_id"),
    Index("ix_outbox_due_at", "due_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    # What was asked for, and how far it has come: one JSON object each.
    Column("arguments", Text, nullable=False),
    Column("reached", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Moment, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("error", Text),
    Index(
        "uq_jobs_active",
        "kind",
        unique=True,
        sqlite_where=Column("state", Text) == "running",
        postgresql_where=Column("state", Text) == "running",
    ),
    _one_of("state", ["running", "done", "failed", "cancelled"]),
)

failures = Table(
    "failures",
    metadata,
    Column("id", Id, primary_key=True),
    # What failed: a run or a job.
    Column("run_id", ForeignKey("harvest_runs.id", ondelete="CASCADE")),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("stream", Text),
    Column("post", Text),
    Column("cause", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # The open ones are few among those of years.
    Index(
        "ix_failures_open", "id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
    ),
    Index("ix_failures_run_id", "run_id"),
    Index("ix_failures_state_id", "state", "id"),
    _one_of("state", ["open", "replayed", "dropped"]),
)

quarantined_items = Table(
    "quarantined_items",
    metadata,
    Column("run_id", ForeignKey("harvest_runs.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("run_id", "digest"),
)

limits = Table(
    "limits",
    metadata,
    Column("platform", Text, nullable=False),
    # An account or an app: `store.limits.Place`.
    Column("subject", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("limit", Integer),
    Column("share", Boolean(name="share"), nullable=False),
    Column("reset_at", Moment, nullable=False),
    Column("observed_at", Moment, nullable=False),
    # Why nothing may be asked before `reset_at`, where it is no window that was spent.
    Column("reason", Text),
    PrimaryKeyConstraint("platform", "subject", "endpoint"),
)

limit_windows = Table(
    "limit_windows",
    metadata,
    Column("window", Text, nullable=False),
    # The fields of a `domain.window.Window` as one JSON object: read and written whole.
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("window"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("queues", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("memory_bytes", BigInteger),
    # When a worker ended a message last; when a dispatcher last looked at what is due.
    Column("worked_at", Moment),
    # When it was found dead; its row stays for a while, to be seen.
    Column("died_at", Moment),
    # The pages that a dead one held, as one JSON array of run, stream, page and fence.
    Column("held", Text),
)

suppressions = Table(
    "suppressions",
    metadata,
    # A keyed hash of an identifier, in hexadecimal digits.
    Column("value", Text, primary_key=True),
    # By how many keys: each new one wraps what is there.
    Column("wraps", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # By which a process that knows the older ones finds what came since: `store.suppressions.add`.
    Column("number", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_suppressions_wraps", "wraps"),
    Index("ix_suppressions_number", "number"),
)

#: The keys of suppression, the oldest first; what seals them lies outside the database.
suppression_keys = Table(
    "suppression_keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("id", Id, primary_key=True),
    # Whose spending it caps: an account's, a harvest's, or without either everything of the installation.
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("harvest_id", ForeignKey("harvests.id", ondelete="CASCADE")),
    Column("period", Text, nullable=False),
    Column("amount_micro_usd", BigInteger, nullable=False),
    Column("at_end", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account_id", "period"),
    UniqueConstraint("harvest_id"),
    Index(
        "uq_budgets_period",
        "period",
        unique=True,
        sqlite_where=text("account_id IS NULL AND harvest_id IS NULL"),
        postgresql_where=text("account_id IS NULL AND harvest_id IS NULL"),
    ),
    _one_of("period", ["once", "day", "month"]),
    _one_of("at_end", ["stop", "wait"]),
    CheckConstraint("account_id IS NULL OR harvest_id IS NULL", name="one_scope"),
    CheckConstraint("amount_micro_usd >= 0", name="amount"),
    CheckConstraint("period <> 'once' OR at_end = 'stop'", name="once_stops"),
)

budget_periods = Table(
    "budget_periods",
    metadata,
    Column("budget_id", ForeignKey("budgets.id", ondelete="CASCADE"), nullable=False),
    Column("period", Text, nullable=False),
    # All that was spent in it and all that is reserved.
    Column("committed_micro_usd", BigInteger, nullable=False),
    PrimaryKeyConstraint("budget_id", "period"),
)

spends = Table(
    "spends",
    metadata,
    Column("id", Id, primary_key=True),
    # No foreign keys: what was paid stays known when its run or its account is gone.
    Column("run_id", Id, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    # The account's platform and its id there, as `twitter:1001`.
    Column("account", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("meter", Text, nullable=False),
    # The UTC day by which the platform bills.
    Column("day", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reserved_micro_usd", BigInteger, nullable=False),
    Column("settled_micro_usd", BigInteger),
    # The least it can have cost: what was billed before on the same day is billed once.
    Column("low_micro_usd", BigInteger),
    Column("billed_items", Integer),
    # Hashes of what was billed, until its day is over.
    Column("billed", LargeBinary),
    Index(
        "ix_spends_run_id",
        "run_id",
        sqlite_where=Column("state", Text) == "reserved",
        postgresql_where=Column("state", Text) == "reserved",
    ),
    Index("ix_spends_day", "day"),
    Index("ix_spends_run_id_id", "run_id", "id"),
    _one_of("state", ["reserved", "settled", "uncertain", "freed"]),
)

usage_readings = Table(
    "usage_readings",
    metadata,
    Column("id", Id, primary_key=True),
    # The app whose bill it is; "" where the platform does not say which.
    Column("app", Text, nullable=False),
    Column("credits_micro_usd", BigInteger),
    Column("posts_read", BigInteger),
    Column("at", Moment, nullable=False),
    Index("ix_usage_readings_app_id", "app", "id"),
)

walks = Table(
    "walks",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("run_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    # When its first page was asked for: whoever it shows held then or later.
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("members", BigInteger),
    Column("whole", Boolean(name="whole"), nullable=False),
    Column("state", Text, nullable=False),
    # How many pages a head read may take; none for a walk to the end.
    Column("head_pages", Integer),
    PrimaryKeyConstraint("account_id", "stream", "post", "run_id"),
    # When the roster of an act was last walked.
    Index("ix_walks_account_id_kind_post", "account_id", "kind", "post"),
    Index("ix_walks_run_id", "run_id"),
    _one_of("kind", KINDS),
    _one_of("state", ["running", "done", "braked", "head"]),
)

withheld = Table(
    "withheld",
    metadata,
    Column("account_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("contact_id", Id, nullable=False),
    Column("run_id", Id, nullable=False),
    Column("since", Moment, nullable=False),
    # The begin of the last whole walk that showed the act.
    Column("confirmed_at", Moment),
    PrimaryKeyConstraint("account_id", "kind", "item", "contact_id"),
    # An act in doubt goes with its act: with its account, its contact, or a stricter pack.
    ForeignKeyConstraint(
        ["account_id", "kind", "item", "contact_id"],
        ["signals.account_id", "signals.kind", "signals.item", "signals.contact_id"],
        ondelete="CASCADE",
    ),
    Index("ix_withheld_contact_id", "contact_id"),
)

looks = Table(
    "looks",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("followers_count", BigInteger, nullable=False),
    # The follows that we held then, or once that was read which was read after this look.
    Column("known", BigInteger, nullable=False),
    Column("read", Text, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "at"),
    _one_of("read", ["nothing", "head", "walk"]),
)

freshness = Table(
    "freshness",
    metadata,
    Column(
        "account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("max_age_s", Integer),
    Column("budget_micro_usd", BigInteger),
    Column("set_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Index("ix_freshness_next_at", "next_at"),
)

connected_events = Table(
    "connected_events",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("event", Text, nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "event"),
    _one_of("event", ["followed", "unfollowed"]),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    # The hash of platform and bytes: the same push twice is one.
    Column("digest", LargeBinary, nullable=False, unique=True),
    # The bytes as they came, which hold names and texts, sealed; gone as soon as they are taken in.
    Column("body", LargeBinary),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("problem", Text),
    Column("expires_at", Moment, nullable=False),
    Index("ix_inbox_state_id", "state", "id"),
    Index("ix_inbox_expires_at", "expires_at"),
    _one_of("state", ["waiting", "taken", "unknown", "aside"]),
)

ended_acts = Table(
    "ended_acts",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    # A hash of kind, item and contact: an end may come before its act, and then names nobody here.
    Column("act", Text, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("forget_at", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "act"),
    Index("ix_ended_acts_account_id_ended_at", "account_id", "ended_at"),
    Index("ix_ended_acts_forget_at", "forget_at"),
)

unknown_pushes = Table(
    "unknown_pushes",
    metadata,
    Column("platform", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("platform", "digest"),
)

#: What the pack in force lets be inferred of contacts, and from which platform's content. Whatever was
#: inferred points here, so that it cannot be written under another pack and goes when the pack does.
inferable_topics = Table(
    "inferable_topics",
    metadata,
    Column("topic", Text, nullable=False),
    Column("platform", Text, nullable=False),
    PrimaryKeyConstraint("topic", "platform"),
)

#: Contacts that topics may be tied to; all that is tied points here and goes with it.
topic_holders = Table(
    "topic_holders",
    metadata,
    Column("contact_id", Id, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    # When its interests were found last; none where something has changed since.
    Column("found_at", Moment),
    # The topics that the feed knows of, in their order, as one JSON array.
    Column("told", Text, nullable=False, server_default=text("'[]'")),
    # A demotion that forgets the topics fails; a deletion takes them along.
    ForeignKeyConstraint(["contact_id", "label"], ["contacts.id", "contacts.label"], ondelete="CASCADE"),
    CheckConstraint("label = 'regular'", name="only_regular"),
    Index("ix_topic_holders_found_at", "found_at"),
)

spoken = Table(
    "spoken",
    metadata,
    Column("contact_id", ForeignKey("topic_holders.contact_id", ondelete="CASCADE"), nullable=False),
    Column("account_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("under", Text, nullable=False),
    Column("score", Float, nullable=False),
    # The terms that said so, as one JSON array: ours, no word of the text besides.
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("contact_id", "account_id", "kind", "item", "topic"),
    # It goes with its act: with the account, with a stricter pack, when the act's own time is over.
    ForeignKeyConstraint(
        ["account_id", "kind", "item", "contact_id"],
        ["signals.account_id", "signals.kind", "signals.item", "signals.contact_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["topic", "platform"], ["inferable_topics.topic", "inferable_topics.platform"], ondelete="CASCADE"
    ),
    Index("ix_spoken_account_id_kind_item", "account_id", "kind", "item"),
)

declared_topics = Table(
    "declared_topics",
    metadata,
    Column("contact_id", ForeignKey("topic_holders.contact_id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    # The words that the contact agreed to, and where.
    Column("consent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("contact_id", "topic"),
    CheckConstraint("consent <> '' AND source <> ''", name="consent"),
)

chosen_topics = Table(
    "chosen_topics",
    metadata,
    Column("contact_id", ForeignKey("topic_holders.contact_id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("choice", Text, nullable=False),
    # The contact's platform for what a human pinned: it is inferred, too. None for what was removed.
    Column("platform", Text),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("contact_id", "topic"),
    ForeignKeyConstraint(
        ["topic", "platform"], ["inferable_topics.topic", "inferable_topics.platform"], ondelete="CASCADE"
    ),
    _one_of("choice", ["pinned", "removed"]),
    CheckConstraint("(choice = 'pinned') = (platform IS NOT NULL)", name="pinned_is_inferred"),
)

interests = Table(
    "interests",
    metadata,
    Column("contact_id", ForeignKey("topic_holders.contact_id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    # The contact's first is 0.
    Column("place", Integer, nullable=False),
    Column("strength", Text, nullable=False),
    Column("texts", Integer, nullable=False),
    Column("last_at", Moment),
    Column("words", Text, nullable=False),
    # The contact's platform for what was inferred, none for what it declared.
    Column("platform", Text),
    PrimaryKeyConstraint("contact_id", "topic"),
    ForeignKeyConstraint(
        ["topic", "platform"], ["inferable_topics.topic", "inferable_topics.platform"], ondelete="CASCADE"
    ),
    _one_of("strength", [each.word for each in Strength]),
    CheckConstraint("(strength = 'declared') = (platform IS NULL)", name="declared_is_not_inferred"),
    Index("ix_interests_topic_contact_id", "topic", "contact_id"),
)

#: What the pack in force lets be counted over own posts, and on which platform; goes when the pack does.
countable_topics = Table(
    "countable_topics",
    metadata,
    Column("topic", Text, nullable=False),
    Column("platform", Text, nullable=False),
    PrimaryKeyConstraint("topic", "platform"),
)

post_topics = Table(
    "post_topics",
    metadata,
    Column("post_id", ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("platform", Text, nullable=False),
    PrimaryKeyConstraint("post_id", "topic"),
    ForeignKeyConstraint(
        ["topic", "platform"], ["countable_topics.topic", "countable_topics.platform"], ondelete="CASCADE"
    ),
)

notice_versions = Table(
    "notice_versions",
    metadata,
    # SHA-256 of the text, in hexadecimal.
    Column("version", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("built_at", Moment, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column(
        "contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("due_at", Moment, nullable=False),
    Column("given_at", Moment),
    Column("how", Text),
    # Who recorded it: the user of the machine.
    Column("given_by", Text),
    Column("version", ForeignKey("notice_versions.version")),
    # Reference of the written assessment behind a public notice.
    Column("assessment", Text),
    Index(
        "ix_notices_due_at",
        "due_at",
        sqlite_where=Column("given_at", Moment).is_(None),
        postgresql_where=Column("given_at", Moment).is_(None),
    ),
    _one_of("how", [*GIVEN]),
    CheckConstraint("(given_at IS NULL) = (how IS NULL)", name="given_somehow"),
    CheckConstraint("how IS NULL OR given_by IS NOT NULL", name="given_by_somebody"),
    CheckConstraint(
        # By a form people are told in the words that stand with their consent.
        "(version IS NOT NULL AND how IS NOT NULL AND how <> 'public_notice') "
        "OR (version IS NULL AND (how IS NULL OR how <> 'given_individually'))",
        name="told_by_a_text",
    ),
    CheckConstraint(
        "(how IS NOT NULL AND how = 'public_notice') = (assessment IS NOT NULL)", name="public_is_assessed"
    ),
)

#: One row an entry of the journal, for ever: it only grows, and names nobody.
journal_chain = Table(
    "journal_chain",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    # The salted hash of what the entry says, and the hash of that with the link before it.
    Column("commitment", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
)

#: What the entries say; a row is deleted when its subject is forgotten, or when it is old.
journal_texts = Table(
    "journal_texts",
    metadata,
    Column("seq", ForeignKey("journal_chain.seq"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    # The key of the contact that it is about, as `twitter:7001`.
    Column("subject_key", Text),
    Column("why", Text, nullable=False),
    # Facts of ours as one JSON object: hashed as it stands, so it is a text.
    Column("details", Text, nullable=False),
    Index(
        "ix_journal_texts_subject_key",
        "subject_key",
        sqlite_where=Column("subject_key", Text).is_not(None),
        postgresql_where=Column("subject_key", Text).is_not(None),
    ),
    Index("ix_journal_texts_act_seq", "act", "seq"),
)

#: What an operator decided against what a contact's acts say; later harvests respect it.
overrides = Table(
    "overrides",
    metadata,
    Column(
        "contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("to_label", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # Who else confirmed a raise, and when; a word to lower is confirmed with itself.
    Column("confirmed_by", Text),
    Column("confirmed_at", Moment),
    _one_of("to_label", [each for each in LABELS if each != "suppressed"]),
    CheckConstraint("reason <> ''", name="reason"),
    CheckConstraint("to_label <> 'regular' OR confirmed_by <> decided_by", name="second_person"),
)

#: What admission last said of those in the messaging store; only the admitted are exported.
admissions = Table(
    "admissions",
    metadata,
    Column(
        "contact_id",
        ForeignKey("messaging_contacts.contact_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # The first gate that refuses; none for the admitted.
    Column("refusal", Text),
    # The channels that are open, as one JSON array, and what hinders on each of the others, as one object.
    Column("addressable", Text, nullable=False),
    Column("hindrances", Text, nullable=False),
    Column("since", Moment, nullable=False),
    # Whether it was ever admitted, so that its removal must be told.
    Column("told", Boolean(name="told"), nullable=False),
    Index(
        "ix_admissions_refusal_contact_id",
        "refusal",
        "contact_id",
        sqlite_where=Column("refusal", Text).is_not(None),
        postgresql_where=Column("refusal", Text).is_not(None),
    ),
    _one_of("refusal", [each.value for each in Gate]),
)

#: When the public profile of an account was last looked at, and whether it leads to the notice.
profile_looks = Table(
    "profile_looks",
    metadata,
    Column(
        "account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("at", Moment, nullable=False),
    Column("notice_url", Text, nullable=False),
    Column("found", Boolean(name="found"), nullable=False),
)

#: The exact texts that people agreed to; the hash is the version.
consent_texts = Table(
    "consent_texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    # Whether it says that the person may be chosen by its topics.
    Column("for_targeting", Boolean(name="for_targeting"), nullable=False, server_default=false()),
    _one_of("language", list(LANGUAGES)),
    CheckConstraint("wording <> ''", name="wording"),
)

consents = Table(
    "consents",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    # A channel, or what else the person agreed to.
    Column("purpose", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("text", ForeignKey("consent_texts.hash"), nullable=False),
    # Where it was given, and who entered it.
    Column("source", Text, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    PrimaryKeyConstraint("contact_id", "purpose", "given_at"),
    Index("ix_consents_text", "text"),
    _one_of("purpose", list(PURPOSES)),
    CheckConstraint("source <> '' AND taken_by <> ''", name="proof"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    # In the form of domain.address: the same one is the same text.
    Column("address", Text, nullable=False),
    # When its person gave it; one given earlier does not take its place.
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("contact_id", "channel"),
    Index("ix_addresses_channel_address", "channel", "address"),
    # A phone may be shared, an e-mail address is one contact's.
    Index(
        "uq_addresses_email",
        "address",
        unique=True,
        sqlite_where=text("channel = 'email'"),
        postgresql_where=text("channel = 'email'"),
    ),
    _one_of("channel", list(CHANNELS)),
)

sign_ups = Table(
    "sign_ups",
    metadata,
    Column(
        "contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("language", Text, nullable=False),
    # As the person wrote it.
    Column("area", Text),
    # Of the newest sign-up, whose words these are.
    Column("at", Moment, nullable=False),
    # When its person was asked to confirm it anew: once.
    Column("asked_at", Moment),
    # Which area of the partition was meant, where that is clear.
    Column("area_code", Text),
    Index("ix_sign_ups_area_code", "area_code"),
    _one_of("language", list(LANGUAGES)),
)

#: What seals the links of public pages, by the installation's key.
link_keys = Table(
    "link_keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Mails that were asked for on a page today; the mark is a keyed hash that changes with the day.
asked_mails = Table(
    "asked_mails",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("day", Text, nullable=False),
)

#: How much of the ledger of objections, a file beside the database, is applied; no row: nothing.
objections_ledger = Table(
    "objections_ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("applied_bytes", BigInteger, nullable=False),
    # The number of the newest suppression; it never goes back.
    Column("numbered", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="one_row"),
)

campaign_ends = Table(
    "campaign_ends",
    metadata,
    # The account whose campaign ends; 0 for the whole installation.
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("purge_at", Moment, nullable=False),
    # Whether nothing is harvested any more until then.
    Column("stopped", Boolean(name="stopped"), nullable=False),
    Column("at", Moment, nullable=False),
    # When everything was gone.
    Column("purged_at", Moment),
)

#: What platforms told us to delete and what became of it: counts and moments, nobody's id.
deletions = Table(
    "deletions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # The contacts that went or were narrowed; none is told where the platform named one person.
    Column("contacts", Integer),
    # The word by which whoever asked looks the state up; drawn at random.
    Column("code", Text, unique=True),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=False),
    Index("ix_deletions_done_at", "done_at"),
)

#: The days on which people were erased, and when no copy of ours holds them any more: nobody is named.
erasures = Table(
    "erasures",
    metadata,
    # The UTC day.
    Column("day", Text, primary_key=True),
    # The last erasure of the day.
    Column("at", Moment, nullable=False),
    # When the last backup and the last log that may hold them are over.
    Column("gone_by", Moment, nullable=False),
    # When the database's own files had lost them; none as long as they may stand there.
    Column("scrubbed_at", Moment),
    Index("ix_erasures_gone_by", "gone_by"),
)

#: Files that we wrote and that hold people, so that whoever leaves can be looked for there.
written_files = Table(
    "written_files",
    metadata,
    # The machine that wrote it, and the path there.
    Column("host", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # The feed's newest number that an export shows.
    Column("seq", BigInteger),
    # When a backup, or a file of rejects, must be gone.
    Column("expires_at", Moment),
    PrimaryKeyConstraint("host", "path"),
    _one_of("kind", ["export", "access", "backup", "rejects"]),
    CheckConstraint("(kind IN ('backup', 'rejects')) = (expires_at IS NOT NULL)", name="backup_ends"),
    CheckConstraint("(kind = 'export') = (seq IS NOT NULL)", name="export_shows"),
)

#: Who uses the console. The name is in small letters.
users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Integer, nullable=False),
    # Argon2id with its parameters; none where somebody signs in elsewhere only.
    Column("password_hash", Text),
    # Issuer and subject of an OpenID provider.
    Column("subject", Text, unique=True),
    Column("language", Text),
    Column("theme", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("shut_out_at", Moment),
    CheckConstraint("role BETWEEN 1 AND 4", name="role_known"),
)

#: Who is signed in where; the browser holds the token, the database its hash.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index("ix_sessions_user_id", "user_id"),
)

#: Links by which somebody becomes a user; used up by the form behind them.
invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("role", Integer, nullable=False),
    Column("ends_at", Moment, nullable=False),
    CheckConstraint("role BETWEEN 1 AND 4", name="role_known"),
)

#: Tries to sign in; the mark is a keyed hash of a name, or of a network.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("forget_at", Moment, nullable=False),
)

#: What there was on a day (UTC); today's rows are brought up to date by the dispatcher.
tallies = Table(
    "tallies",
    metadata,
    Column("day", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("counted_at", Moment, nullable=False),
)

#: When which account is harvested by itself.
schedules = Table(
    "schedules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    # Names as one JSON array; empty for all streams.
    Column("streams", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("jitter_s", Integer, nullable=False),
    Column("catch_up", Text, nullable=False),
    # What its harvests may spend in a calendar month (UTC) together.
    Column("budget_micro_usd", BigInteger),
    Column("is_on", Boolean(name="is_on"), nullable=False),
    # The next moment, and when its harvest begins.
    Column("due_at", Moment, nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("set_at", Moment, nullable=False),
    # An outside address that is asked for when a harvest has ended whole, so that silence is noticed; when
    # it was asked last, and why that failed.
    Column("ping_url", Text),
    Column("pinged_at", Moment),
    Column("ping_error", Text),
    Index("ix_schedules_begins_at", "begins_at"),
    _one_of("catch_up", [each.value for each in CatchUp]),
    CheckConstraint("budget_micro_usd >= 0", name="budget"),
)

#: What became of a schedule's moments; the key lets each happen once.
schedule_moments = Table(
    "schedule_moments",
    metadata,
    Column("schedule_id", ForeignKey("schedules.id", ondelete="CASCADE"), nullable=False),
    Column("moment", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    # Why nothing was begun, as a sentence.
    Column("why", Text),
    # The first run that was begun.
    Column("run_id", Id),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("schedule_id", "moment"),
    _one_of("outcome", [each.value for each in Outcome]),
)

#: The one stop: while a row stands, nothing is harvested, nobody is added and no file is written.
halts = Table(
    "halts",
    metadata,
    # The account that is halted; 0 for everything.
    Column("place", Id, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE")),
    # Who, as the journal names it, and what everybody who looks is told.
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("why <> ''", name="why"),
    CheckConstraint("place = coalesce(account_id, 0)", name="place_is_account"),
)

#: Who would have come into the messaging store while it was halted: admitted when the halt ends.
halted_contacts = Table(
    "halted_contacts",
    metadata,
    Column(
        "contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    # The account through which it would have come; 0 where no act towards one decided.
    Column("account_id", Id, nullable=False),
    # What the feed will say.
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_halted_contacts_account_id", "account_id"),
)

#: Queues whose messages an operator holds back.
paused_queues = Table(
    "paused_queues",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

#: How many pages and steps each worker did in which minute (UTC, as 2026-11-24T12:05), by queue.
worked_minutes = Table(
    "worked_minutes",
    metadata,
    Column("minute", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("done", Integer, nullable=False),
    PrimaryKeyConstraint("minute", "queue", "worker"),
)

#: What was ever done, counted by workers as they go: a name and its labels, as JSON.
totals = Table(
    "totals",
    metadata,
    Column("name", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "labels"),
)

#: What somebody should know without looking. Of a kind and key one stands at a time.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    # What its sentence is filled in with, as one JSON object.
    Column("details", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(
        "uq_alerts_standing",
        "kind",
        "key",
        unique=True,
        sqlite_where=Column("ended_at", Moment).is_(None),
        postgresql_where=Column("ended_at", Moment).is_(None),
    ),
    _one_of("kind", [each.value for each in AlertKind]),
)

#: What users wish to be told, and how.
alert_wishes = Table(
    "alert_wishes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # The kinds, as one JSON array.
    Column("kinds", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Text, nullable=False),
    # The hour of the user's day at which all is told together; none: at once.
    Column("hour", Integer),
    Index("ix_alert_wishes_user_id", "user_id"),
    _one_of("way", [each.value for each in Way]),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_day"),
)

#: What is on its way to whom.
alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("wish_id", Id, ForeignKey("alert_wishes.id", ondelete="CASCADE"), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Moment),
    # Why the last try failed.
    Column("error", Text),
    PrimaryKeyConstraint("alert_id", "wish_id"),
    Index(
        "ix_alert_deliveries_due_at",
        "due_at",
        sqlite_where=Column("sent_at", Moment).is_(None),
        postgresql_where=Column("sent_at", Moment).is_(None),
    ),
    Index("ix_alert_deliveries_wish_id", "wish_id"),
)

#: What the last look at an account found of each of its streams.
account_checks = Table(
    "account_checks",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("stream", Text, nullable=False),
    # Unknown where nobody looked.
    Column("readable", Boolean(name="readable")),
    Column("shows_authors", Boolean(name="shows_authors")),
    # Permissions with a comma between two.
    Column("missing", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("checked_at", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "stream"),
)

#: Sign-ins at a platform or a provider that are under way; the browser that began one ends it, once.
logins = Table(
    "logins",
    metadata,
    # Hash of the session, or of the browser's cookie where nobody is signed in yet.
    Column("bound_to", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state_hash", LargeBinary, nullable=False),
    Column("known_sealed", LargeBinary, nullable=False),
    Column("ends_at", Moment, nullable=False),
    PrimaryKeyConstraint("bound_to", "kind"),
)

#: Who gets files of the messaging store. One that has ended stays for the record of what it got.
recipients = Table(
    "recipients",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    # ISO 3166-1, two letters.
    Column("country", Text, nullable=False),
    Column("part", Text, nullable=False),
    # What lets data leave the EEA.
    Column("ground", Text),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(
        "uq_recipients_name",
        "name",
        unique=True,
        sqlite_where=Column("ended_at", Moment).is_(None),
        postgresql_where=Column("ended_at", Moment).is_(None),
    ),
    _one_of("part", [each.value for each in Part]),
    CheckConstraint("name <> ''", name="named"),
)

#: Every export that was written: what it held, for whom, and whether it is there still.
exports = Table(
    "exports",
    metadata,
    Column("id", Id, primary_key=True),
    # csv, ndjson, parquet, or a preset's name.
    Column("form", Text, nullable=False),
    Column("recipient_id", Id, ForeignKey("recipients.id")),
    # It shows the feed's steps up to here, of a difference those after `since_seq`.
    Column("seq", BigInteger, nullable=False),
    Column("since_seq", BigInteger, nullable=False),
    Column("contacts", BigInteger, nullable=False),
    Column("tombstones", BigInteger, nullable=False),
    Column("rejects", BigInteger, nullable=False),
    # Name, bytes and SHA-256 of each file, as one JSON array.
    Column("files", Text, nullable=False),
    # The day (UTC) before which it must be imported; none where nobody's proof grows old.
    Column("use_before", Text),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    # Where it was written; none for a download.
    Column("host", Text),
    Column("folder", Text),
    # Up to which step its receiver got the removals.
    Column("told_seq", BigInteger, nullable=False),
    # How many people it holds who have left since, how many of those its receiver was not told of, and up to
    # which step both are counted.
    Column("left_count", BigInteger, nullable=False),
    Column("untold_count", BigInteger, nullable=False),
    Column("counted_seq", BigInteger, nullable=False),
    Column("ended_at", Moment),
    Column("ending", Text),
    # The segment that it was narrowed to.
    Column("segment_id", Id),
    # Which of a recipient's systems was told, where no file was written.
    Column("target", Text),
    Index("ix_exports_ended_at", "ended_at"),
    Index("ix_exports_recipient_id", "recipient_id"),
    _one_of("ending", ["destroyed", "replaced"]),
    CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ends"),
    CheckConstraint("(host IS NULL) = (folder IS NULL)", name="place"),
)

#: Programs that read the feed. One that has ended stays for the record.
consumers = Table(
    "consumers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("recipient_id", Id, ForeignKey("recipients.id"), nullable=False),
    # What it may read beside key, op and seq, as one JSON array; none: everything.
    Column("fields", Text),
    # The part of the contacts that it may read; none: all who are shown.
    Column("segment_id", BigInteger),
    # For which message or campaign it may choose people by what they told of themselves.
    Column("why", Text),
    # Where it is bound to a segment: its own newest number, up to which step of the feed it was asked who is
    # in the segment, and when of everybody.
    Column("own_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("looked_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("looked_at", Moment),
    # The last removal that it acknowledged and that is forgotten since.
    Column("forgotten_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    # Up to which step it said that it has carried out everything, and removals.
    Column("acked_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("acked_removals", BigInteger, nullable=False, server_default=text("0")),
    Column("acked_at", Moment),
    Column("seen_at", Moment),
    Column("ended_at", Moment),
    Index(
        "uq_consumers_name",
        "name",
        unique=True,
        sqlite_where=Column("ended_at", Moment).is_(None),
        postgresql_where=Column("ended_at", Moment).is_(None),
    ),
    Index("ix_consumers_recipient_id", "recipient_id"),
    CheckConstraint("name <> ''", name="named"),
)

#: By what consumers are known: SHA-256 of a token, and how it begins, so that its owner knows it again.
consumer_tokens = Table(
    "consumer_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("consumer_id", Id, ForeignKey("consumers.id", ondelete="CASCADE"), nullable=False),
    Column("begins", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index("ix_consumer_tokens_consumer_id", "consumer_id"),
)

#: Whom each consumer was shown, so that it is told of their removal and of nobody else's.
received = Table(
    "received",
    metadata,
    Column("consumer_id", Id, ForeignKey("consumers.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    PrimaryKeyConstraint("consumer_id", "platform_id", "platform"),
)

#: Roles of PostgreSQL that read the views, each for a recipient. One that has ended stays for the record.
view_readers = Table(
    "view_readers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("role", Text, nullable=False),
    Column("recipient_id", Id, ForeignKey("recipients.id"), nullable=False),
    Column("granted_at", Moment, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("ended_at", Moment),
    Index(
        "uq_view_readers_role",
        "role",
        unique=True,
        sqlite_where=Column("ended_at", Moment).is_(None),
        postgresql_where=Column("ended_at", Moment).is_(None),
    ),
    Index("ix_view_readers_recipient_id", "recipient_id"),
    CheckConstraint("role <> ''", name="named"),
)

#: Saved filters of the messaging store. One that was removed stays for the record of what it chose.
segments = Table(
    "segments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("topic", Text),
    Column("area_code", Text),
    # An account that is removed later chooses nobody.
    Column("account_id", Id),
    # Regular since this day (UTC) or later.
    Column("since", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(
        "uq_segments_name",
        "name",
        unique=True,
        sqlite_where=Column("ended_at", Moment).is_(None),
        postgresql_where=Column("ended_at", Moment).is_(None),
    ),
    CheckConstraint("name <> ''", name="named"),
    CheckConstraint(
        "coalesce(topic, area_code, CAST(account_id AS TEXT), since) IS NOT NULL", name="narrows"
    ),
)

#: Whom files of a segment held, so that each is told of who is no more in it, and of nobody else.
segment_told = Table(
    "segment_told",
    metadata,
    Column("segment_id", ForeignKey("segments.id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("platform_id", Text, nullable=False),
    # When it was found to be no more in it.
    Column("left_at", Moment),
    PrimaryKeyConstraint("segment_id", "platform", "platform_id"),
    Index("ix_segment_told_platform", "platform", "platform_id"),
)

#: The record of targeting: which criteria chose the people of which file, and what for.
targetings = Table(
    "targetings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("segment", Text, nullable=False),
    # What it asks, as one JSON object.
    Column("criteria", Text, nullable=False),
    Column("recipient", Text),
    Column("export_id", Id),
    # Whether fewer than the pack's smallest group were chosen; else at least so many, in whole groups.
    Column("people", BigInteger, nullable=False),
    # The hashes of the words that they agreed to, as one JSON array.
    Column("wordings", Text, nullable=False),
    Index("ix_targetings_at", "at"),
    CheckConstraint("why <> ''", name="why"),
)

#: The one partition into areas; its shapes stay in the operator's own file.
areas = Table(
    "areas",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # What else people write for it, such as a postcode, as one JSON array.
    Column("also", Text, nullable=False),
    _one_of("kind", [each.value for each in AreaKind]),
    CheckConstraint("code <> '' AND name <> ''", name="named"),
)

#: What means one area alone, folded.
area_words = Table(
    "area_words",
    metadata,
    Column("word", Text, primary_key=True),
    Column("code", ForeignKey("areas.code", ondelete="CASCADE"), nullable=False),
)

#: Tables of contacts by area that were published: one a quarter, never changed.
area_tables = Table(
    "area_tables",
    metadata,
    # As 2026-Q4 (UTC).
    Column("quarter", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", Text, nullable=False),
    # The smallest number that is shown.
    Column("least", Integer, nullable=False),
    # Who filled in a form and so could name an area, and who did not.
    Column("asked", BigInteger, nullable=False),
    Column("not_asked", BigInteger, nullable=False),
    _one_of("kind", [each.value for each in AreaKind]),
)

area_counts = Table(
    "area_counts",
    metadata,
    Column("quarter", ForeignKey("area_tables.quarter"), nullable=False),
    # Empty for those of whom the area is unknown.
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    # None where it is not shown.
    Column("contacts", BigInteger),
    PrimaryKeyConstraint("quarter", "code"),
)

#: Consents to be disclosed to a recipient that is a third party, each with its proof.
transfer_consents = Table(
    "transfer_consents",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("recipient_id", ForeignKey("recipients.id"), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("text", ForeignKey("consent_texts.hash"), nullable=False),
    # Where it was given, and who entered it.
    Column("source", Text, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    # The feed's step that told the end to whoever may read of the contact.
    Column("withdrawn_seq", BigInteger),
    PrimaryKeyConstraint("contact_id", "recipient_id", "given_at"),
    Index("ix_transfer_consents_text", "text"),
    Index("ix_transfer_consents_recipient_id", "recipient_id", "withdrawn_seq"),
    CheckConstraint("source <> '' AND taken_by <> ''", name="proof"),
)

#: Whom a third party got by a file or the tap, so that it is told of their removal, and of nobody else's.
transferred = Table(
    "transferred",
    metadata,
    Column("recipient_id", ForeignKey("recipients.id"), nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    PrimaryKeyConstraint("recipient_id", "platform_id", "platform"),
    Index("ix_transferred_platform", "platform", "platform_id"),
)

#: Whom a whole walk did not show, until their acts have ended or are in doubt: too many for one transaction.
departing = Table(
    "departing",
    metadata,
    Column("run_id", ForeignKey("harvest_runs.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("post", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Whether the acts are put in doubt, not ended: the brake holds.
    Column("doubted", Boolean(name="doubted"), nullable=False),
    # The ids of the contacts as one JSON array.
    Column("members", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
    _one_of("kind", KINDS),
)

#: The newest step of each contact for each consumer that is bound to a segment.
segment_steps = Table(
    "segment_steps",
    metadata,
    Column("consumer_id", Id, ForeignKey("consumers.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("op", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # The step of the feed that it tells.
    Column("shown_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer_id", "platform_id", "platform"),
    Index("ix_segment_steps_seq", "consumer_id", "seq"),
    _one_of("op", ["upsert", "remove"]),
)

#: Where consumers are told that there is something to read.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("consumer_id", Id, ForeignKey("consumers.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    # The secret before, which signs too until `former_until`.
    Column("former_sealed", LargeBinary),
    Column("former_until", Moment),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    # Up to which step of which feed it was told, and of removals, which are told during a halt, too.
    Column("told_epoch", Text, nullable=False),
    Column("told_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("told_removals", BigInteger, nullable=False, server_default=text("0")),
    Column("told_at", Moment),
    Column("delivered_at", Moment),
    # Since when no try has reached it.
    Column("failing_since", Moment),
    Index("ix_webhooks_consumer_id", "consumer_id"),
    _one_of("state", [each.value for each in State]),
    CheckConstraint("url <> ''", name="addressed"),
    CheckConstraint("(former_sealed IS NULL) = (former_until IS NULL)", name="former"),
)

#: Events on their way to an endpoint, and dead letters: those that it has not taken to the last try.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("dead_at", Moment),
    # Why the last try failed.
    Column("error", Text),
    Index("ix_webhook_deliveries_webhook_id", "webhook_id"),
    Index(
        "ix_webhook_deliveries_due_at",
        "due_at",
        sqlite_where=Column("dead_at", Moment).is_(None),
        postgresql_where=Column("dead_at", Moment).is_(None),
    ),
)
