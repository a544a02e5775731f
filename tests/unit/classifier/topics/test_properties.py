"""Laws of reading, over our own terms: what changes nothing, what never adds, and answers in linear time."""

import time
import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.topics.reader import Reader
from config.topics import load, load_words
from domain.topic import Reading

SAID = (
    "Il faut plus de médecins dans les hôpitaux et des soignants mieux payés.",
    "Les élèves de l'école attendent des professeurs depuis la rentrée scolaire.",
    "La rénovation énergétique et les énergies renouvelables contre le changement climatique.",
    "Des pistes cyclables et des transports en commun gratuits.",
    "Encadrer les loyers et construire des logements sociaux.",
    "Les agriculteurs veulent des prix justes pour le bétail.",
    "Our teachers deserve a raise and our schools need funding.",
    "Rural hospitals are closing and nurses are leaving.",
    "Affordable housing and rent control for every tenant.",
    "Net neutrality and broadband for rural towns.",
    "Farmers need the farm bill to pass for their crops.",
    "The sheriff and the firefighters responded to the shooting.",
)
OFF_TOPIC = (
    "et puis voilà", "comme toujours", "je ne sais pas quoi dire", "c'est bien vrai", "so true", "who knows",
    "and then some", "as ever", "you said it",
)  # fmt: skip


@cache
def reader() -> Reader:
    return Reader(load(), load_words())


def read(text: str) -> Reading:
    return next(reader().read([text]))


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Build the reader before anything is timed."""
    reader()


@settings(deadline=None)
@given(st.sampled_from(SAID))
def test_case_changes_no_topic(text: str) -> None:
    assert set(read(text.upper()).topics) == set(read(text).topics) == set(read(text.lower()).topics) != set()


@settings(deadline=None)
@given(st.sampled_from(SAID))
def test_accents_quotes_and_their_encoding_change_no_topic(text: str) -> None:
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    for another in (plain, unicodedata.normalize("NFD", text), text.replace("'", "\u2019"), f"« {text} »"):
        assert read(another).topics == read(text).topics


@settings(deadline=None)
@given(st.sampled_from(SAID), st.sampled_from(["https://a.example/b", "@ada", "🎉🎉", "…", "\u200b"]))
def test_addresses_mentions_and_emoji_change_no_topic(text: str, beside: str) -> None:
    assert read(f"{beside} {text} {beside}").topics == read(text).topics


@pytest.mark.parametrize(
    ("words", "hashtag"),
    [
        ("pistes cyclables", "#PistesCyclables"),
        ("changement climatique", "#ChangementClimatique"),
        ("affordable housing", "#AffordableHousing"),
        ("affordable housing", "#affordablehousing"),
        ("hôpital", "#Hôpital"),
    ],
)
def test_a_hashtag_says_what_its_words_say(words: str, hashtag: str) -> None:
    assert read(hashtag).topics == read(words).topics != ()


@settings(max_examples=20, deadline=None)
@given(st.permutations(SAID))
def test_the_order_of_texts_changes_no_topic(texts: list[str]) -> None:
    assert [each.topics for each in reader().read(texts)] == [read(each).topics for each in texts]


@settings(deadline=None)
@given(st.sampled_from(SAID), st.lists(st.sampled_from(OFF_TOPIC), max_size=4), st.booleans())
def test_off_topic_text_never_adds_a_topic(text: str, beside: list[str], before: bool) -> None:  # noqa: FBT001
    more = " ".join(beside)
    assert set(read(f"{more}. {text}" if before else f"{text} {more}.").topics) <= set(read(text).topics)


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(SAID), st.text(max_size=200))
def test_the_evidence_points_at_the_words_whatever_stands_beside(before: str, text: str, after: str) -> None:
    whole = f"{before} {text} {after}"
    for each in read(whole).hits:
        words = whole[each.start : each.end]
        assert words.strip() == words != ""
        if each.start > len(before) and each.end <= len(before) + 1 + len(text):
            assert words in text


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "🎉🎉🎉", "\u200b\u200d", "\u0301", "#", "@", "''", "_" * 50, "1234"]
)
def test_where_there_is_nothing_nothing_is_read(text: str) -> None:
    assert read(text).topics == ()


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("Il faut plus de médecins dans les hôpitaux. ", id="prose"),
        pytest.param("a", id="one-word"),
        pytest.param("aB", id="one-word-in-humps"),
        pytest.param("o\u0301\u200b", id="combining-and-zero-width"),
        pytest.param("🎉", id="emoji"),
        pytest.param("\x00", id="null-bytes"),
        pytest.param("!?.", id="punctuation"),
        pytest.param("@a", id="mentions"),
        pytest.param("https://", id="addresses"),
        pytest.param("health care ", id="phrases"),
        pytest.param("l'", id="elisions"),
    ],
)
def test_a_megabyte_is_answered_in_linear_time(piece: str) -> None:
    read(piece)
    short, long = (piece * (size // len(piece)) for size in (100_000, 1_000_000))
    began = time.thread_time()
    read(short)
    first = time.thread_time() - began
    began = time.thread_time()
    read(long)
    assert time.thread_time() - began < 30 * max(first, 0.02)
