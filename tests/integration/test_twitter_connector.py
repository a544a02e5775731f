"""Every stream of X walked to its end against the simulator brings exactly the acts of its truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import Connector
from connectors.registry import connect
from domain.account import Account
from domain.batch import Batch, PageRequest
from domain.checkpoint import Checkpoint
from domain.credentials import Credentials
from domain.errors import BadAnswerError, CursorRefusedError, OperatorNeededError, RetryLaterError
from domain.signal import SignalKind
from domain.stream import COUNT
from tests.contract.connectors.walk import NOW
from tests.journey.road import Simulator, simulator

#: What the simulator calls an act, and the kind that its signal has.
KINDS = {
    "follows": SignalKind.FOLLOWS,
    "likes": SignalKind.LIKED,
    "reposts": SignalKind.SHARED,
    "replies": SignalKind.REPLIED,
    "mentions": SignalKind.MENTIONED,
    "quotes": SignalKind.QUOTED,
}
#: A request may fail so often in a row before the walk is given up.
MOST_FAILURES = 20
#: Small enough for listings of many pages, short and empty ones among them.
SMALL_PAGE = 10

Act = tuple[str, SignalKind, str]


def connected(world: Simulator, whose: str = "user") -> Connector:
    ready = world.ready["twitter"]
    account = Account("twitter", ready["account_id"], "The Team")
    return connect(account, Credentials(ready[f"{whose}_token"]), ready["base_url"])


def patiently(connector: Connector, request: PageRequest) -> Batch | None:
    """Read a page however often it fails; None where its cursor is refused."""
    for _ in range(MOST_FAILURES):
        try:
            return connector.fetch(request)
        except CursorRefusedError:
            return None
        except (RetryLaterError, BadAnswerError):
            continue
    raise AssertionError("the simulator never answered")


def walked(connector: Connector, stream: str, post: str = "") -> Iterator[Batch]:
    """Read a listing to its end as a harvest does."""
    at = Checkpoint()
    while True:
        batch = patiently(connector, PageRequest(stream, post, at.cursor, at.mark, SMALL_PAGE))
        if batch is None:
            at = at.restarted()
            continue
        yield batch
        at = at.after(batch, now=NOW)
        if not at.walking:
            return


def harvested(connector: Connector) -> list[Batch]:
    """Read every stream, those of a post for each own post."""
    batches: list[Batch] = []
    own_posts: list[str] = []
    for name, each in connector.streams.items():
        for post in own_posts if each.per_post else [""]:
            batches += walked(connector, name, post)
        own_posts = own_posts or [post.post for batch in batches for post in batch.posts]
    return batches


def true_acts(world: Simulator) -> set[Act]:
    return {
        (person["contact_key"], KINDS[act["act"]], act["item"] or "")
        for person in world.truth()
        if person["platform"] == "twitter"
        for act in person["acts"]
    }


@pytest.mark.parametrize(
    ("seed", "faults"),
    [pytest.param(1, "none", id="a-kind-network"), pytest.param(2, "all", id="every-fault")],
)
def test_what_is_read_is_what_is_done(tmp_path: Path, seed: int, faults: str) -> None:
    with simulator(tmp_path, seed=seed, audience=500, faults=faults, hang_s=0.2) as world:
        batches = harvested(connected(world))
        truth = true_acts(world)
    acts = {(str(act.contact), act.kind, act.item) for batch in batches for act in batch.signals}
    assert {each[1] for each in acts} == set(KINDS.values())
    assert acts - truth == set()
    assert truth - acts == set()
    assert not any(batch.quarantined or batch.unattributed for batch in batches)


def test_a_token_is_proved_and_every_stream_is_readable(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=3, audience=500, faults="none") as world:
        connector = connected(world)
        assert connector.prove().platform_id == world.ready["twitter"]["account_id"]
        checks = connector.check()
        with pytest.raises(OperatorNeededError, match="belongs to an app, not to an account"):
            connected(world, "app").prove()
    assert [each.stream for each in checks] == [each for each in connector.streams if each != COUNT]
    assert all(each.readable for each in checks), checks
