"""The words of a text as they stand in it, and the plain form of a word."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Invisible characters within a word: joiners, soft hyphen, byte order mark; and marks put upon letters.
_WITHIN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff"
_ADDRESSES = re.compile(r"(?:https?://|www\.)\S+|@[\w.]+", re.IGNORECASE)
_WORDS = re.compile(rf"[\w{_WITHIN}]+")
#: Where a word of a #CamelCase hashtag ends and the next begins.
HUMP = r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])"
_HUMPS = re.compile(HUMP)
_UNSEEN = re.compile(f"[{_WITHIN}]+")
_ELONGATED = re.compile(r"(\w)\1{2,}")
_PLURALS = ("s", "x")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

#: Longer than any word; what is longer is never looked up.
LONGEST_WORD = 60


def bared(text: str) -> str:
    """Put spaces for addresses, mentions and underscores: every other character stays at its place."""
    if "@" in text or "://" in text or "ww." in text or "WW." in text:
        text = _ADDRESSES.sub(_spaces, text)
    return text.replace("_", " ")


def words_in(bare: str) -> list[str]:
    """Return the words of a text without addresses: what stands between punctuation, quotes and emoji.

    Where there is a hashtag, words are taken apart at their humps, too: "#BikeLanes" is two.
    """
    words = _WORDS.findall(bare)
    return [part for each in words for part in _HUMPS.split(each)] if "#" in bare else words


def starts_of(bare: str, words: Iterable[str]) -> list[int]:
    """Return where each of all words of a text begins."""
    starts, end = [], 0
    for word in words:
        starts.append(bare.index(word, end))
        end = starts[-1] + len(word)
    return starts


def fold(word: str) -> str:
    """Return a word in small letters without accents and invisible characters."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", word.lower().translate(_LIGATURES)))
    return "".join(each for each in plain if not unicodedata.combining(each))


def forms(word: str) -> tuple[str, ...]:
    """Return the folded word and what it may be a plural or an elongation of ("sooooo", "hospitals")."""
    if not _ELONGATED.search(word):
        return (word, *_singulars(word)) if word[-1:] in _PLURALS else (word,)
    found = [word, _ELONGATED.sub(r"\1\1", word), _ELONGATED.sub(r"\1", word)]
    return tuple(dict.fromkeys(single for each in found for single in (each, *_singulars(each))))


def _singulars(word: str) -> Iterator[str]:
    if len(word) < 5:
        return
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        elif word.endswith(("ses", "xes", "ches", "shes")):
            yield word[:-2]
    elif word.endswith(("eaux", "eux", "oux")):
        yield word[:-1]
    elif word.endswith("aux"):
        yield word[:-3] + "al"


def _spaces(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())
