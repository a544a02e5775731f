"""The terms by which topics are known, read from topics.toml and from a team's own file of the same shape."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from config.toml_lines import line_of
from domain.errors import RegularsError
from domain.terms import BOTH, LANGUAGES, Term, Vocabulary, Words

#: What the three lists of a topic weigh.
WEIGHTS = {"sure": 3, "clear": 2, "faint": 1}
ASIDES = "asides"
OURS = Path(__file__).with_name("topics.toml")
_TERM = re.compile(r"(?!.?\*)(?=.*\w).+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class TopicsError(RegularsError):
    """Raised when a file of terms is wrong: which file, which line, what to write."""


def load(own: Path | None = None) -> Vocabulary:
    """Read our terms, and after them those of a team's own file; raises TopicsError where one is wrong."""
    vocabulary = _ours()
    if own is None:
        return vocabulary
    more = read(own)
    return Vocabulary(vocabulary.terms + more.terms, vocabulary.asides + more.asides)


def read(path: Path) -> Vocabulary:
    """Read one file of terms; raises TopicsError where it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TopicsError(f"{path} cannot be read as terms of topics: {error}.") from error
    terms: list[Term] = []
    asides: list[Term] = []
    for topic, lists in tables.items():
        if not isinstance(lists, dict) or not _NAME.fullmatch(topic):
            raise _wrong(path, text, topic, "A topic is a table, its name in small letters and underscores.")
        if topic == ASIDES:
            asides += _terms(path, text, topic, {each: {"faint": lists[each]} for each in lists})
        else:
            terms += _terms(path, text, topic, lists)
    return Vocabulary(tuple(terms), tuple(asides))


@cache
def _ours() -> Vocabulary:
    return read(OURS)


def _terms(path: Path, text: str, topic: str, lists: Mapping[str, Any]) -> Iterator[Term]:
    for language, by_weight in lists.items():
        place = f"{topic}.{language}"
        if language not in {*LANGUAGES, BOTH} or not isinstance(by_weight, dict):
            raise _wrong(path, text, place, f"{language} is no language; write fr, en or both.")
        for weight, written in by_weight.items():
            if weight not in WEIGHTS or not isinstance(written, str):
                raise _wrong(
                    path,
                    text,
                    f"{place}.{weight}",
                    "The lists are called sure, clear and faint; each is one text.",
                )
            for each in _split(written):
                if not _TERM.fullmatch(each.partition("!")[0].strip()):
                    raise _wrong(
                        path,
                        text,
                        f"{place}.{weight}",
                        f"{each!r} needs a word, of two letters at least before *.",
                    )
                words, *not_with = (one.strip() for one in each.split("!"))
                yield Term(
                    words.rstrip("*").strip(),
                    topic,
                    language,
                    WEIGHTS[weight],
                    words.endswith("*"),
                    tuple(not_with),
                )


def _split(written: str) -> Iterator[str]:
    lines = (line for line in written.splitlines() if not line.lstrip().startswith("#"))
    yield from (each.strip() for line in lines for each in line.split(",") if each.strip())


def _wrong(path: Path, text: str, place: str, sentence: str) -> TopicsError:
    table, _, key = place.rpartition(".")
    line = line_of(text, table, key) or line_of(text, place)
    return TopicsError(f"{path}{f', line {line}' if line else ''}, {place}: {sentence}")


@cache
def load_words() -> Words:
    """Read what is known of single words: the word table and how common words are in which language."""
    supports = {word: (topic, float(share)) for word, topic, share in _rows("word_table.tsv")}
    languages = {word: (int(fr), int(en), int(other)) for word, fr, en, other in _rows("languages.tsv")}
    return Words(supports, languages)


def _rows(name: str) -> Iterator[list[str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8") as file:
        yield from (line.rstrip("\n").split("\t") for line in file if not line.startswith("#"))
