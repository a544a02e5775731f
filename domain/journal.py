"""The journal: who did what and why, and the chain in which every entry stands on the one before it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from domain.contact import ContactKey
from domain.errors import RegularsError

#: What is put under each hash, so that none of another use or form can stand for it.
FORM = "regulars journal 1"
#: The link before the first entry.
GENESIS = sha256(FORM.encode()).digest()
#: Random bytes beside each text: who has the commitment alone cannot try out what was written.
SALT_BYTES = 32
#: As many characters of a reason are kept.
LONGEST_WHY = 500

#: Who acts where somebody pressed a button of a public page: the person, by a link or a handle.
PAGE = "page"

#: What a detail may be: a number or a word of ours.
Detail: TypeAlias = str | int | bool | None


class JournalError(RegularsError):
    """Raised when the journal cannot be written or read as it was asked."""


class Act(StrEnum):
    """What is told of."""

    CONTACT_SHOWN = "contact.shown"
    CONTACT_EXPLAINED = "contact.explained"
    CONTACTS_LISTED = "contacts.listed"
    TEXTS_READ = "texts.read"
    JOURNAL_LISTED = "journal.listed"
    EXPORT_BEGUN = "export.begun"
    EXPORT_WRITTEN = "export.written"
    EXPORT_ENDED = "export.ended"
    REMOVALS_WRITTEN = "export.removals_written"
    RECIPIENT_ADDED = "recipient.added"
    RECIPIENT_REMOVED = "recipient.removed"
    CONSUMER_ADDED = "consumer.added"
    CONSUMER_ROTATED = "consumer.rotated"
    CONSUMER_REVOKED = "consumer.revoked"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_ROTATED = "webhook.rotated"
    WEBHOOK_PAUSED = "webhook.paused"
    WEBHOOK_RESUMED = "webhook.resumed"
    WEBHOOK_ENDED = "webhook.ended"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_REPLAYED = "webhook.replayed"
    WEBHOOK_DROPPED = "webhook.dropped"
    FEED_BEGUN = "feed.begun"
    SEGMENT_ADDED = "segment.added"
    SEGMENT_REMOVED = "segment.removed"
    AREAS_TAKEN = "areas.partition_taken"
    AREAS_PUBLISHED = "areas.published"
    VIEWS_GRANTED = "views.granted"
    VIEWS_REVOKED = "views.revoked"
    LABEL_OVERRIDDEN = "label.overridden"
    TOPICS_CHOSEN = "topics.chosen"
    CONTACT_ADDED = "contact.added"
    SIGNED_UP = "contact.signed_up"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    TRANSFER_GIVEN = "consent.transfer_given"
    TRANSFER_WITHDRAWN = "consent.transfer_withdrawn"
    RENEWALS_ASKED = "consent.renewals_asked"
    LIST_IMPORTED = "list.imported"
    ARCHIVE_IMPORTED = "archive.imported"
    OBJECTED = "right.objected"
    FORGOTTEN = "right.forgotten"
    ACCESSED = "right.accessed"
    PURGED = "keeping.purged"
    TEXTS_DELETED = "journal.texts_deleted"
    SETTINGS_CHANGED = "settings.changed"
    POLICY_CHANGED = "policy.changed"
    KEY_ROTATED = "key.rotated"
    LINK_KEY_ADDED = "key.link_added"
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_CHECKED = "account.checked"
    ACCOUNT_PAUSED = "account.paused"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_REMOVED = "account.removed"
    BUDGET_SET = "budget.set"
    BUDGET_REMOVED = "budget.removed"
    FRESHNESS_SET = "freshness.set"
    FRESHNESS_ENDED = "freshness.ended"
    HARVEST_BEGUN = "harvest.begun"
    SCHEDULE_SET = "schedule.set"
    SCHEDULE_PAUSED = "schedule.paused"
    SCHEDULE_RESUMED = "schedule.resumed"
    SCHEDULE_REMOVED = "schedule.removed"
    RUN_RESUMED = "run.resumed"
    RUN_CANCELLED = "run.cancelled"
    DEPARTURES_CONFIRMED = "departures.confirmed"
    DEPARTURES_RELEASED = "departures.released"
    FAILURES_REPLAYED = "failures.replayed"
    FAILURES_DROPPED = "failures.dropped"
    PUSHES_ASKED = "pushes.asked"
    PUSHES_REPLAYED = "pushes.replayed"
    HALTED = "halt.begun"
    RESUMED = "halt.ended"
    QUEUE_PAUSED = "queue.paused"
    QUEUE_RESUMED = "queue.resumed"
    CAMPAIGN_ENDED = "campaign.ended"
    CAMPAIGN_CONTINUED = "campaign.continued"
    DELETIONS_ASKED = "deletions.asked"
    NOTICE_WRITTEN = "notice.written"
    NOTICE_GIVEN = "notice.given"
    NOTICE_DUE = "notice.due"
    NOTICE_PUBLISHED = "notice.published"
    SIGNED_IN = "user.signed_in"
    USER_INVITED = "user.invited"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    SESSIONS_ENDED = "user.sessions_ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what, when, to whom and why.

    `actor` says where somebody is known, and as whom: `cli:ada`. `subject` is the contact that it is about,
    if it is about one. `details` are facts of ours, such as the number of a run: never a name, a text or a
    token. All but the moment is deleted when the subject is forgotten.
    """

    actor: str
    act: Act
    at: datetime
    subject: ContactKey | None = None
    why: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


class Text(NamedTuple):
    """What an entry says, as it is written, and the salt of its commitment."""

    salt: bytes
    actor: str
    act: str
    subject_key: str | None
    why: str
    details: str


def text_of(entry: Entry, salt: bytes) -> Text:
    """Write an entry down: one line a field, details as JSON in one form only."""
    details = json.dumps(dict(entry.details), sort_keys=True, separators=(",", ":"))
    subject = str(entry.subject) if entry.subject else None
    return Text(salt, _line(entry.actor), entry.act.value, subject, _line(entry.why)[:LONGEST_WHY], details)


def written_at(moment: datetime) -> str:
    """Write a moment as it stands under the hashes: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def commitment_of(text: Text, at: str) -> bytes:
    """Hash a text with its salt and moment: who has both can show what was written, nobody else can."""
    said = json.dumps([FORM, *text[1:], at], separators=(",", ":"))
    return sha256(text.salt + said.encode()).digest()


def link_of(previous: bytes, seq: int, at: str, commitment: bytes) -> bytes:
    """Hash an entry together with all entries before it, which `previous` stands for."""
    return sha256(previous + seq.to_bytes(8, "big", signed=True) + at.encode() + commitment).digest()


def as_ranges(numbers: Iterable[int]) -> str:
    """Write numbers in short: `3,7-9`."""
    ranges: list[list[int]] = []
    for each in sorted(set(numbers)):
        if ranges and ranges[-1][1] == each - 1:
            ranges[-1][1] = each
        else:
            ranges.append([each, each])
    return ",".join(f"{low}-{high}" if low < high else f"{low}" for low, high in ranges)


def numbers_in(ranges: str, *, below: int) -> set[int]:
    """Read what `as_ranges` wrote, as far as it lies below a number; raises ValueError for anything else."""
    found: set[int] = set()
    for each in ranges.split(","):
        low, _, high = each.partition("-")
        found.update(range(int(low), min(int(high or low), below - 1) + 1))
    return found


def _line(text: str) -> str:
    """Put a text on one line that every database takes: what cannot be printed becomes a space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
