"""A connector without a network: listings in memory, served in pages, with upsets by script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.account import Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest, Post
from domain.credentials import Renewal
from domain.limit import Limit
from domain.signal import Signal, SignalKind
from domain.stream import COUNT, POSTS, Shape, Stream

FOLLOWERS, MENTIONS, LIKERS, CAPPED = "followers", "mentions", "likers", "reposters"
STREAMS = {
    POSTS: Stream(POSTS, (), Shape.CAPPED, 100),
    FOLLOWERS: Stream(FOLLOWERS, (SignalKind.FOLLOWS,), Shape.ROSTER, 1000, min_page=1, meter="user"),
    MENTIONS: Stream(MENTIONS, (SignalKind.MENTIONED,), Shape.TIMELINE, 100),
    LIKERS: Stream(LIKERS, (SignalKind.LIKED,), Shape.ROSTER, 100, per_post=True),
    CAPPED: Stream(CAPPED, (SignalKind.SHARED,), Shape.CAPPED, 100, per_post=True),
    COUNT: Stream(COUNT, (), Shape.COUNT, 1, meter="user"),
}

#: What goes wrong with a request, or how many items it brings at most.
Upset = BaseException | int


@dataclass
class ScriptedConnector:
    """Serves `listings` by (stream, post); each request takes the next of `upsets` if there is one.

    `meanwhile` happens once, between the next request and its answer.
    """

    listings: dict[tuple[str, str], list[Signal]] = field(default_factory=dict)
    own_posts: list[Post] = field(default_factory=list)
    upsets: list[Upset | None] = field(default_factory=list)
    limit: Limit | None = None
    #: People who stand in the count of followers and are never listed.
    suspended: int = 0
    meanwhile: Callable[[], object] | None = None
    renewals: list[Renewal | BaseException] = field(default_factory=list)
    renewing: Callable[[], object] | None = None
    requests: list[PageRequest] = field(default_factory=list)
    streams: Mapping[str, Stream] = field(default_factory=lambda: STREAMS)

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page from memory."""
        self.requests.append(request)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        upset = self.upsets.pop(0) if self.upsets else None
        if isinstance(upset, BaseException):
            raise upset
        start = int(request.cursor or 0)
        end = start + (request.page_size if upset is None else min(upset, request.page_size))
        if request.stream == COUNT:
            count = len(self.listings.get((FOLLOWERS, ""), ())) + self.suspended
            return Batch(followers=count, billed_items=1)
        if request.stream == POSTS:
            return Batch(posts=tuple(self.own_posts[start:end]), next_cursor=_after(end, self.own_posts))
        listing = self.listings.get((request.stream, request.post), [])
        acts = tuple(listing[start:end])
        dated = self.streams[request.stream].shape is Shape.TIMELINE
        newest = max((each.item for each in acts), default=None) if dated else None
        return Batch(
            signals=acts,
            next_cursor=_after(end, listing),
            newest=newest,
            reached_mark=bool(request.mark and newest and newest <= request.mark),
            billed_items=len(acts),
            limit=self.limit,
        )

    def asked(self) -> list[tuple[str, str, str | None]]:
        """Return what was asked: stream, post, cursor."""
        return [(each.stream, each.post, each.cursor) for each in self.requests]

    def renew(self) -> Renewal:
        """Take the next of `renewals`; `renewing` happens meanwhile."""
        if self.renewing:
            self.renewing()
        renewal = self.renewals.pop(0)
        if isinstance(renewal, BaseException):
            raise renewal
        return renewal

    def prove(self) -> Ownership:
        """Prove nothing: no account is added through it."""
        return Ownership("5000")

    def usage(self) -> Usage:
        """Tell nothing of a bill."""
        return Usage()

    def check(self) -> Sequence[StreamCheck]:
        """Look at nothing."""
        return ()


def _after(end: int, listing: Sequence[object]) -> str | None:
    return str(end) if end < len(listing) else None
