"""Interests: what several independent texts of a contact tie it to, and what it declared.

Always found anew from what is stored; nothing is added to a former result, so that what was forgotten counts
no longer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.interest import Interest, Spoken, Strength
from domain.topic import Reading

#: After so many days a text counts half.
HALF_LIFE_DAYS = 180.0
#: The score at which a text alone says what it speaks of.
FULL_SCORE = 3.0
#: What a text counts whose words touch a topic without deciding it.
TOUCHED = 0.25
#: A text that scores less than this is no text on the topic.
LEAST_SCORE = 2.0
#: An interest needs so many independent texts, so much weight after decay, and this share of all weight
#: (chosen on one half of the labelled sets, 2026-11-26: benchmarks/interests.py).
TEXTS, WEIGHT, SHARE = 3, 2.0, 0.3
#: What it takes to be a hint: one text that says it, for half a year.
HINT_WEIGHT = 0.5
#: How many words stand for a topic.
WORDS = 3


class _Vote(NamedTuple):
    """What all texts under one own post say of a topic: their strongest counts, once."""

    weight: float
    spoken: Spoken


def weighed(said: Reading) -> tuple[tuple[str, float], ...]:
    """Return the topics of a text with the scores at which they count for its contact.

    What the text alone does not decide counts a quarter, and only beside other texts.
    """
    return tuple(
        (topic, max(score, FULL_SCORE) if topic in said.topics else LEAST_SCORE)
        for topic, score in said.scores
        if score >= LEAST_SCORE
    )


def words_of(said: Reading, topic: str) -> tuple[str, ...]:
    """Return the terms of a text that speak of a topic, each once."""
    return tuple(dict.fromkeys(each.term for each in said.hits if each.topic == topic))


def interests(
    spoken: Iterable[Spoken],
    declared: Iterable[str] = (),
    pinned: Iterable[str] = (),
    removed: Iterable[str] = (),
    *,
    now: datetime,
) -> tuple[Interest, ...]:
    """Return what a contact is tied to: declared topics first, then pinned ones, the rest by weight.

    A human's word wins: a removed topic is never there, a pinned one is an interest whatever the texts say.
    The order of `spoken` is irrelevant. Without three independent texts on a topic there is at most a hint.
    """
    kept, without = frozenset(pinned), frozenset(removed)
    votes = _votes(spoken, now)
    weights = {topic: sum(each.weight for each in found) for topic, found in votes.items()}
    total = sum(weights.values())
    strengths = {
        topic: strength
        for topic, weight in weights.items()
        if (strength := _strength(len(votes[topic]), weight, total))
    }
    strengths |= dict.fromkeys(kept, Strength.INTEREST)
    strengths |= dict.fromkeys(declared, Strength.DECLARED)
    order = sorted(
        strengths, key=lambda each: (-strengths[each], each not in kept, -weights.get(each, 0.0), each)
    )
    return tuple(
        _interest(topic, strengths[topic], votes.get(topic, ())) for topic in order if topic not in without
    )


def _strength(texts: int, weight: float, total: float) -> Strength | None:
    if texts >= TEXTS and weight >= WEIGHT and weight >= SHARE * total:
        return Strength.INTEREST
    return Strength.HINT if weight > HINT_WEIGHT else None


def _votes(spoken: Iterable[Spoken], now: datetime) -> dict[str, list[_Vote]]:
    best: dict[tuple[str, str], _Vote] = {}
    for each in spoken:
        if each.score < LEAST_SCORE:
            continue
        place = each.topic, each.source or each.signal
        vote = _Vote(_weight(each, now), each)
        if place not in best or _rank(vote) > _rank(best[place]):
            best[place] = vote
    votes: dict[str, list[_Vote]] = defaultdict(list)
    for (topic, _), vote in best.items():
        votes[topic].append(vote)
    return votes


def _rank(vote: _Vote) -> tuple[float, datetime, str]:
    return vote.weight, vote.spoken.at, vote.spoken.signal


def _weight(spoken: Spoken, now: datetime) -> float:
    """Return 0 to 1; a moment ahead of `now`, by a platform's clock, counts as now."""
    age_days = max(0.0, (now - spoken.at).total_seconds() / 86_400)
    decay: float = 0.5 ** (age_days / HALF_LIFE_DAYS)
    return decay if spoken.score >= FULL_SCORE else decay * TOUCHED


def _interest(topic: str, strength: Strength, votes: Sequence[_Vote]) -> Interest:
    found = sorted((each.spoken for each in votes), key=lambda each: (each.at, each.signal), reverse=True)
    counted = Counter(word for each in found for word in dict.fromkeys(each.words))
    words = sorted(counted, key=lambda word: (-counted[word], word))[:WORDS]
    last_at = found[0].at if found else None
    return Interest(topic, strength, len(found), last_at, tuple(words), tuple(each.signal for each in found))
