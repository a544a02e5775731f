"""A head learns from own labels, the same each time, and is taken only where it beats the terms held out."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from classifier import held_out
from classifier.evaluation import Labelled
from classifier.head import COLUMNS, Example, Head, features, train
from classifier.held_out import Comparison, compare, learnable
from classifier.topics.deciding import ENOUGH
from domain.topic import Reading

#: Words of two topics that no term knows.
WORDS = {"transport": ("tram", "quai", "rail"), "health": ("soin", "garde", "lit")}
SAID = ("transport", "health", "housing")


def examples(count: int, *, seed: int = 3) -> list[tuple[Labelled, Example]]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        topic = chance.choice((*WORDS, ""))
        words = [*(chance.choice(WORDS[topic]) for _ in range(2 * bool(topic))), chance.choice(("et", "ou"))]
        labels = frozenset({topic} - {""})
        text = f"{' '.join(words)} {number}"
        made.append((Labelled(str(number), text, labels), Example(tuple(text.split()), {}, labels)))
    return made


def read(texts: Sequence[str], head: Head | None) -> list[Reading]:
    """Read as the reader does: by a head where there is one; our terms know only the word "quai"."""
    found = []
    for text in texts:
        terms = {"transport": 3.0} if "quai" in text else {}
        scores = head.scores(text.split(), {}) if head else terms
        ordered = sorted(scores, key=lambda each: -scores[each])
        found.append(Reading(tuple(each for each in ordered if scores[each] >= ENOUGH)[:1]))
    return found


def test_a_head_learns_what_the_labels_say_and_is_the_same_each_time() -> None:
    seen = [each for _, each in examples(200)]
    first, second = (train(seen, tuple(WORDS), SAID, threshold=0.5, seed=7) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert not np.array_equal(first.weights, train(seen, tuple(WORDS), SAID, threshold=0.5, seed=8).weights)
    assert (
        first.scores(("tram", "rail"), {})["transport"] >= ENOUGH > first.scores(("soin",), {})["transport"]
    )


def test_an_untrained_head_decides_as_the_terms_do() -> None:
    head = train([], ("transport",), SAID, threshold=0.5, seed=0)
    assert head.scores(("tram",), {"transport": 3.1})["transport"] > ENOUGH
    assert head.scores(("tram",), {"transport": 2.9})["transport"] < ENOUGH


def test_of_a_topic_that_was_not_learnt_the_terms_decide() -> None:
    head = train([each for _, each in examples(50)], ("transport",), SAID, threshold=0.5, seed=0)
    assert head.scores(("tram",), {"housing": 4.0, "own": 2.0}) | {"transport": 0} == {
        "housing": 4.0,
        "own": 2.0,
        "transport": 0,
    }


def test_a_topic_whose_terms_are_not_known_is_learnt_from_words() -> None:
    head = train([each for _, each in examples(200)], ("transport",), (), threshold=0.5, seed=0)
    assert head.weights.shape == (COLUMNS, 1)
    assert head.scores(("tram", "rail"), {})["transport"] >= ENOUGH


def test_words_pairs_and_scores_are_seen() -> None:
    seen = features(("a", "b"), {"housing": 12.0, "own": 3.0}, SAID)
    assert len(seen.columns) == 4
    assert seen.columns[-1] == COLUMNS + 2
    assert seen.values.tolist() == pytest.approx([3**-0.5] * 3 + [3.0])
    assert features((), {}, SAID).columns.tolist() == []


def test_a_topic_takes_twenty_texts() -> None:
    texts = [each for each, _ in examples(100)]
    assert set(learnable(texts)) == set(WORDS)
    assert learnable(texts[:20]) == ()


def compared(count: int) -> Comparison:
    made = examples(count)
    return compare([each for each, _ in made], [each for _, each in made], SAID, read, seed=0)


def test_a_head_that_knows_more_words_beats_the_terms() -> None:
    found = compared(110)
    assert found.head.f1 > 0.9 > found.terms.f1
    assert found.head.low <= found.head.f1 <= found.head.high
    assert found.gain.f1 == pytest.approx(found.head.f1 - found.terms.f1)
    assert found.better
    assert found == compared(110)


def test_a_head_that_only_repeats_the_terms_does_not() -> None:
    made = examples(110)
    labels = [frozenset({"transport"} if "quai" in each.text else ()) for each, _ in made]
    texts = [each._replace(labels=one) for (each, _), one in zip(made, labels, strict=True)]
    seen = [each._replace(labels=one) for (_, each), one in zip(made, labels, strict=True)]
    found = compare(texts, seen, SAID, read, seed=0)
    assert found.terms.f1 == 1
    assert not found.better


def test_no_head_reads_a_text_that_it_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[set[str]] = []

    def taking_note(given: Sequence[Example], *rest: object, **named: object) -> Head:
        learnt.append({" ".join(each.words) for each in given})
        return train(given, *rest, **named)

    def reading(texts: Sequence[str], head: Head | None) -> list[Reading]:
        assert head is None or not learnt[-1] & set(texts)
        return read(texts, head)

    monkeypatch.setattr(held_out, "train", taking_note)
    made = examples(110)
    compare([each for each, _ in made], [each for _, each in made], SAID, reading, seed=0)
    assert len(learnt) == 2 * held_out.PARTS


def test_a_text_in_which_nothing_is_read_is_missed() -> None:
    made = examples(110)
    silent = [each._replace(words=()) for _, each in made]
    assert compare([each for each, _ in made], silent, SAID, read, seed=0).head.f1 < 1
