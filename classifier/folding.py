"""Folding: a text as plain words, so that case, accents, typography and hashtags play no part."""

import re
import unicodedata

#: What ends a sentence, in a list of tokens.
SENTENCE_END = "."
#: Marks that stand on a letter, and characters that nobody sees: neither parts two words.
_UNSEEN = re.compile(
    "[\u0300-\u036f\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_JOINED = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Ý])")


def tokens_of(text: str) -> list[str]:
    """Return the words of a text and what ends its sentences, folded: lower case, without accents.

    Words are apart at hyphens and apostrophes; "#LoisSociales" is two words. Linear in the text's length.
    """
    if "#" in text:
        text = _JOINED.sub(" ", text)
    try:
        # Most texts are Latin-1 but for an apostrophe, and so read ten times as fast as by Unicode's way.
        plain = text.replace("\u2019", "'").encode("latin-1")
    except UnicodeEncodeError:
        plain = _decomposed(text).encode("latin-1")
    return plain.translate(_PLAIN, b"\xad").replace(b".", b" . ").decode("ascii").split()


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [each for each in tokens_of(text) if each != SENTENCE_END]


def _decomposed(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    return _FOREIGN.sub(" ", _UNSEEN.sub("", plain))


def _plainly(character: str) -> str:
    if character in ".!?;\n":
        return SENTENCE_END
    letter = unicodedata.normalize("NFKD", character.lower())[0]
    return letter if letter.isascii() and letter.isalnum() else " "


_PLAIN = "".join(_plainly(chr(each)) for each in range(256)).encode("ascii")
