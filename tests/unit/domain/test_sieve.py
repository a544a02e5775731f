"""The sieve never says "no" to what it took in."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from domain.sieve import START_BYTES, VALUE_BYTES, Sieve

values = st.lists(st.binary(min_size=32, max_size=32), max_size=8)


@given(values, values)
def test_whoever_is_in_it_passes(inside: list[bytes], others: list[bytes]) -> None:
    sieve = Sieve()
    sieve.add(b"".join(each[:START_BYTES] for each in inside))
    passed = sieve.perhaps(b"".join([*inside, *others]))
    assert {*range(len(inside))} <= {*passed}


def test_most_others_do_not_and_nobody_does_when_it_begins_anew() -> None:
    inside, others = (_values(each, 2_000) for each in ("inside", "others"))
    sieve = Sieve()
    sieve.add(b"".join(inside[each : each + START_BYTES] for each in range(0, len(inside), VALUE_BYTES)))
    assert len(sieve.perhaps(inside)) == 2_000
    assert len(sieve.perhaps(others)) < 20
    sieve.begin("another database")
    assert (sieve.perhaps(inside), sieve.of, sieve.read) == ([], "another database", None)


def _values(kind: str, count: int) -> bytes:
    return b"".join(hashlib.sha256(f"{kind}{each}".encode()).digest() for each in range(count))
