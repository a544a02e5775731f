"""Link tokens: what was sealed opens unchanged under any later key, and nothing else does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.link_tokens import MAX_TOKEN, ExpiredError, LinkError, LinkSealer, new_key
from tests.cast import NOW

KEYS = [new_key(), new_key()]
LINKS = LinkSealer(KEYS)
CONTENT = b"what it stands for"


@given(st.binary(max_size=300), st.sampled_from(["stop", "join"]))
def test_what_was_sealed_opens_with_the_same_and_with_more_keys(content: bytes, purpose: str) -> None:
    token = LinkSealer(KEYS[:1]).seal(purpose, content, now=NOW)
    assert LINKS.open(purpose, token, now=NOW + timedelta(days=10_000)) == content
    assert content not in token.encode() or len(content) < 4


@given(st.data())
def test_one_changed_character_is_refused(data: st.DataObject) -> None:
    token = LINKS.seal("stop", CONTENT, now=NOW)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda each: each != token[place]))
    assert LINKS.open("stop", token, now=NOW) == CONTENT
    with pytest.raises(LinkError):
        LINKS.open("stop", token[:place] + other + token[place + 1 :], now=NOW)


@given(st.text(max_size=200))
def test_whatever_somebody_types_is_refused(token: str) -> None:
    with pytest.raises(LinkError):
        LINKS.open("stop", token, now=NOW)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, MAX_TOKEN, MAX_TOKEN + 1, 1_000_000])
def test_any_length_is_refused(length: int) -> None:
    with pytest.raises(LinkError):
        LINKS.open("stop", "A" * length, now=NOW)


@pytest.mark.parametrize("length", [1, 20, 36])  # one ends on a whole byte, two leave bits over
def test_every_ending_but_its_own_is_refused_even_where_it_decodes_to_the_same(length: int) -> None:
    token = LINKS.seal("stop", b"x" * length, now=NOW)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    fits = []
    for each in [token + "=", token + "==", *(token[:-1] + last for last in alphabet)]:
        try:
            LINKS.open("stop", each, now=NOW)
        except LinkError:
            continue
        fits.append(each)
    assert fits == [token]


def test_a_token_opens_for_its_purpose_alone() -> None:
    token = LINKS.seal("join", CONTENT, now=NOW)
    assert LINKS.open("join", token, now=NOW) == CONTENT
    for purpose in ("stop", "joi", "join\0what it stands for", ""):
        with pytest.raises(LinkError):
            LINKS.open(purpose, token, now=NOW)


def test_another_installations_token_is_none() -> None:
    token = LinkSealer([new_key()]).seal("stop", CONTENT, now=NOW)
    with pytest.raises(LinkError):
        LINKS.open("stop", token, now=NOW)


def test_a_token_that_lasts_is_refused_after_its_time() -> None:
    token, week = LINKS.seal("join", CONTENT, now=NOW), timedelta(days=7)
    assert LINKS.open("join", token, now=NOW + week, lasts=week) == CONTENT
    with pytest.raises(ExpiredError):
        LINKS.open("join", token, now=NOW + week + timedelta(seconds=1), lasts=week)


def test_a_mark_tells_nothing_and_later_keys_do_not_change_it() -> None:
    mark = LINKS.mark("2026-11-01:ada@club.example")
    assert mark == LinkSealer(KEYS[:1]).mark("2026-11-01:ada@club.example")
    assert mark != LINKS.mark("2026-11-02:ada@club.example")
    assert mark != LinkSealer(KEYS[1:]).mark("2026-11-01:ada@club.example")
    assert len(mark) == 64
