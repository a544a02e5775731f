"""Wordings: words and phrases that are looked for in a list of folded words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

Meaning = TypeVar("Meaning")
#: So many letters a beginning such as "handicap*" has at least: by them it is found.
SHORTEST_BEGINNING = 4
#: So many words are kept with what they can begin; the words of people have no end, the common ones do.
_MOST_KNOWN, _LONGEST_KNOWN = 20_000, 40


class Wording(NamedTuple, Generic[Meaning]):
    """Words in a row; those that `begun` marks may be longer than they stand here."""

    words: tuple[str, ...]
    begun: tuple[bool, ...]
    meaning: Meaning


class Found(NamedTuple, Generic[Meaning]):
    """A wording that stands in a text, and how many words it takes there."""

    meaning: Meaning
    length: int


class Wordings(Generic[Meaning]):
    """Many wordings, found by their first word in one look."""

    def __init__(self, listed: Iterable[tuple[str, Meaning]]) -> None:
        """Take wordings as "sans papier*", folded; ValueError names a beginning that is too short."""
        whole: dict[str, list[Wording[Meaning]]] = defaultdict(list)
        begun: dict[str, list[Wording[Meaning]]] = defaultdict(list)
        for text, meaning in listed:
            each = _wording(text, meaning)
            if each.begun[0]:
                begun[each.words[0][:SHORTEST_BEGINNING]].append(each)
            else:
                whole[each.words[0]].append(each)
        self._whole: Mapping[str, list[Wording[Meaning]]] = dict(whole)
        self._begun: Mapping[str, list[Wording[Meaning]]] = dict(begun)
        self._known: dict[str, tuple[Wording[Meaning], ...]] = {}

    def at(self, words: Sequence[str], place: int) -> Found[Meaning] | None:
        """Return the longest wording that begins at a place, if any."""
        known = self._known.get(words[place])
        for each in self._learned(words[place]) if known is None else known:
            if len(each.words) == 1 or _goes_on(each, words, place):
                return Found(each.meaning, len(each.words))
        return None

    def begin_with(self, word: str) -> bool:
        """Whether any wording may begin with a word."""
        known = self._known.get(word)
        return bool(self._learned(word) if known is None else known)

    def _learned(self, word: str) -> tuple[Wording[Meaning], ...]:
        """Find the wordings that a word can begin, the longest first, and keep them for the next time."""
        singular = word[:-1] if word.endswith("s") and len(word) > SHORTEST_BEGINNING else word
        whole = self._whole.get(word) or self._whole.get(singular) or ()
        begun = self._begun.get(word[:SHORTEST_BEGINNING], ())
        found = (*whole, *(each for each in begun if word.startswith(each.words[0])))
        longest_first = tuple(sorted(found, key=lambda each: -len(each.words)))
        if len(self._known) < _MOST_KNOWN and len(word) <= _LONGEST_KNOWN:
            self._known[word] = longest_first
        return longest_first

    def reached(self, beginning: str, *, within: int) -> Meaning | None:
        """Return what a single word may mean that begins so and is at most so many letters longer."""
        singles = (
            each
            for listed in (*self._whole.values(), *self._begun.values())
            for each in listed
            if len(each.words) == 1
            and each.words[0].startswith(beginning)
            and len(each.words[0]) <= len(beginning) + within
        )
        return next((each.meaning for each in singles), None)


def listed(text: str) -> tuple[str, ...]:
    """Take a list apart that is written between commas or line ends."""
    return tuple(each for part in text.replace("\n", ",").split(",") if (each := " ".join(part.split())))


def _wording(text: str, meaning: Meaning) -> Wording[Meaning]:
    words = text.split()
    begun = tuple(each.endswith("*") for each in words)
    bare = tuple(each.removesuffix("*") for each in words)
    if begun[0] and len(bare[0]) < SHORTEST_BEGINNING:
        raise ValueError(f"{text!r} begins too short: give its first word {SHORTEST_BEGINNING} letters.")
    return Wording(bare, begun, meaning)


def _goes_on(wording: Wording[Meaning], words: Sequence[str], place: int) -> bool:
    """Whether the words after the first stand there, too."""
    if place + len(wording.words) > len(words):
        return False
    return all(
        _is(wording.words[further], wording.begun[further], words[place + further])
        for further in range(1, len(wording.words))
    )


def _is(wanted: str, longer: bool, word: str) -> bool:  # noqa: FBT001  # a pair of one wording
    if longer:
        return word.startswith(wanted)
    return word == wanted or (len(wanted) >= SHORTEST_BEGINNING and word == wanted + "s")
