"""The seal of waiting pushes: opens what it sealed, reads what was not sealed, refuses all else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bodies import BodyError, BodySealer, new_key

OURS = BodySealer(new_key())


@given(st.binary())
def test_whatever_is_sealed_opens_as_it_was(body: bytes) -> None:
    sealed = OURS.seal(body)
    assert OURS.open(sealed) == body
    assert len(body) < 4 or body not in sealed


def test_the_same_body_is_never_sealed_the_same() -> None:
    assert OURS.seal(b"{}") != OURS.seal(b"{}")


@given(st.dictionaries(st.text(), st.text()).map(repr))
def test_what_came_before_there_was_a_seal_is_read(body: str) -> None:
    assert OURS.open(body.encode()) == body.encode()


@given(st.integers(0, 35), st.integers(1, 255))
def test_what_another_key_sealed_or_was_changed_is_refused(place: int, by: int) -> None:
    with pytest.raises(BodyError):
        OURS.open(BodySealer(new_key()).seal(b'{"a":1}'))
    sealed = bytearray(OURS.seal(b'{"a":1}'))
    if place:  # the first byte tells that it is sealed
        sealed[place] ^= by
        with pytest.raises(BodyError):
            OURS.open(bytes(sealed))
    with pytest.raises(BodyError):
        OURS.open(bytes(sealed[: place + 1][:30]))
