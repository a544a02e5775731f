"""How well readings agree with labels that people gave: rates with intervals, by topic, beside a baseline."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.topic import Reading

#: The share of resamples that an interval holds, and how often the texts are drawn anew.
INTERVAL = 0.95
RESAMPLES = 500
#: Topics with fewer texts are left out of the mean over topics.
FEWEST_TEXTS = 5

Counts = NDArray[np.float64]


class Labelled(NamedTuple):
    """A text with the topics that people found in it; none means that it speaks of no topic."""

    id: str
    text: str
    labels: frozenset[str]


class Rates(NamedTuple):
    """Precision, recall and their harmonic mean, from 0 to 1; what cannot be told is 0."""

    precision: float
    recall: float
    f1: float


class Interval(NamedTuple):
    """Where 95 of 100 resamples of the same texts lie."""

    low: float
    high: float


class Evaluation(NamedTuple):
    """What a set of labelled texts says of the readings.

    `micro` and `macro` take the best topic of each text that bears one, whether or not the text alone decides
    it. `tagging` takes the strongest decided topic over all texts. Topics that the set never labels can be
    neither right nor wrong in it and are left out there. `detected` is the share of texts with a topic,
    `false_alarms` that of texts without one, which got any topic at all; `labelled_false_alarms` counts only
    topics that the set labels; both are None where every text has one. `coverage` is the share of all texts
    that got any.
    """

    texts: int
    bearing: int
    micro: Rates
    macro: Rates
    micro_interval: Interval
    macro_interval: Interval
    tagging: Rates
    tagging_interval: Interval
    detected: float
    false_alarms: float | None
    labelled_false_alarms: float | None
    coverage: float
    topics: Mapping[str, tuple[int, Rates]]
    confusions: tuple[tuple[str, str, int], ...]
    baseline: Rates
    errors: tuple[tuple[Labelled, str | None, tuple[str, ...]], ...]


class _Judged(NamedTuple):
    best: str | None
    decided: tuple[str, ...]


def evaluate(
    texts: Sequence[Labelled], readings: Sequence[Reading], *, seed: int, resamples: int = RESAMPLES
) -> Evaluation:
    """Compare readings with the labels of their texts; the seed makes the intervals repeatable."""
    known = sorted({label for each in texts for label in each.labels})
    judged = [_judged(each, known) for each in readings]
    best = _Table.of(
        known, [(text.labels, one.best) for text, one in zip(texts, judged, strict=True) if text.labels]
    )
    tags = _Table.of(
        known,
        [
            (text.labels, one.decided[0] if one.decided else None)
            for text, one in zip(texts, judged, strict=True)
        ],
    )
    draw = np.random.default_rng(seed)
    bearing = [reading for text, reading in zip(texts, readings, strict=True) if text.labels]
    silent = [
        (one, reading) for text, one, reading in zip(texts, judged, readings, strict=True) if not text.labels
    ]
    micro, macro = best.resampled(draw, resamples)
    tagged, _ = tags.resampled(draw, resamples)
    return Evaluation(
        len(texts),
        len(bearing),
        best.micro(),
        best.macro(),
        micro,
        macro,
        tags.micro(),
        tagged,
        _share(sum(bool(reading.topics) for reading in bearing), len(bearing)),
        _share(sum(bool(reading.topics) for _, reading in silent), len(silent)) if silent else None,
        _share(sum(bool(one.decided) for one, _ in silent), len(silent)) if silent else None,
        _share(sum(bool(reading.topics) for reading in readings), len(texts)),
        best.by_topic(),
        _confusions(texts, judged),
        _baseline(texts, known),
        tuple(
            (text, one.best, one.decided)
            for text, one in zip(texts, judged, strict=True)
            if (one.best not in text.labels if text.labels else one.decided)
        ),
    )


def _judged(reading: Reading, known: Sequence[str]) -> _Judged:
    best = next((topic for topic, _ in reading.scores if topic in known), None)
    return _Judged(best, tuple(each for each in reading.topics if each in known))


class _Table(NamedTuple):
    """For every text and topic whether it was said rightly, said wrongly, or missed."""

    topics: Sequence[str]
    right: Counts
    wrong: Counts
    missed: Counts

    @classmethod
    def of(cls, topics: Sequence[str], pairs: Sequence[tuple[frozenset[str], str | None]]) -> "_Table":
        places = {each: place for place, each in enumerate(topics)}
        right, wrong, missed = (np.zeros((len(pairs), len(topics))) for _ in range(3))
        for row, (labels, said) in enumerate(pairs):
            if said in labels and said is not None:
                right[row, places[said]] = 1
                continue
            if said is not None:
                wrong[row, places[said]] = 1
            for each in labels:
                missed[row, places[each]] = 1 / len(labels)
        return cls(topics, right, wrong, missed)

    def micro(self) -> Rates:
        return _rates(self.right.sum(), self.wrong.sum(), self.missed.sum())

    def macro(self) -> Rates:
        enough = [rates for count, rates in self.by_topic().values() if count >= FEWEST_TEXTS]
        if not enough:
            return Rates(0.0, 0.0, 0.0)
        return Rates(*(float(np.mean(column)) for column in zip(*enough, strict=True)))

    def by_topic(self) -> dict[str, tuple[int, Rates]]:
        columns = zip(self.topics, self.right.sum(0), self.wrong.sum(0), self.missed.sum(0), strict=True)
        return {
            topic: (round(right + missed), _rates(right, wrong, missed))
            for topic, right, wrong, missed in columns
        }

    def resampled(self, draw: np.random.Generator, resamples: int) -> tuple[Interval, Interval]:
        """Return the intervals of the micro and the macro F1."""
        texts = len(self.right)
        if not texts:
            return Interval(0.0, 0.0), Interval(0.0, 0.0)
        drawn = draw.multinomial(texts, np.full(texts, 1 / texts), size=resamples).astype(float)
        right, wrong, missed = drawn @ self.right, drawn @ self.wrong, drawn @ self.missed
        enough = (self.right + self.missed).sum(0) >= FEWEST_TEXTS
        of_topic = 2 * right / np.maximum(2 * right + wrong + missed, 1e-9)
        whole = 2 * right.sum(1) / np.maximum(2 * right.sum(1) + wrong.sum(1) + missed.sum(1), 1e-9)
        mean = of_topic[:, enough].mean(1) if enough.any() else np.zeros(resamples)
        return _interval(whole), _interval(mean)


def _interval(values: Counts) -> Interval:
    beside = (1 - INTERVAL) / 2
    return Interval(*(float(each) for each in np.quantile(values, [beside, 1 - beside])))


def _rates(right: float, wrong: float, missed: float) -> Rates:
    return Rates(
        _share(right, right + wrong),
        _share(right, right + missed),
        _share(2 * right, 2 * right + wrong + missed),
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _confusions(texts: Sequence[Labelled], judged: Sequence[_Judged]) -> tuple[tuple[str, str, int], ...]:
    """Count what was said for which label, the most frequent first; "" stands for nothing."""
    counted = Counter(
        ("+".join(sorted(text.labels)), one.best or "")
        for text, one in zip(texts, judged, strict=True)
        if text.labels and one.best not in text.labels
    )
    return tuple((label, said, count) for (label, said), count in counted.most_common())


def _baseline(texts: Sequence[Labelled], known: Sequence[str]) -> Rates:
    """Return the tagging of somebody who tags every text, with the set's most frequent topic."""
    counted = Counter(label for each in texts for label in each.labels)
    always = counted.most_common(1)[0][0] if counted else None
    return _Table.of(known, [(each.labels, always) for each in texts]).micro()
