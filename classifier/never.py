"""Never: what is not read in any text, neither through a term nor where people speak of themselves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from classifier.folding import tokens_of, words_of
from classifier.statements import Speech, Statements
from classifier.wordings import Wordings

#: Words that play no part where a term is held against the list.
_SMALL = frozenset(words_of("le la les l de du des d un une en et au aux a the of an and"))
#: So many letters before its end a beginning gives a word of the list away.
_REACH = 3


class Group(NamedTuple):
    """One kind of thing that is never read, and why.

    `words` are no terms, `but` are their harmless neighbours; `said` and `does` count only where people
    speak of themselves; both are None for a group that says nothing about who speaks, such as sentiment.
    """

    name: str
    what: str
    sources: str
    words: tuple[str, ...]
    but: tuple[str, ...] = ()
    said: tuple[str, ...] | None = None
    does: tuple[str, ...] = ()


class Never:
    """The list of what is never read; built once, asked of every term and every text."""

    def __init__(self, groups: Sequence[Group], speech: Speech) -> None:
        self._groups: Mapping[str, Group] = {each.name: each for each in groups}
        self._terms = Wordings(
            (bare, each.name) for each in groups for word in each.words if (bare := _without_small(word))
        )
        self._but = Wordings(
            (bare, each.name) for each in groups for word in each.but if (bare := _without_small(word))
        )
        self._statements = Statements(
            ((each.name, each.words, each.said, each.does) for each in groups if each.said is not None),
            (word for each in groups for word in each.but),
            speech,
        )

    @classmethod
    def of(cls, groups: Iterable[Group], speech: Speech) -> "Never":
        """Build the list from its groups and from how people speak of themselves."""
        return cls(tuple(groups), speech)

    def reason(self, term: str) -> str | None:
        """Say in one sentence why a term must not be used; None where it may.

        A term that ends in * stands for all longer words: one that comes within three letters of a word of
        the list, such as "handi*", is refused, too.
        """
        name = self._named(term)
        if name is None:
            return None
        group = self._groups[name]
        return f"“{term}” stands for {group.what}, which is never inferred ({group.sources})."

    def is_personal(self, text: str) -> bool:
        """Whether people say of themselves or their family what is never inferred; then nothing is read.

        Linear in the length of the text. In doubt it says yes: a text that is not read costs little.
        """
        tokens = tokens_of(text)
        return any(map(self.tells, tokens)) and self.is_said_in(tokens)

    def is_said_in(self, tokens: Sequence[str]) -> bool:
        """Whether it is said in a text, given by its `tokens_of`; where none of them `tells`, it is not."""
        return self._statements.stand_in(tokens)

    def tells(self, token: str) -> bool:
        """Whether a token may have a part in what people say of themselves: most have none in any text."""
        return self._statements.tells(token)

    def _named(self, term: str) -> str | None:
        words = [each for each in words_of(term) if each not in _SMALL]
        place = 0
        while place < len(words):
            harmless = self._but.at(words, place)
            found = self._terms.at(words, place)
            if harmless and not (found and found.length > harmless.length):
                place += harmless.length
            elif found:
                return found.meaning
            else:
                place += 1
        if len(words) != 1 or not term.endswith("*") or self._but.at(words, 0):
            return None
        return self._terms.reached(words[0], within=_REACH)


def _without_small(wording: str) -> str:
    return " ".join(each for each in wording.split() if each not in _SMALL)
