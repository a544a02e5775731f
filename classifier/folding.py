"""Folding: a text as plain words, so that case, accents, typography and hashtags play no part."""

import re
import unicodedata

#: Marks that stand on a letter, and characters that nobody sees: neither parts two words.
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+")
_JOINED = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Ý])")
_TOKENS = re.compile(r"[a-z0-9]+|[!?;\n]|\.(?=\s|$)")
_WORDS = re.compile(r"[a-z0-9]+")


def folded(text: str) -> str:
    """Return the text in lower case without accents; "#LoisSociales" becomes two words."""
    if "#" in text:
        text = _JOINED.sub(" ", text)
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return _UNSEEN.sub("", plain)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, apart at hyphens and apostrophes."""
    return _WORDS.findall(folded(text))


def tokens_of(text: str) -> list[str]:
    """Return the words of a text and what ends its sentences, folded."""
    return _TOKENS.findall(folded(text))
