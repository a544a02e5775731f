"""A trained head: from a text's words and what the terms say of it to scores, learnt from own labels."""

import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.topics.deciding import ENOUGH

#: So many columns the words are hashed into; behind them stands one a topic for what the terms say.
COLUMNS = 2**17
#: The score of the terms above which more says no more.
MOST_SAID = 9.0
#: Times that all texts are learnt from, how far each step goes, and how strongly weights fall back.
EPOCHS, STEP, FALL_BACK = 12, 0.1, 1e-4
#: Where learning begins: at what the terms decide.
TERM_WEIGHT, BIAS = 4.0, -4.0


class Features(NamedTuple):
    """What a head sees of a text: columns and their values."""

    columns: NDArray[np.int64]
    values: NDArray[np.float32]


class Head(NamedTuple):
    """One logistic model a topic, over hashed words and word pairs and over the scores of the terms.

    `said` are the topics whose scores are seen, `topics` those that were learnt; of any other the terms
    decide. A topic is decided from `threshold` on, a probability that is not calibrated and never shown.
    """

    topics: tuple[str, ...]
    said: tuple[str, ...]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    threshold: float

    def scores(self, words: Sequence[str], terms: Mapping[str, float]) -> Mapping[str, float]:
        """Return the topics' scores: from ENOUGH on a topic is decided, as with the scores of terms."""
        seen = features(words, terms, self.said)
        rows = self.weights[seen.columns].astype(np.float32)
        likely = _sigmoid(seen.values @ rows + self.bias)
        learnt = {
            topic: float(each) * ENOUGH / self.threshold
            for topic, each in zip(self.topics, likely, strict=True)
        }
        return {**{topic: score for topic, score in terms.items() if topic not in learnt}, **learnt}


class Example(NamedTuple):
    """A labelled text as a head sees it; both empty where nothing is read in the text."""

    words: tuple[str, ...]
    terms: Mapping[str, float]
    labels: frozenset[str]


def features(words: Sequence[str], terms: Mapping[str, float], said: Sequence[str]) -> Features:
    """Hash words and pairs of them, as long in sum for each text; put the terms' scores behind."""
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    hashed = sorted({zlib.crc32(each.encode()) % COLUMNS for each in (*words, *pairs)})
    spoken = [
        (COLUMNS + place, min(terms[topic], MOST_SAID) / ENOUGH)
        for place, topic in enumerate(said)
        if topic in terms
    ]
    columns = np.array([*hashed, *(column for column, _ in spoken)], dtype=np.int64)
    values = np.ones(len(columns), dtype=np.float32)
    values[: len(hashed)] = 1 / np.sqrt(max(len(hashed), 1))
    values[len(hashed) :] = [value for _, value in spoken]
    return Features(columns, values)


def train(
    examples: Sequence[Example], topics: Sequence[str], said: Sequence[str], *, threshold: float, seed: int
) -> Head:
    """Fit a head to labelled texts; the same texts and seed give the same head.

    Stochastic gradient descent with AdaGrad (Duchi, Hazan, Singer 2011), begun where the terms stand.
    """
    seen = [features(each.words, each.terms, said) for each in examples]
    wanted = np.array([[topic in each.labels for topic in topics] for each in examples], dtype=np.float32)
    first = np.zeros((COLUMNS + len(said), len(topics)), dtype=np.float32)
    for place, topic in enumerate(topics):
        if topic in said:
            first[COLUMNS + list(said).index(topic), place] = TERM_WEIGHT
    weights, bias = first.copy(), np.full(len(topics), BIAS, dtype=np.float32)
    gone, bias_gone = np.full_like(weights, 1e-6), np.full_like(bias, 1e-6)
    chance = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for at in chance.permutation(len(examples)):
            columns, values = seen[at]
            miss = _sigmoid(values @ weights[columns] + bias) - wanted[at]
            slope = np.outer(values, miss) + FALL_BACK * (weights[columns] - first[columns])
            gone[columns] += slope**2
            bias_gone += miss**2
            weights[columns] -= STEP * slope / np.sqrt(gone[columns])
            bias -= STEP * miss / np.sqrt(bias_gone)
    return Head(tuple(topics), tuple(said), weights.astype(np.float16), bias, threshold)


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), dtype=np.float32)
