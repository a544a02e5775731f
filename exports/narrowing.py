"""Narrowing: the records and removals of an export, of everybody or of a segment, and the record of that."""

from collections.abc import Generator, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from classifier.admission import CONSENTING
from classifier.policy import Policy
from config.packs import load_pack
from config.settings import Settings
from domain.errors import RegularsError
from domain.label import Label
from domain.recipient import Recipient, RecipientError
from domain.segment import Segment, SegmentError, about
from domain.signal import SignalKind
from exports.ahead import ahead
from exports.record import tombstone
from store import feed_rows, installation, segment_told, segments, targetings, transfers
from store.database import Database
from store.feed_rows import ShownRow
from store.given import Proofs
from store.signals import moment_of
from store.targetings import Targeting

#: Contacts that are noted at once as held by a file.
AT_ONCE = 1_000
#: The pack of an installation that has none in force yet.
DEFAULT: str = Settings.model_fields["policy"].default


def needs_consent(policy: Policy) -> bool:
    """Tell whether a pack asks for consent to be chosen by declared topics; one that is silent asks."""
    found = policy.numbers.get("targeting_needs_consent")
    return found is None or bool(found.value)


def require_usable(connection: Any, segment: Segment, policy: Policy, *, why: str, since: int = 0) -> None:
    """Raise SegmentError where a segment may not choose whom a file holds, with the reason."""
    if since:
        raise SegmentError(
            "A segment is exported whole each time, with the removal of whoever left it: leave --since out."
        )
    if segment.targets and not why.strip():
        raise SegmentError(
            f"The segment {segment.name} chooses people by what they told of themselves: say for which "
            "message or campaign (--why); the record of targeting keeps it (Regulation (EU) 2024/900, "
            "art. 19)."
        )
    asks = segment.topic is not None and needs_consent(policy)
    if asks and not segments.count(connection, segment._replace(area=None, account_id=None, since=None)):
        raise SegmentError(
            f"Nobody who declared {segment.topic} agreed to be chosen by that: a segment by topic takes "
            "their explicit consent to targeting (Regulation (EU) 2024/900, art. 18). The sign-up "
            "page asks for it."
        )


class Use(NamedTuple):
    """Who uses a segment, what for and for whom; `since` is the feed's step that the receiver has already."""

    segment: Segment | None
    by: str
    why: str
    recipient: Recipient | None
    since: int


class Narrowing:
    """Reads what an export holds; what a file of a segment is about to hold is noted before it is written."""

    def __init__(self, database: Database, use: Use, policy: Policy) -> None:
        self._database, self._use, self._policy = database, use, policy
        self._strict = needs_consent(policy)

    @property
    def is_whole(self) -> bool:
        """Tell whether it is of everybody, for one who has nothing and may have all."""
        segment, _, _, recipient, since = self._use
        return segment is None and not since and not (recipient and recipient.needs_consent)

    def begin(self, *, now: datetime) -> None:
        """Ask whether the segment may be used, and note who is no more in it; raises SegmentError."""
        segment, _, why, recipient, since = self._use
        if recipient is not None and recipient.needs_consent and (since or segment is not None):
            raise RecipientError(
                f"{recipient.name} is a third party: each file for it is whole and holds those who "
                "consented to that, with the removal of whoever left. Leave --since and --segment out."
            )
        if segment is not None:
            with self._database.write() as connection:
                require_usable(connection, segment, self._policy, why=why, since=since)
                segment_told.part(connection, segment, needs_consent=self._strict, now=now)

    def rows(self, connection: Any, proofs: Proofs, *, now: datetime) -> Generator[ShownRow, None, None]:
        """Read the rows of the messaging store, with what their contacts gave, and tell `proofs` of them.

        Until it is closed or at its end nothing else may use the connection.
        """
        segment, recipient = self._use.segment, self._use.recipient
        if recipient is not None and recipient.needs_consent:
            yield from to_third_party(self._database, recipient, connection, now=now, proofs=proofs)
            return
        if segment is None:
            for some in ahead(feed_rows.batches(connection, self._use.since, given_at=now, proofs=proofs)):
                yield from some
            return
        among = segments.holds(segment, needs_consent=self._strict)
        found = feed_rows.rows(connection, 0, among, given_at=now, proofs=proofs)
        while some := list(islice(found, AT_ONCE)):
            with self._database.write() as beside:
                segment_told.note(beside, segment.id, [(each[0], each[1]) for each in some])
            yield from some

    def tombstones(self, connection: Any, seq: int, *, now: datetime) -> Iterator[dict[str, Any]]:
        """Read the removals: of a segment, or for a third party, of those whom its files held alone."""
        recipient = self._use.recipient
        if recipient is not None and recipient.needs_consent:
            return left_third_party(connection, recipient, now=now)
        if self._use.segment is None:
            return map(tombstone, feed_rows.tombstones(connection, self._use.since))
        return left_segment(connection, self._use.segment, seq, needs_consent=self._strict, now=now)

    def enter(self, connection: Any, number: int, people: int, *, now: datetime) -> None:
        """Enter in the record of targeting that the segment chose people by what they told of themselves."""
        segment, by, why, recipient, _ = self._use
        if segment is None:
            return
        name = recipient.name if recipient else None
        enter_use(connection, segment, self._policy, Chosen(by, why, name, number, people), now=now)


