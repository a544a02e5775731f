"""Tables by area: whoever knows all that is shown, and how it is made, learns of no small group."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.areas import meanings, meant, readings, shown
from domain.area import UNKNOWN, Area, AreaError

#: The smallest number in these tables: small enough to try out every table that there can be.
LEAST = 3
CODES = (UNKNOWN, "01", "02", "03")

small_tables = st.lists(st.integers(0, 6), min_size=1, max_size=len(CODES)).map(
    lambda counts: dict(zip(CODES, counts, strict=False))
)
large_tables = st.dictionaries(
    st.sampled_from([UNKNOWN, *(f"{each:02}" for each in range(30))]),
    st.integers(0, 200) | st.integers(0, 25),
    min_size=1,
)


def compatible(counts: dict[str, int], least: int) -> list[dict[str, int]]:
    """Return every table that somebody must hold possible who sees what is shown, and the total."""
    seen, total = shown(counts, least), sum(counts.values())
    free = [code for code, number in seen.items() if number is None]
    left = total - sum(number for number in seen.values() if number is not None)
    tables = []
    for numbers in product(range(left + 1), repeat=len(free)):
        if sum(numbers) == left:
            guess = {**counts, **dict(zip(free, numbers, strict=True))}
            if shown(guess, least) == seen:
                tables.append(guess)
    return tables


@given(small_tables)
def test_who_knows_the_rule_and_every_total_cannot_bound_a_hidden_number_below_the_least(
    counts: dict[str, int],
) -> None:
    if sum(counts.values()) < LEAST:
        return
    seen, possible = shown(counts, LEAST), compatible(counts, LEAST)
    for code, number in seen.items():
        if number is None:
            assert max(each[code] for each in possible) >= LEAST
            assert min(each[code] for each in possible) < LEAST


@given(large_tables, st.integers(1, 30), st.randoms(use_true_random=False))
def test_the_table_is_the_same_whichever_hidden_area_has_which_hidden_number(
    counts: dict[str, int], least: int, order: object
) -> None:
    if sum(counts.values()) < least:
        return
    seen = shown(counts, least)
    hidden = [code for code, number in seen.items() if number is None]
    numbers = [counts[each] for each in hidden]
    order.shuffle(numbers)  # type: ignore[attr-defined]
    assert shown({**counts, **dict(zip(hidden, numbers, strict=True))}, least) == seen


@given(large_tables, st.integers(1, 30))
def test_what_is_shown_is_true_and_large_and_never_all_but_one(counts: dict[str, int], least: int) -> None:
    if sum(counts.values()) < least:
        with pytest.raises(AreaError, match="Fewer than"):
            shown(counts, least)
        return
    seen = shown(counts, least)
    told = {code: number for code, number in seen.items() if number is not None}
    assert all(number >= least and number == counts[code] for code, number in told.items())
    assert seen.keys() == counts.keys()
    hidden = seen.keys() - told.keys()
    assert len(hidden) != 1
    assert not hidden or sum(counts[each] for each in hidden) >= least


def test_everything_is_shown_where_nothing_is_small() -> None:
    assert shown({UNKNOWN: 30, "01": 20, "02": 21}, 20) == {UNKNOWN: 30, "01": 20, "02": 21}


def test_the_smallest_of_the_large_goes_with_the_small() -> None:
    counts = {UNKNOWN: 500, "01": 19, "02": 21, "03": 22, "04": 21}
    assert shown(counts, 20) == {UNKNOWN: 500, "01": None, "02": None, "03": 22, "04": None}


def test_the_unknown_go_too_where_nothing_else_is_large() -> None:
    assert shown({UNKNOWN: 500, "01": 19, "02": 3}, 20) == dict.fromkeys((UNKNOWN, "01", "02"))


PARIS = [
    Area("75056", "Paris", ("75001", "75002")),
    Area("69123", "Lyon", ("69001", "Lyon 1er")),
    Area("33063", "Saint-Denis"),
    Area("97411", "Saint-Denis", ("97400",)),
]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Paris", "75056"),
        ("  PARIS ", "75056"),
        ("75002", "75056"),
        ("75002 Paris cedex", "75056"),
        ("12 rue du Port, 69001 LYON", "69123"),
        ("lyon 1ER", "69123"),
        ("Saint-Denis", None),
        ("saint denis 97400", "97411"),
        ("75001 ou 69001", None),
        ("Lyon 3", None),
        ("near Paris", None),
        ("", None),
    ],
)
def test_an_area_is_meant_where_what_was_written_means_it_alone(written: str, code: str | None) -> None:
    assert meant(written, meanings(PARIS)) == code


@given(st.text(max_size=200))
def test_anything_may_be_written(written: str) -> None:
    assert meant(written, meanings(PARIS)) in {None, *(each.code for each in PARIS)}
    assert len(readings(written)) >= 1
