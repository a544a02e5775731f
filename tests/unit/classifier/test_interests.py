"""What several texts of a contact tie it to: enough of them, independent, recent; a human's word wins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.interests import HALF_LIFE_DAYS, interests, weighed, words_of
from domain.interest import Interest, Spoken, Strength
from domain.topic import Hit, Reading

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def said(topic: str, number: int, *, under: str = "", score: float = 4.0, days: float = 0.0) -> Spoken:
    """Let one text speak of a topic; `days` is how old it is."""
    words = (f"word {number % 2}", "shared word")
    return Spoken(f"1:commented:{number}", under, topic, score, words, NOW - timedelta(days=days))


def strengths(*spoken: Spoken, now: datetime = NOW) -> dict[str, Strength]:
    return {each.topic: each.strength for each in interests(spoken, now=now)}


@pytest.mark.parametrize(
    ("spoken", "found"),
    [
        pytest.param([], {}, id="silent"),
        pytest.param([said("housing", 1)], {"housing": Strength.HINT}, id="one text is a hint"),
        pytest.param([said("housing", 1, score=1.0)], {}, id="a weak word is nothing"),
        pytest.param([said("housing", each, score=1.0) for each in range(9)], {}, id="however often"),
        pytest.param(
            [said("housing", each) for each in range(3)],
            {"housing": Strength.INTEREST},
            id="three are an interest",
        ),
        pytest.param([said("housing", 1, score=2.0)], {}, id="a clear word alone is nothing"),
        pytest.param(
            [said("housing", each, score=2.0) for each in range(3)],
            {"housing": Strength.HINT},
            id="three clear words are a hint",
        ),
        pytest.param(
            [said("housing", each, under="post") for each in range(4)],
            {"housing": Strength.HINT},
            id="one own post has one vote",
        ),
        pytest.param(
            [said("housing", each, under=f"post {each}") for each in range(3)],
            {"housing": Strength.INTEREST},
            id="three own posts have three",
        ),
        pytest.param(
            [said("housing", 1, days=400), said("housing", 2, days=400)],
            {},
            id="what is long ago counts no more",
        ),
        pytest.param(
            [said("housing", each) for each in range(3)] + [said("transport", each) for each in range(3, 13)],
            {"transport": Strength.INTEREST, "housing": Strength.HINT},
            id="a small part of what is said is a hint",
        ),
    ],
)
def test_texts_make_interests(spoken: list[Spoken], found: dict[str, Strength]) -> None:
    assert strengths(*spoken) == found


def test_a_text_counts_half_after_its_half_life() -> None:
    texts = [said("housing", each) for each in range(3)]
    later = NOW + timedelta(days=HALF_LIFE_DAYS)
    assert strengths(*texts) == {"housing": Strength.INTEREST}
    assert strengths(*texts, now=later) == {"housing": Strength.HINT}
    assert strengths(*texts, said("housing", 9, days=-HALF_LIFE_DAYS), now=later) == {
        "housing": Strength.INTEREST
    }


def test_a_text_from_a_clock_that_is_ahead_counts_as_one_of_now() -> None:
    assert strengths(*(said("housing", each, days=-900) for each in (1, 2))) == {"housing": Strength.HINT}


def test_an_interest_says_its_evidence() -> None:
    texts = [said("housing", 1, days=3), said("housing", 3, days=1), said("housing", 2, days=2)]
    assert interests(texts, now=NOW) == (
        Interest(
            "housing",
            Strength.INTEREST,
            3,
            NOW - timedelta(days=1),
            ("shared word", "word 1", "word 0"),
            ("1:commented:3", "1:commented:2", "1:commented:1"),
        ),
    )


def test_the_strongest_text_under_an_own_post_is_its_vote() -> None:
    texts = [said("housing", 1, under="post", score=2.0), said("housing", 2, under="post", score=5.0)]
    (found,) = interests(texts, now=NOW)
    assert (found.texts, found.signals) == (1, ("1:commented:2",))


def test_declared_topics_stand_first_and_need_no_text() -> None:
    found = interests([said("housing", each) for each in range(3)], ["digital"], now=NOW)
    assert [(each.topic, each.strength, each.texts) for each in found] == [
        ("digital", Strength.DECLARED, 0),
        ("housing", Strength.INTEREST, 3),
    ]


def test_what_is_declared_shows_the_texts_that_speak_of_it() -> None:
    (found,) = interests([said("housing", 1)], ["housing"], now=NOW)
    assert (found.strength, found.texts) == (Strength.DECLARED, 1)


def test_a_pinned_topic_is_an_interest_and_a_removed_one_is_not_there() -> None:
    texts = [said("housing", each) for each in range(4)] + [said("transport", 9)]
    found = interests(texts, ["digital"], pinned=["transport"], removed=["housing", "digital"], now=NOW)
    assert [(each.topic, each.strength) for each in found] == [("transport", Strength.INTEREST)]


def test_a_pinned_topic_stands_after_what_is_declared_and_before_what_texts_say() -> None:
    texts = [said("housing", each) for each in range(4)]
    found = interests(texts, ["social"], pinned=["transport"], now=NOW)
    assert [each.topic for each in found] == ["social", "transport", "housing"]


SPOKEN = st.lists(
    st.builds(
        said,
        st.sampled_from(["housing", "transport", "digital"]),
        st.integers(0, 30),
        under=st.sampled_from(["", "a", "b"]),
        score=st.sampled_from([1.0, 2.0, 3.0, 6.0]),
        days=st.integers(0, 500),
    ),
    unique_by=lambda each: (each.signal, each.topic),
)
TOPICS = st.sets(st.sampled_from(["housing", "transport", "digital", "economy"]))


@given(SPOKEN, TOPICS, TOPICS, TOPICS, st.randoms())
def test_laws(
    spoken: list[Spoken], declared: set[str], pinned: set[str], removed: set[str], any_: object
) -> None:
    """Order is irrelevant, a human wins, declared ones stand first, one text is never an interest."""
    found = interests(spoken, declared, pinned, removed, now=NOW)
    shuffled = list(spoken)
    any_.shuffle(shuffled)  # type: ignore[attr-defined]
    assert interests(shuffled, declared, pinned, removed, now=NOW) == found
    topics = [each.topic for each in found]
    assert len(set(topics)) == len(topics)
    assert not removed & set(topics)
    assert (declared | pinned) - removed <= set(topics)
    strength = [each.strength for each in found]
    assert strength == sorted(strength, reverse=True)
    for each in found:
        assert (each.strength is Strength.DECLARED) == (each.topic in declared)
        if each.strength is Strength.INTEREST and each.topic not in pinned:
            assert each.texts >= 3
        assert (each.last_at is None) == (each.texts == 0)


@given(SPOKEN)
def test_texts_on_other_topics_never_make_an_interest(spoken: list[Spoken]) -> None:
    before = strengths(*spoken)
    after = strengths(*spoken, said("economy", 99), said("economy", 98))
    assert {each for each, strength in after.items() if strength is Strength.INTEREST} - {"economy"} <= {
        each for each, strength in before.items() if strength is Strength.INTEREST
    }


def test_what_a_text_decides_counts_whole_and_what_it_only_touches_half() -> None:
    hits = (
        Hit(0, 3, "housing", 3.0, "rent"),
        Hit(9, 12, "housing", 2.0, "rent"),
        Hit(5, 8, "digital", 2.0, "web"),
    )
    said = Reading(("housing",), (("housing", 2.0), ("digital", 2.5), ("economy", 1.0)), hits, "en")
    assert weighed(said) == (("housing", 3.0), ("digital", 2.0))
    assert words_of(said, "housing") == ("rent",)
