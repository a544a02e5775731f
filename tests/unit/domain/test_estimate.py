"""What a harvest will take: close where counts are known, honest where they are not."""

from dataclasses import replace

import pytest

from domain.errors import RegularsError
from domain.estimate import Counts, Documented, Earlier, Known, Priced, Range, Row, Total, estimate, total
from domain.signal import SignalKind
from domain.stream import POSTS, Shape, Stream

FAST = Documented(300, 900, 800)
POSTS_ = Priced(Stream(POSTS, (), Shape.TIMELINE, 100, 5), Documented(900, 900, 3_200), Range(1_000, 1_000))
FOLLOWERS = Priced(
    Stream("followers", (SignalKind.FOLLOWS,), Shape.ROSTER, 1_000), Documented(300, 900), Range(1_000, 1_000)
)
MENTIONS = Priced(Stream("mentions", (SignalKind.MENTIONED,), Shape.TIMELINE, 100), FAST, Range(1_000, 1_000))
LIKERS = Priced(
    Stream("likers", (SignalKind.LIKED,), Shape.CAPPED, 100, per_post=True),
    Documented(75, 900, most_per_post=100),
    Range(1_000, 10_000),
)
QUOTES = Priced(
    Stream("quotes", (SignalKind.QUOTED,), Shape.TIMELINE, 100, 10, per_post=True),
    Documented(75, 900, most_per_post=100, assumed=True),
    Range(5_000, 5_000),
)
COMMENTS = Priced(
    Stream("comments", (SignalKind.COMMENTED,), Shape.TIMELINE, 100, per_post=True),
    Documented(4_800, 86_400, most_per_post=100, assumed=True),
    Range(0, 0),
)


def row(known: Known, priced: Priced) -> Row:
    """Estimate one stream, with the list of posts where it needs one."""
    streams = [POSTS_, priced] if priced.stream.per_post else [priced]
    return estimate(known, streams)[-1]


def test_followers_are_known_within_five_percent() -> None:
    found = row(Known(followers=10_000), FOLLOWERS)
    assert found.items == Range(9_750, 10_251)
    assert found.micro_usd == Range(9_750_000, 10_251_000)
    assert found.requests == Range(10, 19)


def test_without_any_number_followers_cannot_be_bounded() -> None:
    with pytest.raises(RegularsError, match="account check"):
        row(Known(), FOLLOWERS)


def test_an_earlier_walk_stands_in_for_a_count() -> None:
    found = row(Known(earlier={"followers": Earlier(1_000, 30, 2)}), FOLLOWERS)
    assert found.items == Range(900, 1_101)
    assert "last walk" in found.basis


def test_what_was_billed_today_may_be_free() -> None:
    found = row(Known(followers=1_000, billed_today={"followers": 990}), FOLLOWERS)
    assert found.micro_usd == Range(0, found.items.high * 1_000)


def test_of_a_timeline_never_read_only_its_documented_end_is_known() -> None:
    found = row(Known(), MENTIONS)
    assert (found.items, found.basis) == (Range(0, 800), "documented: at most 800")


def test_a_timeline_read_before_grows_at_most_at_twice_its_pace() -> None:
    assert row(Known(earlier={"mentions": Earlier(300, 30, 2)}), MENTIONS).items == Range(0, 50)
    assert row(Known(earlier={"mentions": Earlier(300, 30, 365)}), MENTIONS).items == Range(0, 800)
    endless = MENTIONS._replace(documented=Documented(300, 900))
    assert row(Known(earlier={"mentions": Earlier(300, 30, 365)}), endless).items.high == 7_310


def test_own_posts_are_at_most_what_the_platform_counts() -> None:
    assert row(Known(posts_count=40), POSTS_).items == Range(0, 43)
    assert row(Known(posts_count=50_000), POSTS_).items == Range(0, 3_282)
    endless = POSTS_._replace(documented=Documented(900, 900))
    assert row(Known(posts_count=50_000), endless).items.high == 51_252


def test_likers_of_posts_not_known_yet_are_a_hundred_each() -> None:
    found = row(Known(posts_count=10), LIKERS)
    assert (found.items, found.requests.low) == (Range(0, 1_300), 0)
    assert found.micro_usd == Range(0, 13_000_000)
    assert found.basis == "no post yet; documented: at most 100 a post"


def test_likers_of_known_posts_are_their_counts_and_never_more_than_are_shown() -> None:
    walked = {POSTS: Earlier(2, 30, 0)}
    found = row(Known(posts=[Counts(50, 1, 1), Counts(5_000, 1, 1)], earlier=walked), LIKERS)
    # 57 and 100 of the two, which may have grown; ten posts may be new, each with at most a hundred.
    assert found.items == Range(80, 57 + 100 + 10 * 100)
    assert found.requests.low == 2
    # The same people may have liked both, and X may bill likes instead of users.
    assert found.micro_usd.low == 80 * 1_000


def test_a_post_without_a_count_may_have_as_many_as_are_shown() -> None:
    walked = {POSTS: Earlier(0, 30, 0)}
    found = row(Known(posts=[Counts(None, None, None), Counts(0, 0, 0)], earlier=walked), LIKERS)
    assert found.items == Range(0, 1 + 100)
    assert found.basis == "2 posts, 1 without a count"


def test_a_supposed_end_cuts_no_count_and_quotes_may_stand_in_the_mentions() -> None:
    found = row(Known(posts=[Counts(1, 1, 300)], earlier={POSTS: Earlier(0, 30, 0)}), QUOTES)
    assert found.items.low == 0
    assert found.items.high >= 330
    assert row(Known(posts=[Counts(1, 1, 1)]), COMMENTS).basis == "1 posts, 1 without a count"


def test_time_is_whole_windows_that_must_be_waited_for() -> None:
    walk = replace(FOLLOWERS.stream, max_page=1)
    found = row(Known(followers=1_000), FOLLOWERS._replace(stream=walk))
    assert found.requests.high > 1_500
    assert found.seconds > 5 * 900
    assert row(Known(followers=10), FOLLOWERS).seconds == 1


def test_streams_are_read_side_by_side_and_those_of_posts_after_the_posts() -> None:
    rows = [
        Row(POSTS, Range(0, 0), Range(1, 2), Range(0, 5), 100, ""),
        Row("followers", Range(0, 0), Range(1, 1), Range(3, 4), 120, ""),
        Row("likers", Range(0, 0), Range(0, 9), Range(0, 1), 40, ""),
        Row("quotes", Range(0, 0), Range(0, 9), Range(0, 1), 30, ""),
    ]
    streams = [POSTS_, FOLLOWERS, LIKERS, QUOTES]
    assert total(rows, streams, shared_limit=False) == Total(Range(2, 21), Range(3, 11), 140)
    assert total(rows[:2], streams[:2], shared_limit=False).seconds == 120
    assert total(rows, streams, shared_limit=True).seconds == 290
    assert total([], [], shared_limit=False) == Total(Range(0, 0), Range(0, 0), 0)
