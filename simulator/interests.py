"""What people truly care about, and what they write: half of it about nothing, all of it from a seed."""

from collections.abc import Sequence

from simulator.acts import Act
from simulator.mixing import key_of, mix
from simulator.said import ABOUT, BEFORE, BEHIND, NOTHING

TOPICS = tuple(ABOUT)

#: Of a hundred texts of somebody who cares for a topic: about it, about another one; the rest about none.
_OWN, _OTHER = 50, 10
#: Of a hundred texts about nothing: how many are as odd as a platform lets them be.
_ODD = 24


def interests_of(seed: int, index: int) -> tuple[str, ...]:
    """Return the topics that a person truly cares about: none, one or two."""
    bits = mix(key_of(seed, "interests"), index)
    many = (0, 0, 0, 1, 1, 1, 1, 1, 2, 2)[bits % 10]
    first = bits // 10 % len(TOPICS)
    second = (first + 1 + bits // 1_000 % (len(TOPICS) - 1)) % len(TOPICS)
    return tuple(TOPICS[each] for each in (first, second)[:many])


def topic_of(seed: int, act: Act) -> str | None:
    """Return the topic of what a person writes in an act; mostly None."""
    bits = mix(key_of(seed, "topics"), act.serial)
    own, chance = interests_of(seed, act.person), bits % 100
    if own and chance < _OWN:
        return own[bits // 100 % len(own)]
    if chance >= 100 - _OTHER:
        return TOPICS[bits // 100 % len(TOPICS)]
    return None


def words_of(seed: int, act: Act, odd: Sequence[str]) -> str:
    """Return what a person writes in an act; `odd` are texts that try a reader's patience."""
    bits = mix(key_of(seed, "words"), act.serial)
    topic = topic_of(seed, act)
    if topic is None and bits % 100 < _ODD:
        return odd[bits // 100 % len(odd)]
    language = "en" if mix(key_of(seed, "language"), act.person) % 5 < 2 else "fr"
    sentences = NOTHING[language] if topic is None else ABOUT[topic][language]
    before, behind = BEFORE[language], BEHIND[language]
    said = sentences[bits // 100 % len(sentences)]
    return f"{before[bits // 10_000 % len(before)]}{said}{behind[bits // 100_000 % len(behind)]}"
