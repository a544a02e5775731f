"""Sentences that the product's own code raised or kept, in the language of who reads them.

They are English, with names and numbers in them; `words/told/` holds the French of each. A sentence that is
not there stays as it is, marked as English.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from console.web.words import Words

_FOLDER = Path(__file__).with_name("words") / "told"
#: Longer ones are nobody's of ours.
_LONGEST = 1_000
_HOLE = re.compile(r"\{(_?)([a-z]+)\}")
_LIKE = {"n": r"\d+", "field": r"[\w.]{1,100}"}
#: A sentence ends like this; anything else is a part of one.
_ENDS = (".", "{why}")
#: Holes for parts that may have words of their own, beside `why` for sentences and `remark`.
_PHRASES = frozenset({"verb", "source", "budget", "scope", "whose", "what", "deaths", "pages"})
_STREAMS = frozenset({"stream", "streams"})


class _Shape(NamedTuple):
    pattern: re.Pattern[str]
    french: str
    #: What stands before the first hole.
    begins: str


def told(sentence: str, language: str) -> Markup:
    """Return a sentence, several in a row, or a part of one, in a language."""
    if language == "en" or not sentence:
        return Markup.escape(sentence)
    found = french(sentence)
    return Markup('<span lang="en">{}</span>').format(sentence) if found is None else found


def french(sentence: str) -> Markup | None:
    """Return the French of a sentence or of a part of one; None where there is none."""
    if len(sentence) > _LONGEST:
        return None
    for each in re.finditer(r"(?<=\.) ", sentence):
        first = _whole(sentence[: each.start()])
        if first is not None:
            rest = french(sentence[each.end() :])
            return None if rest is None else first + " " + rest
    found = _whole(sentence)
    return _phrase(sentence) if found is None else found


@cache
def shapes() -> Mapping[str, _Shape]:
    """Return every sentence by how the code writes it, with `{name}` for what changes; the fullest first.

    `n` is a number, `field` a platform's name of one, `{_name}` what stood at `{name}` before.
    """
    read: dict[str, str] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        read |= tomllib.loads(path.read_text(encoding="utf-8"))
    fullest = sorted(read, key=lambda each: len(_HOLE.sub("", each)), reverse=True)
    return {each: _Shape(_pattern(each), read[each], _HOLE.split(each)[0]) for each in fullest}


def _pattern(english: str) -> re.Pattern[str]:
    parts, end = [], 0
    for hole in _HOLE.finditer(english):
        again, name = hole.groups()
        any_text = _LIKE.get(name, r".{1,300}?")
        parts += [
            re.escape(english[end : hole.start()]),
            f"(?P={name})" if again else f"(?P<{name}>{any_text})",
        ]
        end = hole.end()
    return re.compile("".join(parts) + re.escape(english[end:]))


def _whole(sentence: str) -> Markup | None:
    return _put(sentence, _filled(ends=True))


def _phrase(text: str) -> Markup | None:
    return _put(text, _filled(ends=False))


@cache
def _filled(*, ends: bool) -> tuple[_Shape, ...]:
    """Return the shapes of sentences, or of parts of one, in which something changes; the fullest first."""
    return tuple(
        each
        for english, each in shapes().items()
        if _HOLE.search(english) and english.endswith(_ENDS) is ends
    )


def _put(text: str, among: Iterable[_Shape]) -> Markup | None:
    if (exactly := shapes().get(text)) and not _HOLE.search(text):
        return Markup.escape(exactly.french)
    for each in among:
        if text.startswith(each.begins) and (found := each.pattern.fullmatch(text)):
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            parts = _HOLE.split(each.french)
            return Markup("").join(
                values[part] if place % 3 == 2 else part for place, part in enumerate(parts) if place % 3 != 1
            )
    return None


def _value(name: str, text: str) -> str:
    if name == "why":
        return told(text, "fr")
    if name == "remark":
        return _phrase(text) or Markup('<span lang="en">{}</span>').format(text)
    if name in _PHRASES:
        return _phrase(text) or text
    if name in _STREAMS:
        return ", ".join(_stream(each) for each in text.split(", "))
    return text


def _stream(name: str) -> str:
    said = Words("fr")
    return said(f"harvests.stream_{name}") if said.has(f"harvests.stream_{name}") else name
