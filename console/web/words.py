"""The words of the console, each beside its translation; numbers choose their plural."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from console.web.formats import number

_FOLDER = Path(__file__).with_name("words")
Sentence = str | list[str]


@cache
def catalogue() -> Mapping[str, Mapping[str, Sentence]]:
    """Return all words by name, `file.name`, each in every language; a list holds one and many."""
    read: dict[str, Mapping[str, Sentence]] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        for name, each in tomllib.loads(path.read_text(encoding="utf-8")).items():
            read[f"{path.stem}.{name}"] = each
    return read


class Words:
    """The words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale(language)

    def __call__(self, name: str, /, **values: Any) -> str:
        """Return a sentence with its values; `n` chooses between one and many. Raises KeyError."""
        sentence = catalogue()[name][self.language]
        if isinstance(sentence, list):
            sentence = sentence[0 if self._locale.plural_form(values["n"]) == "one" else 1]
        if not values:
            return sentence
        shown = {
            each: number(value, self.language) if isinstance(value, int) else value
            for each, value in values.items()
        }
        return sentence.format(**shown)

    def has(self, name: str) -> bool:
        """Tell whether there are words of that name."""
        return name in catalogue()
