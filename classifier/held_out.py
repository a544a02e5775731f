"""Held out: whether a trained head reads texts that it did not learn from better than the terms do."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.evaluation import Labelled
from classifier.head import Example, Head, train
from classifier.topics.deciding import ENOUGH
from domain.topic import Reading

#: A text is held out once: so many heads are trained, each without one part of the texts.
PARTS = 5
#: So many texts are needed, and so many of a topic before it is learnt.
FEWEST, FEWEST_OF_TOPIC = 100, 20
#: Thresholds that are tried on a part of the texts learnt from.
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
RESAMPLES = 1000

#: Reads texts with a head, or by terms alone.
Read = Callable[[Sequence[str], Head | None], Sequence[Reading]]
Counts = NDArray[np.float64]


class Score(NamedTuple):
    """F1 of tagging over all texts, and where 95 of 100 resamples of them lie."""

    f1: float
    low: float
    high: float


class Comparison(NamedTuple):
    """The terms and the head on the same held-out texts; `gain` is the head's F1 less the terms'."""

    texts: int
    topics: tuple[str, ...]
    threshold: float
    terms: Score
    head: Score
    gain: Score

    @property
    def better(self) -> bool:
        """Whether the head is better beyond chance: the interval of its gain lies above zero."""
        return self.gain.low > 0


def learnable(texts: Sequence[Labelled]) -> tuple[str, ...]:
    """Return the topics with enough texts to be learnt, the most frequent first."""
    counted = Counter(label for each in texts for label in each.labels)
    return tuple(topic for topic, count in counted.most_common() if count >= FEWEST_OF_TOPIC)


def compare(
    texts: Sequence[Labelled],
    examples: Sequence[Example],
    said: Sequence[str],
    read: Read,
    *,
    seed: int,
) -> Comparison:
    """Train on all parts but one, read that one, and so on; texts that stand twice are in the same part."""
    topics = learnable(texts)
    by_terms = read([each.text for each in texts], None)
    by_head: list[Reading] = list(by_terms)
    thresholds = []
    for part, rest in _parts(texts):
        learn, choose = rest[len(rest) // PARTS :], rest[: len(rest) // PARTS]
        trial = train([examples[each] for each in learn], topics, said, threshold=0.5, seed=seed)
        threshold = _best_threshold(trial, [examples[each] for each in choose])
        thresholds.append(threshold)
        head = train([examples[each] for each in rest], topics, said, threshold=threshold, seed=seed)
        for place, reading in zip(part, read([texts[each].text for each in part], head), strict=True):
            by_head[place] = reading
    terms, trained = _judged(texts, by_terms), _judged(texts, by_head)
    return Comparison(
        len(texts), topics, median(thresholds), *_scores(terms, trained, np.random.default_rng(seed))
    )


def _parts(texts: Sequence[Labelled]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the places of each part and those of the rest, in the order of the texts' checksums."""
    sums = [zlib.crc32(each.text.encode(errors="replace")) for each in texts]
    places = sorted(range(len(texts)), key=lambda each: (sums[each], each))
    for part in range(PARTS):
        inside = [each for each in places if sums[each] % PARTS == part]
        yield inside, [each for each in places if sums[each] % PARTS != part]


def _best_threshold(head: Head, examples: Sequence[Example]) -> float:
    """Return the threshold at which the strongest topic is told best, the higher where two are as good."""
    strongest = [_strongest(head, each) for each in examples]

    def f1(threshold: float) -> float:
        told = [topic if likely >= threshold else None for topic, likely in strongest]
        return _f1(_table([each.labels for each in examples], told).sum(0))

    return max(reversed(THRESHOLDS), key=f1)


def _strongest(head: Head, example: Example) -> tuple[str | None, float]:
    """Return the likeliest topic of those that were learnt, and how likely it is."""
    if not example.words:
        return None, 0.0
    scores = head.scores(example.words, example.terms)
    best = max(head.topics, key=lambda each: scores[each])
    return best, scores[best] * head.threshold / ENOUGH


def _judged(texts: Sequence[Labelled], readings: Sequence[Reading]) -> Counts:
    return _table(
        [each.labels for each in texts], [each.topics[0] if each.topics else None for each in readings]
    )


def _table(labels: Sequence[frozenset[str]], told: Sequence[str | None]) -> Counts:
    """Return a row a text: whether its strongest topic was right, wrong, and whether its label was missed."""
    rows = [
        (
            float(each in wanted),
            float(each is not None and each not in wanted),
            float(bool(wanted) and each not in wanted),
        )
        for wanted, each in zip(labels, told, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3)


def _f1(sums: Counts) -> float:
    right, wrong, missed = sums
    return float(2 * right / max(2 * right + wrong + missed, 1e-9))


def _scores(terms: Counts, head: Counts, chance: np.random.Generator) -> tuple[Score, Score, Score]:
    """Resample the same texts for both, so that the gain's interval is of pairs."""
    texts = len(terms)
    drawn = chance.multinomial(texts, np.full(texts, 1 / texts), size=RESAMPLES).astype(np.float64)
    of_terms = np.array([_f1(each) for each in drawn @ terms])
    of_head = np.array([_f1(each) for each in drawn @ head])
    said, learnt = _f1(terms.sum(0)), _f1(head.sum(0))
    return (
        _score(said, of_terms),
        _score(learnt, of_head),
        _score(learnt - said, of_head - of_terms),
    )


def _score(value: float, resampled: Counts) -> Score:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Score(value, float(low), float(high))
