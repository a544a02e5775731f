"""Laws of the audience: one function of seed, index and day, the same from every side."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.acts import post_second
from simulator.audience import Audience
from simulator.follows import follow_many
from simulator.names import SHARED, SPECIAL
from simulator.people import OWN
from simulator.rings import COMMENTS, LIKES, LISTED, MENTIONS, QUOTES, REACTS, REPLIES, Ring

SEEDS = st.integers(0, 2**32)
ON_POSTS = [pytest.param(each, id=each.name) for each in LISTED if each.on_posts]
# A friendship or an opt-in is a state: no item of the platform, and it ends.
ACTS = [pytest.param(each, id=each.name) for each in LISTED if each.name not in {"friend", "opted_in"}]
LASTING = [each for each in ACTS if each.id != "reacts"]


@given(SEEDS, st.integers(0, 60))
def test_ids_are_nobody_elses_and_lead_back(seed: int, size: int) -> None:
    audience = Audience(seed, size)
    people = [audience.person(each) for each in range(size)]
    assert len({each.x_id for each in people}) == len({each.handle for each in people}) == size
    assert len({each.page_scoped_id for each in people} | {each.app_scoped_id for each in people}) == 2 * size
    for each in people[: audience.x_size]:
        assert audience.by_x_id(each.x_id) == audience.by_handle(each.handle.upper()) == each
    for each in people[audience.x_size :]:
        assert audience.by_page_scoped_id(each.page_scoped_id) == each
        assert audience.by_app_scoped_id(each.app_scoped_id) == each


def test_an_x_id_has_15_to_19_digits() -> None:
    audience = Audience(3, 4000)
    lengths = {len(audience.person(each).x_id) for each in range(audience.x_size)}
    assert lengths <= {15, 16, 17, 18, 19}


@given(SEEDS, st.text(alphabet="0123456789", min_size=1, max_size=19))
def test_an_invented_id_is_nobodys(seed: int, number: str) -> None:
    audience = Audience(seed, 100)
    known = {audience.person(each).x_id for each in range(50)}
    assert (audience.by_x_id(number) is not None) == (number in known)


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.integers(0, 120), st.integers(0, 5))
def test_what_people_do_is_what_the_listings_show(seed: int, size: int, day: int) -> None:
    audience = Audience(seed, size, day)
    by_person = sorted(act.serial for index in range(size) for act in audience.acts_of(index))
    listed = [act for ring in LISTED for act in audience.whole(ring).all() if act.slot < 1 << 25]
    assert sorted(each.serial for each in listed) == by_person
    assert len(set(by_person)) == len(by_person)


@pytest.mark.parametrize("ring", ON_POSTS)
def test_a_post_s_listing_is_its_share_of_the_whole(ring: Ring) -> None:
    audience = Audience(5, 3000, 2)
    whole = {each.serial for each in audience.whole(ring).all()}
    parts = [each for post in audience.posts for each in audience.on_post(ring, post).all()]
    assert {each.serial for each in parts} == whole
    assert len(parts) == len(whole)
    for post in audience.posts:
        seconds = [each.second for each in audience.on_post(ring, post).all()]
        assert seconds == sorted(seconds, reverse=True)
        assert all(each >= post_second(post) for each in seconds)


@given(st.integers(0, 40), st.integers(0, 40))
def test_any_stretch_of_a_listing_stands_alone(start: int, length: int) -> None:
    listing = Audience(9, 400, 3).on_post(COMMENTS, 11)
    pieces = [listing.slice(each, each + 1) for each in range(start, start + length)]
    assert listing.slice(start, start + length) == list(itertools.chain.from_iterable(pieces))


@pytest.mark.parametrize("ring", ACTS)
def test_an_act_is_found_by_its_number(ring: Ring) -> None:
    audience = Audience(2, 1000, 2)
    assert all(audience.act_of(each.serial) == each for each in audience.whole(ring).all())


@given(SEEDS, st.integers(0, 200))
def test_following_is_told_the_same_of_one_and_of_many(seed: int, day: int) -> None:
    audience = Audience(seed, 200, day)
    many = follow_many(audience, np.arange(100, dtype=np.uint64), day).tolist()
    assert many == [audience.follows_since(each) is not None for each in range(100)]
    assert all((audience.follows_since(each) or 0) <= day for each in range(100))


@pytest.mark.parametrize("day", [0, 1, 30, 100])
def test_three_fifths_follow_and_two_in_a_hundred_leave_a_day(day: int) -> None:
    audience = Audience(11, 40_000, day)
    people = np.arange(audience.x_size, dtype=np.uint64)
    today, tomorrow = (follow_many(audience, people, each) for each in (day, day + 1))
    assert 0.57 < today.mean() < 0.62
    assert 0.015 < (today & ~tomorrow).sum() / today.sum() < 0.025
    assert 0.015 < (~today & tomorrow).sum() / today.sum() < 0.025


@pytest.mark.parametrize("ring", LASTING)
def test_what_was_done_stays(ring: Ring) -> None:
    audience = Audience(4, 1500)
    days = [{each.serial for each in audience.on(day).whole(ring).all()} for day in (0, 1, 7)]
    assert days[0] <= days[1] <= days[2]
    assert days[0] < days[2]


def test_reactions_are_taken_back() -> None:
    audience = Audience(4, 1500)
    before, after = ({each.serial for each in audience.on(day).whole(REACTS).all()} for day in (0, 9))
    assert before - after
    assert after - before


def test_whoever_is_suspended_appears_nowhere() -> None:
    audience = Audience(1, 20_000, 1)
    shown = {each.person for ring in LISTED for each in audience.whole(ring).all()} - {OWN}
    suspended = {each for each in range(20_000) if audience.suspended(each)}
    assert suspended
    assert not shown & suspended
    assert all(audience.follows_since(each) is None for each in suspended if each < audience.x_size)


@pytest.mark.parametrize("size", [500, 2000, 200_000])
def test_a_post_never_shows_more_than_a_hundred_likers(size: int) -> None:
    audience = Audience(6, size, 3)
    shown = [len(audience.on_post(LIKES, post).all()) for post in audience.posts]
    assert max(shown) <= 100
    assert size < 10_000 or max(shown) > 95


@pytest.mark.parametrize("day", [0, 40, 400])
def test_mentions_stay_within_what_the_timeline_shows(day: int) -> None:
    audience = Audience(6, 2_000_000, day)
    replies, mentions = (
        sum(audience.count(ring, each) for each in range(day + 1)) for ring in (REPLIES, MENTIONS)
    )
    assert replies + mentions + 60 + 40 <= 800


def test_some_only_follow_some_only_like_and_some_do_nothing() -> None:
    audience = Audience(8, 2000)
    seen = {
        (audience.follows_since(each) is not None, frozenset(act.kind for act in audience.acts_of(each)))
        for each in range(audience.x_size)
    }
    assert {(True, frozenset()), (False, frozenset()), (False, frozenset({"likes"}))} <= seen
    assert any(len(kinds) > 2 for _, kinds in seen)


def test_the_team_s_own_account_is_among_its_likers_and_commenters() -> None:
    audience = Audience(8, 100)
    for ring in (LIKES, REPLIES, COMMENTS):
        assert any(each.person == OWN for each in audience.whole(ring).all())
    assert {each.person for each in audience.whole(COMMENTS).all()} >= set(audience.staff)


def test_names_are_of_every_unkind_sort_and_one_is_worn_by_many() -> None:
    audience = Audience(1, 20_000)
    names = [audience.person(each).name for each in range(20_000)]
    assert set(SPECIAL) <= set(names)
    assert names.count(SHARED) > 100


def test_every_answer_stands_under_its_comment() -> None:
    audience = Audience(3, 3000, 2)
    comments = audience.whole(COMMENTS).all()
    below = [reply.serial for each in comments for reply in audience.answers_to(each)]
    assert sorted(below) == sorted(each.serial for each in comments if each.answers is not None)
    assert below


def test_quotes_grow_with_the_audience() -> None:
    assert Audience(1, 1_000_000).count(QUOTES, 0) == 10_001
