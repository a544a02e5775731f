"""Statements: where people say of themselves or of their family what nobody may infer."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from classifier.folding import SENTENCE_END
from classifier.wordings import SHORTEST_BEGINNING, Wordings

#: So many words are kept with whether they are sensitive.
_MOST_KNOWN = 20_000
_SENTENCE_ENDS = frozenset({SENTENCE_END})
_ABOUT_ME = frozenset({"m", "me"})
_AND = frozenset({"et", "and"})
#: Words that stand in many texts, so that a wording is looked for by another one of its words.
_COMMON = frozenset({
    "a", "again", "au", "dans", "de", "en", "first", "high", "in", "left", "life", "moins", "of", "on", "out",
    "people", "place", "premiere", "right", "same", "sans", "school", "second", "street", "the", "time", "to",
    "under", "work", "year", "your",
})  # fmt: skip
_AS = frozenset({"as", "comme"})
_POSSESSIVE = frozenset({"de", "of"})
_OURS = frozenset({"notre", "nos", "our"})
#: How many words may follow a verb before what is said: for a clear word, for one that is only clear nearby.
_FAR, _NEAR, _NEAR_OF_MANY = 7, 4, 2
#: Groups that a verb of opinion alone can speak of: "I support the ... party".
_CAMPS = frozenset({"party", "vote", "union"})
_EDGE = frozenset({"et", "and", "ok", "but", "mais", "je", "i", "old"})
_OF = frozenset({"de", "d", "que", "qu", "of", "ago", "in", "pour", "for"})


class Speech(NamedTuple):
    """How people speak of themselves; config/topics_never.toml says what each list does."""

    selves: tuple[str, ...]
    many: tuple[str, ...]
    owners: tuple[str, ...]
    kin: tuple[str, ...]
    mine: tuple[str, ...]
    fillers: tuple[str, ...]
    being: tuple[str, ...]
    having: tuple[str, ...]
    opinions: tuple[str, ...]
    breakers: tuple[str, ...]
    others: tuple[str, ...]
    trades: tuple[str, ...]
    openers: tuple[str, ...]
    since: tuple[str, ...]
    ages: tuple[str, ...]
    years: tuple[str, ...]
    numbers: tuple[str, ...]


class _Sense(NamedTuple):
    """What a wording says: of which group, and whether it is clear even at a distance."""

    group: str
    clear: bool


#: A group's name, its clear words, those that are clear nearby only, and its verbs.
Said = tuple[str, tuple[str, ...], tuple[str, ...] | None, tuple[str, ...]]


class Statements:
    """The statements that keep a text from being read, looked for in its folded words."""

    def __init__(self, groups: Iterable[Said], but: Iterable[str], speech: Speech) -> None:
        known = tuple(groups)
        self._said = Wordings(
            [(word, _Sense(name, clear=False)) for name, _, said, _ in known for word in said or ()]
            + [(word, _Sense(name, clear=True)) for name, words, _, _ in known for word in words]
        )
        self._does = Wordings((word, name) for name, _, _, does in known for word in does)
        self._but = Wordings((word, None) for word in (*but, *speech.others))
        self._kin = Wordings((word, None) for word in speech.kin)
        self._mine = Wordings((word, None) for word in speech.mine)
        self._trades = Wordings((word, None) for word in speech.trades)
        self._openers = Wordings((word, None) for word in speech.openers)
        self._since = Wordings((word, None) for word in speech.since)
        self._sinces = frozenset(_weightiest(each, _COMMON | _AND) for each in speech.since)
        self._selves, self._many = frozenset(speech.selves), frozenset(speech.many)
        self._owners, self._fillers = frozenset(speech.owners), frozenset(speech.fillers)
        self._being, self._having = frozenset(speech.being), frozenset(speech.having)
        self._opinions, self._breakers = frozenset(speech.opinions), frozenset(speech.breakers)
        self._ages, self._years = frozenset(speech.ages), frozenset(speech.years)
        self._numbers = frozenset(speech.numbers) | {str(each) for each in range(1, 18)}
        common = _COMMON | self._fillers | self._breakers | self._being | self._having | self._owners
        everything = [word for _, words, said, does in known for word in (*words, *(said or ()), *does)]
        self._weighty = Wordings((_weightiest(each, common), None) for each in (*everything, *speech.mine))
        self._telling: dict[str, bool] = {}
        self._plain: dict[str, bool] = {}
        self._turning = self._numbers | self._breakers | self._being | self._having | _AND | _SENTENCE_ENDS
        opening = {each.split()[0] for each in speech.openers}
        self._signs = self._selves | self._many | self._owners | opening | _AS

    def stand_in(self, tokens: Sequence[str]) -> bool:
        """Whether one of them stands in these words; where none of them `tells`, none does."""
        if not self._signs.isdisjoint(tokens):
            signs = [place for place, each in enumerate(tokens) if each in self._signs]
            if any(self._begins_at(tokens, place) for place in signs):
                return True
        if self._sinces.isdisjoint(tokens):
            return False
        return any(self._opens_with(tokens, place) for place in _starts(tokens))

    def tells(self, word: str) -> bool:
        """Whether a word may be sensitive: few are, and asking this of all costs less than reading them."""
        tells = self._telling.get(word)
        if tells is None:
            tells = word in self._numbers or self._weighty.begin_with(word)
            if len(self._telling) < _MOST_KNOWN:
                self._telling[word] = tells
        return tells

    def _begins_at(self, tokens: Sequence[str], place: int) -> bool:
        word = tokens[place]
        if opener := self._openers.at(tokens, place):
            return self._says(tokens, place + opener.length)
        if word in _AS and place + 1 < len(tokens):
            said = self._said.at(tokens, place + 1)
            nobody = self._selves.isdisjoint(tokens[place + 2 : place + _FAR + 2])
            return said is not None and said.meaning.clear and not nobody
        if word in self._owners:
            return self._says_of_kin(tokens, place)
        return (word in self._selves or word in self._many) and self._says_of_self(tokens, place)

    def _says_of_kin(self, tokens: Sequence[str], place: int) -> bool:
        """Follow "my ...": a relative of whom more is said, or what is somebody's own."""
        own, told = tokens[place] not in _OURS, False
        for at in range(place + 1, min(place + 4, len(tokens))):
            if self._is_age(tokens, at):
                return True
            if kin := self._kin.at(tokens, at):
                return told or self._is_of(tokens, place) or self._says(tokens, at + kin.length)
            said = self._said.at(tokens, at)
            told = told or bool(said and said.meaning.clear)
            if own and (told or self._mine.at(tokens, at)):
                return not self._but.at(tokens, at)
            if tokens[at] in self._breakers or tokens[at] in self._fillers or tokens[at] in _SENTENCE_ENDS:
                return False
        return False

    def _is_of(self, tokens: Sequence[str], place: int) -> bool:
        """Whether it was said before: "le cancer de ma mère", "the depression of my son"."""
        if place < 2 or tokens[place - 1] not in _POSSESSIVE:
            return False
        said = self._said.at(tokens, place - 2)
        return said is not None and said.meaning.clear and said.length == 1

    def _says_of_self(self, tokens: Sequence[str], place: int) -> bool:
        """Follow "I" or "we" to the verb that says what they are, have or think."""
        many = tokens[place] in self._many
        if tokens[place] in self._being:
            return self._says(tokens, place + 1)
        for at in range(place + 1, min(place + 6, len(tokens))):
            word = tokens[at]
            many = many and word not in _ABOUT_ME
            said = self._said.at(tokens, at)
            if not many and (self._does.at(tokens, at) or (said and said.length > 1)):
                return not self._but.at(tokens, at)
            if word in self._being or word in self._having:
                return self._says(tokens, at, many=many)
            if word in self._opinions:
                return self._says(tokens, at + 1, camps_only=True)
            if word not in self._fillers and not word.endswith(("ment", "ly")):
                return False
        return False

    def _says(
        self, tokens: Sequence[str], place: int, *, many: bool = False, camps_only: bool = False
    ) -> bool:
        """Whether what follows a verb is sensitive, until something else is spoken of."""
        near, paused, at, end = (0 if many else _NEAR + 1), False, place, min(place + _FAR + 1, len(tokens))
        while at < end:
            word = tokens[at]
            if self._is_plain(word):
                at, near = at + 1, near - 1
                continue
            said = self._said.at(tokens, at)
            but = self._but.at(tokens, at)
            if but and not (said and said.length > but.length):
                at += but.length
                continue
            if said and not paused and _counts(said.meaning, near, camps_only=camps_only):
                return True
            if not (many or paused or camps_only) and (
                self._is_age(tokens, at) or self._verb(tokens, at, near)
            ):
                return True
            if word in _SENTENCE_ENDS or word in self._breakers:
                return not (many or camps_only) and self._goes_on_after(tokens, at)
            if trade := self._trades.at(tokens, at):
                paused = True
                at += trade.length
                continue
            if word in _AND:
                paused = False
            if word in self._being or (word in self._having and not many):
                near = (_NEAR_OF_MANY if many else _NEAR) + 1
            at, near = at + 1, near - 1
        return False

    def _is_plain(self, word: str) -> bool:
        """Whether a word neither says anything nor turns a statement: most are, and cost one look."""
        plain = self._plain.get(word)
        if plain is None:
            phrases = (self._said, self._but, self._does, self._trades)
            plain = word not in self._turning and not any(each.begin_with(word) for each in phrases)
            if len(self._plain) < _MOST_KNOWN:
                self._plain[word] = plain
        return plain

    def _goes_on_after(self, tokens: Sequence[str], at: int) -> bool:
        """Whether "I am on ..." goes on with what somebody lives on, or "je n'ai que ..." with an age."""
        if at + 1 >= len(tokens):
            return False
        before = tokens[at - 1]
        on_it = tokens[at] == "on" and (before in self._being or before in self._having)
        return (on_it and self._said.at(tokens, at + 1) is not None) or self._is_age(tokens, at + 1)

    def _verb(self, tokens: Sequence[str], at: int, near: int) -> bool:
        return near > 0 and self._does.at(tokens, at) is not None

    def _is_age(self, tokens: Sequence[str], at: int) -> bool:
        """Whether an age under 18 stands here: "15 ans", "8 year old", or "I am 15" and no more."""
        if tokens[at] not in self._numbers or tokens[at - 1] not in self._ages:
            return False
        after, further = [*tokens[at + 1 : at + 3], ".", "."][:2]
        if after in self._years:
            return further not in _OF
        return (after in _SENTENCE_ENDS or after in _EDGE) and tokens[at - 1] in self._being

    def _opens_with(self, tokens: Sequence[str], place: int) -> bool:
        """Whether a sentence opens with what somebody is: "Diabétique depuis l'enfance"."""
        said = self._said.at(tokens, place)
        if said is None or not said.meaning.clear or place + said.length >= len(tokens):
            return False
        return self._since.at(tokens, place + said.length) is not None


def _weightiest(wording: str, common: Collection[str]) -> str:
    """Return the word by which a wording is looked for first: the longest that is not common."""

    def weight(word: str) -> tuple[bool, int]:
        bare = word.removesuffix("*")
        if bare != word and len(bare) < SHORTEST_BEGINNING:
            return False, 0
        return bare not in common, len(bare)

    return max(wording.split(), key=weight)


def _starts(tokens: Sequence[str]) -> Iterator[int]:
    if tokens[0] not in _SENTENCE_ENDS:
        yield 0
    place, last = -1, len(tokens) - 1
    for _ in range(tokens.count(SENTENCE_END)):
        place = tokens.index(SENTENCE_END, place + 1)
        if place < last:
            yield place + 1


def _counts(sense: _Sense, near: int, *, camps_only: bool) -> bool:
    if camps_only:
        return sense.group in _CAMPS
    return sense.clear or near > 0
