"""The papers that the law wants in writing, in French and English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from config.notice import LANGUAGES
from config.templates import render
from domain.errors import RegularsError

#: Each paper, with the rule that asks for it.
PAPERS: Mapping[str, str] = {
    "register": "GDPR art. 30",
    "impact-assessment": "GDPR art. 35",
    "processors": "GDPR art. 28",
    "targeting": "Regulation (EU) 2024/900 art. 19",
    "breach": "GDPR art. 33-34",
}


class PaperError(RegularsError):
    """Raised when there is no such paper."""


def write(paper: str, facts: Mapping[str, Any], language: str) -> str:
    """Fill in a paper in Markdown with the values that its template names."""
    return render(f"papers/{paper}.{language}.md.j2", facts)


def require(paper: str, language: str) -> None:
    """Raise PaperError where there is no paper of that name or language."""
    if paper not in PAPERS:
        raise PaperError(f"There is no paper {paper!r}; there are {', '.join(PAPERS)}.")
    if language not in LANGUAGES:
        raise PaperError(f"There is no paper in {language!r}; there are {' and '.join(LANGUAGES)}.")


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the words of the papers."""
    return tomllib.loads(files("config").joinpath("papers", f"{language}.toml").read_text(encoding="utf-8"))
