"""An estimate: what a harvest will take at least and at most, from what is known before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from domain.errors import RegularsError
from domain.signal import SignalKind
from domain.stream import POSTS, Shape, Stream

#: How far a count that the platform told may be off when the listing is walked: it lags, people come twice.
_COUNT_MARGIN = 0.025
#: The same for numbers of an earlier walk, which are older.
_EARLIER_MARGIN = 0.1
#: A timeline grows at most at so many times its pace between the last walks, and by a few more.
_PACE, _FEW = 2, 10
#: How full a page is at least, on the whole (x-api.md §1.4: 62 of 100 were seen).
_FULL = 0.6
#: Seconds that one request takes with its storing.
_REQUEST_S = 0.5


class Range(NamedTuple):
    """The least and the most of something."""

    low: int
    high: int


class Documented(NamedTuple):
    """What a platform documents of a listing: requests in a window, and how many items it ever shows.

    `most` is None where no end is known; `assumed` says that these ends are supposed, not documented.
    """

    requests: int
    window_s: int
    most: int | None = None
    most_per_post: int = 1_000
    assumed: bool = False


class Earlier(NamedTuple):
    """The last finished walk of a listing: its items, the days they had come in, and how old it is."""

    items: int
    days: float
    age_days: float


class Counts(NamedTuple):
    """What the platform counts of one own post, None where it says nothing."""

    likes: int | None
    reposts: int | None
    quotes: int | None

    def of(self, kind: SignalKind) -> int | None:
        """Return the count that a listing of these acts under the post is as long as."""
        counted = {
            SignalKind.LIKED: self.likes,
            SignalKind.SHARED: self.reposts,
            SignalKind.QUOTED: self.quotes,
        }
        return counted.get(kind)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an account before a harvest.

    `earlier` and `billed_today` (items of this UTC day) go by stream.
    """

    followers: int | None = None
    posts_count: int | None = None
    posts: Sequence[Counts] = ()
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    billed_today: Mapping[str, int] = field(default_factory=dict)


class Priced(NamedTuple):
    """A stream with its documented limits and what one item costs, in micro-dollars."""

    stream: Stream
    documented: Documented
    price: Range


class Row(NamedTuple):
    """What reading one stream will take; `basis` says in words what the numbers stand on."""

    stream: str
    items: Range
    requests: Range
    micro_usd: Range
    seconds: int
    basis: str


class Total(NamedTuple):
    """What reading all of them will take."""

    requests: Range
    micro_usd: Range
    seconds: int


def estimate(known: Known, streams: Iterable[Priced]) -> list[Row]:
    """Estimate each stream; raises RegularsError where nothing is known of one and nothing bounds it."""
    chosen = list(streams)
    posts = next((_items(known, each) for each in chosen if each.stream.name == POSTS), (Range(0, 0), ""))
    return [_row(known, each, posts[0]) for each in chosen]


def total(rows: Sequence[Row], streams: Iterable[Priced], *, shared_limit: bool) -> Total:
    """Add rows up; streams are read side by side, those of posts after the list of posts.

    With `shared_limit` all requests count in one window, so that they take their time one after another.
    """
    per_post = {each.stream.name for each in streams if each.stream.per_post}
    seconds = {each.stream: each.seconds for each in rows}
    if shared_limit:
        together = sum(seconds.values())
    else:
        later = max((seconds[each] for each in per_post), default=0)
        together = max([seconds.get(POSTS, 0) + later, *(seconds[each] for each in seconds)], default=0)
    return Total(_sum(each.requests for each in rows), _sum(each.micro_usd for each in rows), together)


def _row(known: Known, priced: Priced, posts: Range) -> Row:
    stream = priced.stream
    if stream.per_post:
        items, basis = _items_of_posts(known, priced, posts)
        listings = Range(len(known.posts) + posts.low, len(known.posts) + posts.high)
    else:
        items, basis = _items(known, priced)
        listings = Range(1, 1)
    requests = Range(
        max(listings.low, ceil(items.low / stream.max_page)),
        listings.high + ceil(items.high / (stream.max_page * _FULL)),
    )
    low = max(0, items.low - known.billed_today.get(stream.name, 0))
    micro_usd = Range(low * priced.price.low, items.high * priced.price.high)
    return Row(stream.name, items, requests, micro_usd, _seconds(requests.high, priced.documented), basis)


def _items(known: Known, priced: Priced) -> tuple[Range, str]:
    """Bound a listing of the account itself."""
    stream, most = priced.stream, priced.documented.most
    earlier = known.earlier.get(stream.name)
    if SignalKind.FOLLOWS in stream.kinds and known.followers is not None:
        return _about(known.followers, _COUNT_MARGIN), f"{known.followers:,}, says the platform"
    if earlier is not None and stream.shape is Shape.TIMELINE:
        grown = _FEW + ceil(_PACE * earlier.items / max(earlier.days, 1) * earlier.age_days)
        high = grown if most is None else min(grown, most)
        return Range(0, high), "what is new, at most at twice the pace"
    if earlier is not None:
        return _about(earlier.items, _EARLIER_MARGIN), f"{earlier.items:,} at the last walk"
    if stream.name == POSTS and known.posts_count is not None:
        high = known.posts_count if most is None else min(known.posts_count, most)
        return Range(0, ceil(high * (1 + _COUNT_MARGIN)) + 2), (
            f"{known.posts_count:,} with reposts, says the platform"
        )
    if most is None:
        raise RegularsError(
            f"Nothing is known yet of how many {stream.name} there are; `regulars account check` asks the "
            "platform."
        )
    return Range(0, most), _unknown(priced.documented, most)


def _items_of_posts(known: Known, priced: Priced, new: Range) -> tuple[Range, str]:
    """Bound what is listed under all posts together: those that are known, and those that are `new`."""
    most, kind = priced.documented.most_per_post, priced.stream.kinds[0]
    counts = [each.of(kind) for each in known.posts]
    ends = most if priced.stream.shape is Shape.CAPPED and not priced.documented.assumed else None
    shown = [_cut(each, ends) for each in counts if each is not None]
    silent = len(counts) - len(shown)
    each_new = ceil(_PACE * sum(shown) / len(shown)) if shown else most
    grown = sum(_cut(_about(each, _EARLIER_MARGIN).high, ends) for each in shown)
    high = grown + silent * most + new.high * _cut(each_new, ends)
    # The same person under several posts is billed once a day, and a quote may stand in the mentions too.
    low = 0 if kind is SignalKind.QUOTED else int(max(shown, default=0) * (1 - 2 * _EARLIER_MARGIN))
    if not counts:
        return Range(low, high), f"no post yet; {_unknown(priced.documented, most)} a post"
    if silent:
        return Range(low, high), f"{len(counts):,} posts, {silent:,} without a count"
    return Range(low, high), f"{len(counts):,} posts with their counts"


def _cut(count: int, ends: int | None) -> int:
    return count if ends is None else min(count, ends)


def _unknown(documented: Documented, most: int) -> str:
    return f"{'supposed' if documented.assumed else 'documented'}: at most {most:,}"


def _about(count: int, margin: float) -> Range:
    return Range(int(count * (1 - margin)), ceil(count * (1 + margin)) + 1)


def _seconds(requests: int, documented: Documented) -> int:
    windows = max(0, ceil(requests / documented.requests) - 1)
    return windows * documented.window_s + ceil(requests * _REQUEST_S)


def _sum(ranges: Iterable[Range]) -> Range:
    listed = list(ranges)
    return Range(sum(each.low for each in listed), sum(each.high for each in listed))
