"""What a text speaks of, by the words found in it: scores, and the threshold below which it says nothing."""

from collections.abc import Iterable, Mapping

from domain.terms import Term
from domain.topic import MAX_TOPICS

#: The score at which a text speaks of a topic by itself: one sure word, or a clear one with company.
ENOUGH = 3.0
#: In a text of so few words that carry meaning a clear word is enough: "Logement!", "la santé".
FEW_WORDS = 6
ENOUGH_OF_FEW = 2.0
#: In a longer one words of any topic stand by chance, so that one of them decides nothing.
MANY_WORDS = 20
ENOUGH_OF_MANY = 4.0
#: How much more an aside asks for ("Thank you …", "my trip to …"), and how many of them count.
ASIDE_COSTS = 1.0
MOST_ASIDES = 2
#: Topics whose words are often the means to another one: "the price of …", "a bill on …".
MEANS = frozenset({"economy", "institutions", "local_life"})
#: A second topic must come near the first.
NEAR = 0.6


def scores_of(terms: Iterable[Term]) -> dict[str, float]:
    """Add the weights of each topic's terms, the strongest topic first; a term counts once a text.

    Of two that are equally strong, what is wanted stands before the money and the laws for it.
    """
    heaviest: dict[tuple[str, str], float] = {}
    for text, topic, _, weight, _, _ in terms:
        known = heaviest.get((topic, text))
        if known is None or known < weight:
            heaviest[topic, text] = weight
    scores: dict[str, float] = {}
    for (topic, _), weight in heaviest.items():
        scores[topic] = scores.get(topic, 0.0) + weight
    if len(scores) < 2:  # nothing to sort, as in most texts
        return scores
    return dict(sorted(scores.items(), key=_strongest))


def enough_for(words: int, asides: int) -> float:
    """Return the score at which a text of so many words speaks of a topic."""
    enough = ENOUGH_OF_FEW if words <= FEW_WORDS else ENOUGH if words <= MANY_WORDS else ENOUGH_OF_MANY
    return enough + ASIDE_COSTS * min(asides, MOST_ASIDES)


def topics_of(scores: Mapping[str, float], spoken: Mapping[str, float], enough: float) -> tuple[str, ...]:
    """Return the topics that reach a score: mostly none, at most three.

    `scores` are ordered; `spoken` are what terms alone gave, without which no topic is decided.
    """
    best = next(iter(scores.values()), 0.0)
    if best < enough:
        return ()
    least = max(enough, NEAR * best)
    decided = [
        topic for topic, score in scores.items() if score >= least and spoken.get(topic, 0.0) >= ENOUGH_OF_FEW
    ]
    return tuple(decided[:MAX_TOPICS])


def _strongest(scored: tuple[str, float]) -> tuple[float, bool]:
    topic, score = scored
    return -score, topic in MEANS
