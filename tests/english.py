"""English words on a page in another language: where they stand, outside what people and machines write."""

import re
from html.parser import HTMLParser

#: Words of which nearly every English sentence or heading of ours holds one, and that are no French ones.
_WORDS = (
    "the and of until is are was were not with for by from this that has have had been which whose nobody "
    "somebody your its their each every when where what who why into than then they there only until "
    "before after month week year today yesterday failed done running waiting stopped cancelled unknown "
    "none yes followers likers reposters friends account accounts harvest harvests queue people person "
    "missing remove add save cancel retry never always "
)
TELLING = frozenset(_WORDS.split())
#: Names and values: what people, platforms and machines write.
_FOREIGN = frozenset({"bdi", "code", "pre", "script", "style", "blockquote", "textarea"})
_CLASSES = frozenset({"person", "key"})
_EMPTY = frozenset({"input", "img", "br", "meta", "link", "source", "hr", "path", "circle", "rect", "col"})
_SHOWN = ("title", "aria-label", "placeholder", "alt", "data-name", "data-words")
#: Names of settings and zones, commands, and what is quoted.
_NAMES = re.compile(r"`[^`]*`|« [^»]* »|\S*[_/]\S*")
_WORD = re.compile(r"[^\W\d_]+")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def is_foreign(self) -> bool:
        return any(foreign for _, foreign in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not self.is_foreign:
            self.found += [given[each] for each in _SHOWN if each in given]
        if tag not in _EMPTY:
            is_foreign = (
                tag in _FOREIGN
                or given.get("lang") == "en"
                or bool(_CLASSES & set(given.get("class", "").split()))
            )
            self.open.append((tag, is_foreign))

    def handle_endtag(self, tag: str) -> None:
        while any(each == tag for each, _ in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self.is_foreign and data.strip():
            self.found.append(" ".join(data.split()))


def english_in(html: str) -> list[str]:
    """Return the texts of a page, its attributes among them, that hold a telling word."""
    reader = _Texts()
    reader.feed(html)
    reader.close()
    return sorted(
        {
            each
            for each in reader.found
            if TELLING & {word.lower() for word in _WORD.findall(_NAMES.sub(" ", each))}
        }
    )


def marked_english_in(html: str) -> list[str]:
    """Return what a page says in English and marks so."""
    found = set(re.findall(r'lang="en"[^>]*>([^<]*)<', html))
    return sorted(found - {"English"})
