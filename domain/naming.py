"""Names as people type them: without caring for accents, or for capitals."""

import unicodedata
from collections.abc import Callable, Mapping

#: Letters of Latin scripts that are one word's letters without decomposing to it.
_OTHERS = {"œ": "oe", "æ": "ae", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ı": "i"}  # noqa: RUF001  # meant
#: How many beginnings a typed one may stand for.
MOST_BEGINNINGS = 64
#: So many letters of a name are in the index.
INDEXED = 24


def folded(text: str) -> str:
    """Return a text in small letters without accents, as far as it is written in Latin letters."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_OTHERS.get(each, each) for each in bare if not unicodedata.combining(each))


def small(text: str) -> str:
    """Return a text with its letters A to Z small, and no others."""
    return "".join(each.lower() if each.isascii() else each for each in text)


def beginnings(typed: str, there: Callable[[list[str]], list[str]]) -> list[str]:
    """Return how a name may begin, in an index of small(name), that `typed` stands for, sorted by bytes.

    Where there would be many, `there` says of those so far which of them any name begins with. What is
    returned may be shorter than what was typed: whatever is found must still be compared by `folded`.
    Accented capitals are looked for in the first place only.
    """
    found, wanted = [""], folded(typed)[:INDEXED]
    for place, letter in enumerate(wanted):
        others = _ACCENTED.get(letter, "")
        choices = letter + others + (others.upper() if place == 0 else "")
        if len(found) * len(choices) > MOST_BEGINNINGS:
            found = there(found)
        if len(found) * len(choices) > MOST_BEGINNINGS:
            break
        found = [each + choice for each in found for choice in choices]
    exact = small(typed)[:INDEXED]
    if not any(exact.startswith(each) for each in found):
        found.append(exact)
    return sorted(found, key=str.encode)


def _accented() -> Mapping[str, str]:
    by_letter: dict[str, str] = {}
    for each in map(chr, range(0xE0, 0x100)):
        bare = folded(each)
        if len(bare) == 1 and bare != each and each.upper() != each:
            by_letter[bare] = by_letter.get(bare, "") + each
    return by_letter


_ACCENTED = _accented()
