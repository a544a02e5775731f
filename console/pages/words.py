"""The words of the pages and mails, in the language that a browser asks for."""

import tomllib
from functools import cache
from pathlib import Path

from domain.sign_up import LANGUAGES


@cache
def words(language: str) -> dict[str, str]:
    """Return all words in one language, by name."""
    read = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {name: str(each[language]) for name, each in read.items()}


def language_of(chosen: str | None, accepted: str) -> str:
    """Return the language that was chosen, else the one of ours that the browser likes best, else French."""
    if chosen in LANGUAGES:
        return chosen
    wished: list[tuple[float, int, str]] = []
    for place, each in enumerate(accepted[:500].split(",")):
        tag, _, rest = each.strip().partition(";")
        wished.append((-_weight(rest), place, tag.split("-")[0].lower()))
    return next((tag for weight, _, tag in sorted(wished) if tag in LANGUAGES and weight < 0), LANGUAGES[0])


def _weight(written: str) -> float:
    _, _, number = written.partition("q=")
    try:
        return float(number) if number else 1.0
    except ValueError:
        return 0.0
