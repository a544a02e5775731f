"""The laws of walking through one listing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.batch import Batch, Post
from domain.checkpoint import MAX_EMPTY_PAGES, Checkpoint
from domain.errors import PagingLoopError
from domain.stream import CURSOR_LIFE

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
A_POST = (Post("701", None),)
PLACES = st.none() | st.integers(1000, 9999).map(str)


def walk(checkpoint: Checkpoint, places: Sequence[str | None]) -> list[Checkpoint]:
    """Return every checkpoint of a walk whose pages begin at `places`; the last page ends it."""
    passed = []
    for page, newest in enumerate(places):
        last = page == len(places) - 1
        batch = Batch(posts=A_POST, newest=newest, next_cursor=None if last else f"cursor-{page}")
        checkpoint = checkpoint.after(batch, now=NOW)
        passed.append(checkpoint)
    return passed


@given(PLACES, st.lists(PLACES, min_size=1, max_size=40))
def test_a_finished_walk_marks_its_highest_place_and_never_a_lower_one_than_before(
    mark: str | None, places: list[str | None]
) -> None:
    end = walk(Checkpoint(mark=mark), places)[-1]

    assert end == Checkpoint(mark=max(filter(None, [mark, *places]), default=None))


@given(PLACES, st.lists(PLACES, min_size=2, max_size=40))
def test_the_mark_does_not_move_before_the_end(mark: str | None, places: list[str | None]) -> None:
    under_way = walk(Checkpoint(mark=mark), places)[:-1]

    assert all(each.mark == mark and each.walking for each in under_way)


@given(PLACES, st.lists(PLACES, min_size=2, max_size=40))
def test_a_restart_keeps_the_mark_and_forgets_the_walk(mark: str | None, places: list[str | None]) -> None:
    for each in walk(Checkpoint(mark=mark), places)[:-1]:
        assert each.restarted() == Checkpoint(mark=mark)
        assert not each.restarted().walking


def test_reaching_the_mark_ends_the_walk_although_a_cursor_was_given() -> None:
    batch = Batch(newest="3000", next_cursor="more", reached_mark=True)

    assert Checkpoint(mark="2000").after(batch, now=NOW) == Checkpoint(mark="3000")


def test_a_page_that_goes_on_saves_its_cursor_and_when() -> None:
    after = Checkpoint().after(Batch(posts=A_POST, newest="5", next_cursor="c1"), now=NOW)

    assert after == Checkpoint(walk_newest="5", cursor="c1", cursor_at=NOW, anchor="c1", pages=1)


def walk_through(places: Sequence[int]) -> None:
    """Walk pages that lead to these places, none of which is the end."""
    checkpoint = Checkpoint()
    for each in places:
        checkpoint = checkpoint.after(Batch(posts=A_POST, next_cursor=f"c{each}"), now=NOW)


@given(st.integers(0, 30), st.integers(1, 30))
def test_any_cycle_is_found_within_a_bounded_number_of_pages(lead: int, length: int) -> None:
    bound = 3 * (lead + length) + 2
    places = [page if page < lead else lead + (page - lead) % length for page in range(bound)]

    with pytest.raises(PagingLoopError) as caught:
        walk_through(places)

    assert caught.value.code == "paging_loop"


@given(st.integers(1, 300))
def test_pages_that_all_differ_are_no_loop(pages: int) -> None:
    assert walk(Checkpoint(), ["1"] * pages)[-1] == Checkpoint(mark="1")


def empty_pages(checkpoint: Checkpoint, count: int) -> Checkpoint:
    """Walk on through `count` pages without an item."""
    for _ in range(count):
        checkpoint = checkpoint.after(Batch(next_cursor=f"empty-{checkpoint.pages}"), now=NOW)
    return checkpoint


def test_as_many_empty_pages_as_allowed_are_walked_through() -> None:
    assert empty_pages(Checkpoint(), MAX_EMPTY_PAGES).empty_pages == MAX_EMPTY_PAGES


def test_one_empty_page_too_many_is_a_loop() -> None:
    with pytest.raises(PagingLoopError):
        empty_pages(Checkpoint(), MAX_EMPTY_PAGES + 1)


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(Batch(posts=A_POST, next_cursor="on"), id="a page with a post"),
        pytest.param(Batch(billed_items=1, next_cursor="on"), id="a page with a billed item"),
    ],
)
def test_an_item_begins_the_count_of_empty_pages_again(batch: Batch) -> None:
    assert empty_pages(Checkpoint(), MAX_EMPTY_PAGES).after(batch, now=NOW).empty_pages == 0


@pytest.mark.parametrize(
    ("cursor_at", "aged"),
    [
        pytest.param(None, False, id="no cursor cannot age"),
        pytest.param(NOW - CURSOR_LIFE, False, id="a cursor at the end of its life still counts"),
        pytest.param(NOW - CURSOR_LIFE - timedelta(seconds=1), True, id="a second later it is too old"),
    ],
)
def test_cursors_age(cursor_at: datetime | None, aged: bool) -> None:  # noqa: FBT001  # a table's column
    assert Checkpoint(cursor_at=cursor_at).aged(NOW, CURSOR_LIFE) is aged


def test_a_cursor_without_a_life_does_not_age() -> None:
    assert not Checkpoint(cursor_at=NOW - timedelta(days=400)).aged(NOW, None)
