"""Orders and disguises lose nobody and make nobody twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.mixing import Disguise, Shuffle, key_of, mix, mix_many

KEYS = st.integers(0, 2**64 - 1)


@given(st.integers(0, 400), KEYS)
def test_an_order_holds_everyone_once(size: int, key: int) -> None:
    order = Shuffle.seeded(size, key)
    assert sorted(order.at(each) for each in range(size)) == list(range(size))


@given(st.integers(1, 2**31 - 1), KEYS, st.data())
def test_an_order_is_read_both_ways(size: int, key: int, data: st.DataObject) -> None:
    order = Shuffle.seeded(size, key)
    place = data.draw(st.integers(0, size - 1))
    assert order.where(order.at(place)) == place
    many = np.array([place], dtype=np.uint64)
    assert order.at_many(many).tolist() == [order.at(place)]
    assert order.where_many(order.at_many(many)).tolist() == [place]


@given(KEYS, st.lists(st.integers(0, 2**64 - 1), max_size=5))
def test_many_are_hashed_as_one_is(key: int, values: list[int]) -> None:
    assert mix_many(key, np.array(values, dtype=np.uint64)).tolist() == [mix(key, each) for each in values]


@given(st.sampled_from([52, 54, 62]), KEYS, st.integers(0, 2**24))
def test_a_disguise_is_undone(bits: int, key: int, index: int) -> None:
    disguise = Disguise.seeded(bits, 10**15, key)
    assert disguise.index(disguise.number(index)) == index
    assert disguise.number_many(np.array([index], dtype=np.uint64)).tolist() == [disguise.number(index)]


def test_long_names_make_different_keys() -> None:
    assert key_of(1, "comments of a post") != key_of(1, "comments of a page")
