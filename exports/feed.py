"""Feed: pages of the messaging store and of its changes, for one consumer.

Whom a page shows is noted in `received` in the same transaction, so that their removal is told later, and
nobody else's. Pages hold nothing that their consumer may not see, and no sign of it: where nothing of what
happened concerns it, its cursor stays as it is for the day.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from domain.consumer import ALWAYS, Consumer
from exports.cursors import GoneError, Place
from exports.record import FILE_FIELDS, GIVEN_FIELDS, disclosed, record, tombstone
from exports.sources import Source
from store import consumers, received, transfers
from store import exports as recorded
from store.feed_rows import FeedRow, ShownRow

#: What a consumer may be allowed to read beside key, op and seq.
OFFERED = tuple(each for each in FILE_FIELDS if each not in ALWAYS)
_GIVEN = frozenset(GIVEN_FIELDS)
#: Steps that concern nobody are passed over at most so often for one page.
_ROUNDS = 20

Item = dict[str, Any]


class Reading(NamedTuple):
    """Who reads, which fields, how many at once, and when; `days` is how long tombstones stand.

    `source` is what it is read from: of a bound consumer, its segment.
    """

    consumer: Consumer
    fields: frozenset[str]
    size: int
    days: int
    now: datetime
    source: Source

    @property
    def given_at(self) -> datetime | None:
        """Now, where something is read of what contacts gave."""
        return self.now if self.fields & _GIVEN else None

    @property
    def today(self) -> date:
        """The day (UTC)."""
        return self.now.astimezone(UTC).date()


class Page(NamedTuple):
    """What a reader is told, where it stands then, and whether more is there."""

    items: list[Item]
    place: Place
    has_more: bool


def place_in(connection: Any, place: Place, reading: Reading) -> int:
    """Return the feed's newest number for whoever stands at a place.

    Raises GoneError where a removal behind it may be forgotten, or the feed has begun anew.
    """
    epoch, newest = recorded.epoch(connection), reading.source.newest(connection)
    oldest = (reading.now - timedelta(days=reading.days)).astimezone(UTC).date()
    known = place.consumer_id == reading.consumer.id and place.epoch == epoch
    if max(place.seq, place.ahead, place.upto) < reading.consumer.forgotten_seq:
        raise GoneError  # of a removal that it acknowledged nothing is left to tell
    if not known or max(place.seq, place.upto) > newest or place.day <= oldest:
        raise GoneError
    return newest


def stands_still(connection: Any, place: Place, reading: Reading) -> bool:
    """Tell whether nothing at all has happened behind a place; raises GoneError."""
    still = place_in(connection, place, reading) == place.seq and place.day == reading.today
    return still and not reading.source.is_due(connection, now=reading.now)


def begin(connection: Any, reading: Reading) -> Place:
    """Return the place before the first page of a snapshot of the present state."""
    epoch, newest = recorded.epoch(connection), reading.source.newest(connection)
    return Place(reading.consumer.id, epoch, 0, reading.today, upto=newest)


def snapshot(
    connection: Any, place: Place, reading: Reading, matches: Callable[[Item], bool] = lambda _: True
) -> Page:
    """Read the next page of a snapshot; those who changed since it began are told by the feed behind it.

    A page of those who match may hold fewer than were asked for.
    """
    place_in(connection, place, reading)
    consumers.hold(connection, reading.consumer.id)
    source, size = reading.source, reading.size + 1
    rows = source.rows(connection, place.seq, place.upto, size, reading.given_at)
    shown = _records(connection, rows[: reading.size], reading)
    if len(rows) <= reading.size:
        return Page(_cut(shown, reading, matches), place._replace(seq=place.upto, upto=0), has_more=False)
    return Page(_cut(shown, reading, matches), place._replace(seq=shown[-1]["seq"]), has_more=True)


def changed(connection: Any, place: Place, reading: Reading, *, halted: bool = False) -> Page:
    """Read the next page of the feed: who was shown or has changed, and who has left of those it knows.

    While anything is halted only removals are told; all else waits where the reader stands.
    """
    consumers.hold(connection, reading.consumer.id)
    reading.source.settle(connection, now=reading.now)
    newest = place_in(connection, place, reading)
    at, read = place, _removals if halted else _steps
    for _ in range(_ROUNDS):
        items, at, has_more = read(connection, at, newest, reading)
        if items or not has_more:
            break
    if not items and not has_more and at.day == place.day:
        at = place  # nothing of what happened concerns it
    return Page(items, at, has_more)


def one(connection: Any, platform: str, platform_id: str, reading: Reading) -> Item | None:
    """Read one contact; None for whoever is not shown, whatever the reason."""
    consumers.hold(connection, reading.consumer.id)
    row = reading.source.row(connection, platform, platform_id, reading.given_at, now=reading.now)
    shown = _records(connection, [row] if row else [], reading)
    return _cut(shown, reading)[0] if shown else None


def _steps(connection: Any, place: Place, newest: int, reading: Reading) -> Page:
    steps = reading.source.steps(connection, place.seq, newest, reading.size + 1)
    has_more = len(steps) > reading.size
    steps = steps[: reading.size]
    last = steps[-1].seq if has_more else newest
    told = _told(connection, steps, reading, (place.seq, last))
    rows = reading.source.rows(connection, place.seq, last, None, reading.given_at)
    shown = _records(connection, rows, reading)
    items = sorted([*told, *_cut(shown, reading)], key=lambda each: int(each["seq"]))
    day = steps[-1].at.astimezone(UTC).date() if has_more else reading.today
    moved = place._replace(seq=last, ahead=0 if last >= place.ahead else place.ahead, day=day)
    return Page(items, moved, has_more)


def _removals(connection: Any, place: Place, newest: int, reading: Reading) -> Page:
    after = max(place.seq, place.ahead)
    steps = reading.source.steps(connection, after, newest, reading.size + 1, removals=True)
    has_more = len(steps) > reading.size
    steps = steps[: reading.size]
    last = steps[-1].seq if has_more else newest
    told = _told(connection, steps, reading, (after, last))
    return Page(told, place._replace(ahead=last), has_more)


def _told(
    connection: Any, steps: Iterable[FeedRow], reading: Reading, between: tuple[int, int]
) -> list[Item]:
    gone: list[Any] = [tuple(each) for each in steps if each.op == "remove"]
    gone += reading.source.ended(connection, *between)
    keys = {(each[1], each[2]) for each in gone}
    known = received.among(connection, reading.consumer.id, keys) if keys else set()
    return [tombstone(each) for each in sorted(gone) if (each[1], each[2]) in known]


def _records(connection: Any, rows: Sequence[ShownRow], reading: Reading) -> list[Item]:
    """Make records whole and note that the consumer was shown them."""
    if not rows:
        return []
    keys = [(row[0], row[1]) for row in rows]
    received.note(connection, reading.consumer.id, keys)
    is_ours = not transfers.needs_consent(connection, reading.consumer.recipient_id)
    return [record(each) if is_ours else disclosed(each) for each in rows]


def _cut(
    records: Iterable[Item], reading: Reading, matches: Callable[[Item], bool] = lambda _: True
) -> list[Item]:
    wanted = {*ALWAYS, *reading.fields}
    if wanted.issuperset(FILE_FIELDS):
        return list(filter(matches, records))
    return [
        {name: value for name, value in each.items() if name in wanted} for each in records if matches(each)
    ]
