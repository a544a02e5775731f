"""Words are found at their places; folding finds the plain form of one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.topics.cleaning import bared, fold, forms, starts_of, words_in


@settings(deadline=None)
@given(st.text())
def test_every_word_stands_where_it_is_said_to_begin(text: str) -> None:
    bare = bared(text)
    words = words_in(bare)
    starts = starts_of(bare, words)
    assert starts == sorted(set(starts))
    assert [text[start : start + len(word)] for start, word in zip(starts, words, strict=True)] == words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("voir https://mairie.example/sante?x=1 ici", "voir ici", id="an-address"),
        pytest.param("voir WWW.mairie.example", "voir", id="an-address-in-capitals"),
        pytest.param("merci @ada_health.example !", "merci", id="a-mention"),
        pytest.param("l\u2019hôpital «public»", "l hôpital public", id="typographic-quotes"),
        pytest.param("bus\x00train\ntram", "bus train tram", id="null-and-line-ends"),
        pytest.param("❤️🚲 vélo_ville", "\ufe0f vélo ville", id="emoji-and-underscores"),
    ],
)
def test_what_is_no_word_is_left_out(text: str, left: str) -> None:
    assert words_in(bared(text)) == left.split()


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("HÔPITAL", "hopital"),
        ("Œuvre", "oeuvre"),
        ("ho\u0302pital", "hopital"),
        ("hô\u200bpi\u00adtal", "hopital"),
        ("Straße", "strasse"),
        ("vote", "vote"),
    ],
)
def test_a_word_is_folded(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("word", "another"),
    [
        ("hospitals", "hospital"),
        ("pharmacies", "pharmacy"),
        ("pharmacies", "pharmacie"),
        ("taxes", "tax"),
        ("locaux", "local"),
        ("chateaux", "chateau"),
        ("soooooo", "so"),
        ("schoools", "school"),
    ],
)
def test_a_word_may_be_a_plural_or_drawn_out(word: str, another: str) -> None:
    assert another in forms(word)


@pytest.mark.parametrize("word", ["plus", "bus", "class", "x", "prix"])
def test_not_every_s_makes_a_plural(word: str) -> None:
    assert forms(word) == (word,)
