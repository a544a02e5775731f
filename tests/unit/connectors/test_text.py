"""Text is made storable and otherwise left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.text import MAX_NAME, clean, clean_name

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("Ada", "Ada", id="ordinary-text-stays"),
        pytest.param("A\x00da", "A�da", id="a-nul-is-replaced"),
        pytest.param("Ada \ud83d", "Ada �", id="half-a-surrogate-pair-is-replaced"),
        pytest.param("\u202e<b>=1+1</b> é 🎉\n", "\u202e<b>=1+1</b> é 🎉\n", id="nothing-else-is"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert len(cleaned.encode()) >= len(cleaned) == len(text)
    assert clean(cleaned) == cleaned


@given(st.text(max_size=3 * MAX_NAME))
def test_a_name_is_cut_where_no_platform_lets_it_be_that_long(text: str) -> None:
    name = clean_name(text)
    assert name == clean(text) if len(text) <= MAX_NAME else name == f"{clean(text)[: MAX_NAME - 1]}…"
    assert len(name) <= MAX_NAME