class Chosen(NamedTuple):
    """Whom a segment chose for whom: by whom, what for, in which export, and how many."""

    by: str
    why: str
    recipient: str | None
    export_id: int | None
    people: int


def enter_use(connection: Any, segment: Segment, policy: Policy, chosen: Chosen, *, now: datetime) -> None:
    """Enter in the record of targeting that a segment chose people, where it did by what they told."""
    if not segment.targets:
        return
    by, why, recipient, number, people = chosen
    words = tuple(segments.wordings(connection)) if segment.topic else ()
    rounded = about(people, policy.number("aggregate_k"))
    used = Targeting(now, by, why, segment.name, segment.criteria, recipient, number, rounded, words)
    targetings.add(connection, used)


def policy_of(connection: Any) -> Policy:
    """Load the pack in force, the usual one where none is yet."""
    return load_pack(installation.policy(connection) or DEFAULT)


def proofs_of(policy: Policy) -> Proofs:
    """Return what finds the oldest proof of those who must be seen again and again to be regular."""
    regular = {each for each in SignalKind if policy.rules[each].label is Label.REGULAR}
    return Proofs(regular - CONSENTING, regular & CONSENTING)


def to_third_party(
    database: Database,
    recipient: Recipient,
    connection: Any,
    after: int = 0,
    *,
    now: datetime,
    proofs: Proofs | None = None,
) -> Iterator[ShownRow]:
    """Read the rows of those who consented to a third party, each noted before it is told."""
    among = transfers.consenting(recipient.id)
    found = feed_rows.rows(connection, after, among, given_at=now, proofs=proofs)
    while some := list(islice(found, AT_ONCE)):
        with database.write() as beside:
            transfers.note(beside, recipient.id, [(each[0], each[1]) for each in some])
        yield from some


def left_third_party(connection: Any, recipient: Recipient, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Read the tombstones of whom a third party got and may hold no more."""
    for step, platform, platform_id, op, reason, at in transfers.left(connection, recipient.id):
        told = {"op": op, "seq": step, "reason": reason, "at": moment_of(at) or now}
        yield {"contact_key": f"{platform}:{platform_id}", **told}


def left_segment(
    connection: Any, segment: Segment, seq: int, *, needs_consent: bool, now: datetime
) -> Iterator[dict[str, Any]]:
    """Read the tombstones of whom files of a segment held and who is no more in it."""
    for row in segment_told.left(connection, segment, needs_consent=needs_consent):
        step, platform, platform_id, op, reason, at = row
        yield {
            "contact_key": f"{platform}:{platform_id}",
            "op": op,
            "seq": step or seq,
            "reason": reason,
            "at": moment_of(at) or now,
        }


def called(connection: Any, name: str | None) -> Segment | None:
    """Return a segment by its name, None where none is named; raises RegularsError for an unknown one."""
    if name is None:
        return None
    if not name.strip():
        raise RegularsError("Name the segment; `regulars segment list` shows them.")
    return segments.called(connection, name.strip())
