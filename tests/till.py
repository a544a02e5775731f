"""A platform that bills: what it charged is known to the test, whatever became of the answer."""

from collections import Counter
from dataclasses import dataclass, field, replace

from domain.batch import Batch, PageRequest
from domain.errors import RetryLaterError
from domain.signal import SignalKind
from domain.stream import POSTS, Shape, Stream
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector

#: Micro-dollars of one item of any meter.
PRICE = 10_000
#: Streams of which every page is billed.
METERED = {
    POSTS: Stream(POSTS, (), Shape.TIMELINE, 100, 5, meter="own_timeline", cursor_life=None),
    FOLLOWERS: Stream(FOLLOWERS, (SignalKind.FOLLOWS,), Shape.ROSTER, 20, meter="user", cursor_life=None),
    MENTIONS: Stream(
        MENTIONS, (SignalKind.MENTIONED,), Shape.TIMELINE, 10, 5, meter="post", cursor_life=None
    ),
    LIKERS: Stream(
        LIKERS, (SignalKind.LIKED,), Shape.CAPPED, 10, per_post=True, meter="user", cursor_life=None
    ),
}


def lost() -> RetryLaterError:
    """Return what a cut connection looks like from here: the platform may have billed the answer."""
    return RetryLaterError("The answer never came.", code="timeout")


def refused() -> RetryLaterError:
    """Return a refusal, which costs nothing."""
    error = RetryLaterError("Not now.", code="busy")
    error.unbilled = True
    return error


@dataclass
class Till(ScriptedConnector):
    """Bills each answer when it is made, by UTC day; `cut` loses the next one on its way to us."""

    billed: Counter[str] = field(default_factory=Counter)
    day: str = ""
    cut: bool = False

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page, bill it, and perhaps lose it."""
        batch = super().fetch(request)
        ids = tuple(each.item or each.contact.platform_id for each in batch.signals)
        ids += tuple(each.post for each in batch.posts)
        batch = replace(batch, billed_items=len(ids), billed=ids)
        self.billed[self.day] += batch.billed_items * PRICE
        cut, self.cut = self.cut, False
        if cut:
            raise lost()
        return batch

    @property
    def bill(self) -> int:
        """What was charged on all days together, in micro-dollars."""
        return self.billed.total()
