"""Every connector walks every listing to its end, and notices one that has none."""

import json
from collections.abc import Callable, Sequence

import pytest

from config.prices import prices
from connectors.base import Connector
from domain.batch import Batch, PageRequest
from domain.errors import CursorRefusedError, ItemGoneError, PagingLoopError
from domain.stream import Shape
from tests.contract.connectors.case import Act, Case
from tests.contract.connectors.conftest import Pages
from tests.contract.connectors.server import Platform
from tests.contract.connectors.walk import first_page, walk

Script = Callable[[str, Pages], None]

#: Three people over four pages: a full one, an empty one, a short one and the last.
FOUR_PAGES: Pages = {
    None: ((Act(9, "7009"), Act(8, "7008")), "cursor-one-AAAAAA"),
    "cursor-one-AAAAAA": ((), "cursor-two-BBBBBB"),
    "cursor-two-BBBBBB": ((Act(7, "7007"),), "cursor-three-CCCC"),
    "cursor-three-CCCC": ((Act(6, "7006"), Act(5, "7005")), None),
}


def authors(batches: Sequence[Batch]) -> list[str]:
    """Return the last part of every author's id, in order."""
    return [each.contact.platform_id.rsplit(":", 1)[-1] for batch in batches for each in batch.signals]


def test_every_page_is_read_though_one_is_empty_and_one_is_short(
    connector: Connector, case: Case, script: Script, stream: str
) -> None:
    script(stream, FOUR_PAGES)
    batches, _ = walk(connector, first_page(connector, case, stream))
    assert authors(batches) == ["7009", "7008", "7007", "7006", "7005"]
    assert [each.next_cursor is None for each in batches] == [False, False, False, True]


def test_a_listing_without_anything_ends_at_once(
    connector: Connector, case: Case, script: Script, stream: str
) -> None:
    script(stream, {None: ((), None)})
    batches, at = walk(connector, first_page(connector, case, stream))
    assert (len(batches), authors(batches), at.mark) == (1, [], None)


def test_a_page_read_twice_yields_the_same_signals(
    connector: Connector, case: Case, script: Script, stream: str
) -> None:
    script(stream, FOUR_PAGES)
    start = first_page(connector, case, stream)
    assert connector.fetch(start).signals == connector.fetch(start).signals


@pytest.mark.parametrize(
    "cursors",
    [
        pytest.param(["loop-AAAAAAAAAAAA"], id="a-page-that-leads-to-itself"),
        pytest.param(
            ["loop-AAAAAAAAAAAA", "loop-BBBBBBBBBBBB", "loop-CCCCCCCCCCCC"], id="a-ring-of-three-pages"
        ),
    ],
)
def test_a_loop_is_noticed(
    connector: Connector, case: Case, script: Script, stream: str, cursors: list[str]
) -> None:
    follows = dict(zip(cursors, [*cursors[1:], cursors[0]], strict=True))
    script(stream, {after: ((Act(9),), follows.get(after or "", cursors[0])) for after in (None, *cursors)})
    with pytest.raises(PagingLoopError):
        walk(connector, first_page(connector, case, stream))


def test_a_refused_cursor_is_no_end_and_nothing_gone(
    connector: Connector, case: Case, platform: Platform, stream: str
) -> None:
    platform.always(case.cursor_refused)
    start = first_page(connector, case, stream)
    with pytest.raises(CursorRefusedError):
        connector.fetch(PageRequest(start.stream, start.post, cursor="old-AAAAAAAAAAAAA"))


def test_a_post_that_is_gone_is_told_as_gone(connector: Connector, case: Case, platform: Platform) -> None:
    platform.always(case.gone)
    stream = next(name for name, each in connector.streams.items() if each.per_post)
    with pytest.raises(ItemGoneError):
        connector.fetch(PageRequest(stream, case.post))


def test_the_mark_is_the_highest_of_the_walk_and_moves_at_its_end(
    connector: Connector, case: Case, script: Script
) -> None:
    start = first_page(connector, case, case.timeline)
    script(case.timeline, {None: ((Act(9),), None)})
    highest = connector.fetch(start).newest
    script(
        case.timeline,
        {None: ((Act(4), Act(3)), "cursor-one-AAAAAA"), "cursor-one-AAAAAA": ((Act(2), Act(9)), None)},
    )
    batches, at = walk(connector, start)
    assert batches[0].newest is not None
    assert batches[0].newest < str(highest)
    assert at.mark == highest


@pytest.mark.parametrize(
    ("numbers", "behind"),
    [
        pytest.param([12, 8], False, id="one-of-the-page-is-newer"),
        pytest.param([9, 8], True, id="all-of-the-page-is-known"),
        pytest.param([], False, id="an-empty-page-says-nothing"),
    ],
)
def test_the_mark_is_reached_only_by_a_page_wholly_behind_it(
    connector: Connector, case: Case, script: Script, numbers: list[int], *, behind: bool
) -> None:
    script(case.timeline, {None: ((Act(9),), None)})
    mark = connector.fetch(first_page(connector, case, case.timeline)).newest
    script(case.timeline, {None: ([Act(each) for each in numbers], "cursor-one-AAAAAA")})
    batch = connector.fetch(first_page(connector, case, case.timeline, mark=mark))
    assert batch.reached_mark is behind


def test_a_malformed_item_is_quarantined_and_the_page_goes_on(
    connector: Connector, case: Case, script: Script, stream: str
) -> None:
    script(stream, {None: ((Act(9, "7009"), Act(8, "7008", malformed=True), Act(7, "7007")), None)})
    batch = connector.fetch(first_page(connector, case, stream))
    assert authors([batch]) == ["7009", "7007"]
    (set_aside,) = batch.quarantined
    assert set_aside.reason
    assert json.loads(set_aside.shape)
    assert not any(value in str(set_aside) for value in ("Ada", "7008", "Hello there"))


def test_an_act_without_a_shown_author_is_counted(connector: Connector, case: Case, script: Script) -> None:
    script(case.timeline, {None: ((Act(9, "7009"), Act(8, None)), None)})
    batch = connector.fetch(first_page(connector, case, case.timeline))
    assert (authors([batch]), batch.unattributed, batch.quarantined) == (["7009"], 1, ())


def test_streams_have_the_shapes_the_case_names(connector: Connector, case: Case) -> None:
    # A capped listing that passed for a roster would make people leave who only fell out of view.
    shapes = {
        Shape.ROSTER: case.roster,
        Shape.TIMELINE: case.timeline,
        Shape.CAPPED: case.capped,
    }
    assert all(connector.streams[name].shape is shape for shape, name in shapes.items() if name)


def test_streams_stand_under_their_names_and_their_meters_have_prices(connector: Connector) -> None:
    for name, each in connector.streams.items():
        assert each.name == name
        assert each.min_page <= each.max_page
        assert each.meter is None or each.meter in prices()
