"""Laws of a harvest: whatever goes wrong on the way, the store ends as the audience is."""

import contextlib
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.contact import ContactKey
from domain.errors import (
    BadAnswerError,
    CursorRefusedError,
    OperatorNeededError,
    PageTooLargeError,
    RetryLaterError,
)
from store import runs
from store.database import Database
from store.runs import LEASE
from tests.cast import NOW, follows, mentions
from tests.contents import feed, inside, labels, let_be_shown, rows, wipe
from tests.fragile import Crash, CrashError, Fragile
from tests.scripted import FOLLOWERS, MENTIONS, ScriptedConnector, Upset
from tests.travel import AtOnce, Travel

PEOPLE = tuple(ContactKey("twitter", f"70{each:02}") for each in range(8))
ITEMS = tuple(f"80{each:02}" for each in range(12))

#: Messages within which every plan has long ended.
STEPS = 200


mishaps = st.one_of(
    st.integers(1, 4),
    st.builds(Crash, st.integers(1, 4), st.booleans()),
    st.sampled_from(
        [
            RetryLaterError("Not now.", code="busy"),
            RetryLaterError("Limited.", code="limited", retry_at=NOW),
            CursorRefusedError("Too old.", code="cursor"),
            BadAnswerError("Unreadable.", code="html"),
            PageTooLargeError("Too large.", code="large"),
            OperatorNeededError("The token is dead.", code="dead"),
        ]
    ),
)
plans = st.lists(mishaps, max_size=12)
audiences = st.lists(st.sampled_from(PEOPLE), unique=True)
law = settings(
    max_examples=20,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes on a database
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def carry_out(
    travel: Travel, stream: str, plan: Sequence[Upset | Crash], watch: Callable[[], None] = lambda: None
) -> None:
    """Harvest a stream through the mishaps of a plan; who died is waited for, what failed is replayed."""
    fragile = travel.road.database
    assert isinstance(fragile, Fragile)
    coming = list(plan)
    run_id = travel.begin(stream)[stream]
    for _ in range(STEPS):
        run = travel.run(run_id)
        if run["state"] == "done":
            if run["passed_over"]:  # three deaths in a row over a page: the next walk reads it
                carry_out(travel, stream, [], watch)
            return
        if run["state"] == "failed":
            with travel.database.write() as connection:
                runs.replay(connection, run_id, now=travel.clock())
            continue
        travel.clock.at = max(travel.clock(), run["due_at"])
        if run["claimed_by"]:
            travel.clock.forward(seconds=LEASE.total_seconds() + 1)
        mishap = coming.pop(0) if coming else 3
        fragile.crash = mishap if isinstance(mishap, Crash) else None
        travel.connector.upsets = [2 if isinstance(mishap, Crash) else mishap, 1, 2, 1, 3]
        with contextlib.suppress(CrashError):
            travel.step(run_id)
        watch()
    raise AssertionError("The run does not end.")


def fresh_travel(database: Database, *, ahead: bool) -> Travel:
    wipe(database)
    return Travel(Fragile(database), ScriptedConnector(), helpers=AtOnce() if ahead else None)


@law
@given(before=audiences, after=audiences, first=plans, second=plans, ahead=st.booleans())
def test_the_store_ends_as_the_audience_is(
    database: Database,
    before: list[ContactKey],
    after: list[ContactKey],
    first: list[Upset | Crash],
    second: list[Upset | Crash],
    ahead: bool,  # noqa: FBT001  # drawn by Hypothesis
) -> None:
    travel = fresh_travel(database, ahead=ahead)
    for audience, plan in ((before, first), (after, second)):
        travel.connector.listings[FOLLOWERS, ""] = [follows(each) for each in audience]
        carry_out(travel, FOLLOWERS, plan)
        let_be_shown(database)
    come, gone = ({each.platform_id for each in keys} for keys in (after, set(before) - set(after)))
    assert inside(database) == come
    assert labels(database) == dict.fromkeys(come, "regular") | dict.fromkeys(gone, "none")
    # Each person entered once and left at most once: nothing was written twice, nobody left wrongly.
    steps = feed(database)
    assert [each[0] for each in steps] == list(range(1, len(steps) + 1))
    assert sorted(each[1] for each in steps if each[2] == "upsert") == sorted(come | gone)
    assert sorted(each[1] for each in steps if each[2] == "remove") == sorted(gone)
    assert len(rows(database, "decisions")) == len(steps)
    assert (rows(database, "outbox"), rows(database, "roster_pages")) == ([], [])


@law
@given(known=st.integers(0, len(ITEMS)), first=plans, second=plans, ahead=st.booleans())
def test_a_timeline_is_read_whole_and_its_mark_is_the_highest(
    database: Database,
    known: int,
    first: list[Upset | Crash],
    second: list[Upset | Crash],
    ahead: bool,  # noqa: FBT001
) -> None:
    travel = fresh_travel(database, ahead=ahead)

    def watch() -> None:
        """Nothing at or below the mark may be missing: a mark that moves too early loses it for ever."""
        mark = max((each["mark"] or "" for each in rows(database, "checkpoints")), default="")
        stored = {each["item"] for each in rows(database, "signals")}
        assert {each for each in ITEMS if each <= mark} <= stored

    for items, plan in ((ITEMS[:known], first), (ITEMS, second)):
        newest_first = [mentions(PEOPLE[int(each) % 8], each) for each in reversed(items)]
        travel.connector.listings[MENTIONS, ""] = newest_first
        carry_out(travel, MENTIONS, plan, watch)
    assert {each["item"] for each in rows(database, "signals")} == set(ITEMS)
    (checkpoint,) = rows(database, "checkpoints")
    assert (checkpoint["mark"], checkpoint["cursor"], checkpoint["walk_newest"]) == (ITEMS[-1], None, None)
