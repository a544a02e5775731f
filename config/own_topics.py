"""A team's own terms: a file of the shape of topics.toml, held against every rule before a term is used."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from classifier.folding import words_of
from classifier.topics.lexicon import SMALL
from config.never import never
from config.topics import TopicsError, load, read
from domain.terms import BOTH, LANGUAGES, Term, Vocabulary
from domain.topic import TOPICS

#: So many letters a term has at least, and a beginning such as "cycl*".
SHORTEST, SHORTEST_BEGINNING = 3, 4
#: So many topics of its own a team has at most, with names of so many letters.
MOST_TOPICS, LONGEST_NAME = 20, 30
#: A name so like one of ours (from 0 to 1) is taken for a slip.
_ALIKE = 0.8


def vocabulary(own: Path | None) -> Vocabulary:
    """Return our terms and a team's own; raises TopicsError with one sentence for each mistake."""
    return load() if own is None else load(checked(own))


def checked(path: Path) -> Path:
    """Return the path of a file without mistakes; raises TopicsError with a sentence for each."""
    mistakes = mistakes_of(path)
    if mistakes:
        raise TopicsError(f"{path} cannot be used as it is. {' '.join(_sentence(each) for each in mistakes)}")
    return path


def mistakes_of(path: Path) -> tuple[str, ...]:
    """Return one sentence for each mistake in a file; TopicsError where it cannot be read at all."""
    return tuple(mistakes_in(read(path)))


def mistakes_in(own: Vocabulary) -> Iterator[str]:
    """Yield one sentence for each mistake in a team's own terms."""
    if not own.terms:
        yield "there is no term in it; write a topic's words under [topic.fr], [topic.en] or [topic.both]."
    yield from _wrong_topics(own.topics)
    for each in own.terms:
        yield from _wrong_term(each)
    for (topic, written, language), count in Counter(_keys(own.terms)).items():
        if count > 1:
            yield f"{topic}: “{written}” stands {count} times for {language}; keep one."


def written(term: Term) -> str:
    """Return a term as it stands in a file."""
    return term.text + "*" * term.prefix


def _sentence(mistake: str) -> str:
    return mistake[0].upper() + mistake[1:]


def _wrong_topics(topics: Iterable[str]) -> Iterator[str]:
    own = [each for each in topics if each not in TOPICS]
    if len(own) > MOST_TOPICS:
        yield f"there are {len(own)} topics of your own; {MOST_TOPICS} are the most."
    for each in own:
        near = difflib.get_close_matches(each, TOPICS, n=1, cutoff=_ALIKE)
        reason = never().reason(each.replace("_", " "))
        if near:
            yield f"{each} is no topic of ours; write {near[0]}, or a name that is less like it."
        elif reason:
            yield f"{each} can be no topic: {reason}"
        elif len(each) > LONGEST_NAME:
            yield f"{each} is too long for a topic's name; {LONGEST_NAME} letters are the most."


def _wrong_term(term: Term) -> Iterator[str]:
    words = [each for each in words_of(term.text) if each not in SMALL]
    shortest = SHORTEST_BEGINNING if term.prefix and len(words) == 1 else SHORTEST
    if sum(len(each) for each in words) < shortest:
        yield f"{term.topic}: “{written(term)}” is too short; write at least {shortest} letters."
    elif reason := never().reason(written(term)):
        yield f"{term.topic}: {reason}"


def _keys(terms: Iterable[Term]) -> Iterator[tuple[str, str, str]]:
    for each in terms:
        folded = " ".join(words_of(each.text)) + "*" * each.prefix
        for language in LANGUAGES if each.language == BOTH else (each.language,):
            yield each.topic, folded, language
