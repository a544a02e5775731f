"""Rendering: templates that escape whatever is put into them."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from console.form_reading import Message
from console.pages.site import Face
from console.pages.words import language_of, words
from domain.sign_up import LANGUAGES

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
STYLE = (_HERE / "pages.css").read_text(encoding="utf-8")


class Pages:
    """Makes the answers of one installation."""

    def __init__(self, face: Face) -> None:
        self._face = face
        # Refusals are the same for everybody, and robots get many of them.
        self._said = cache(self._say)

    def language(self, scope: Message) -> str:
        """Return the language of a request."""
        chosen = parse_qs(scope["query_string"][:200].decode("latin-1")).get("lang", [None])[0]
        return language_of(chosen, Headers(scope=scope).get("accept-language", ""))

    def page(self, scope: Message, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Make a page from a template."""
        return HTMLResponse(self._render(template, self.language(scope), _root(scope), **values), status)

    def say(self, scope: Message, status: int, what: str, to: str | None = None) -> HTMLResponse:
        """Make a page that only says something: the words `what`_title and `what`_text, and where to go."""
        headers = {"retry-after": "600"} if status == 429 else None
        return HTMLResponse(self._said(self.language(scope), _root(scope), what, to), status, headers)

    def _render(self, template: str, language: str, root: str, **values: Any) -> str:
        other = next(each for each in LANGUAGES if each != language)
        shown = {"said": words(language), "language": language, "other": other, "root": root}
        return _TEMPLATES.get_template(template).render(face=self._face, **shown, **values)

    def _say(self, language: str, root: str, what: str, to: str | None) -> str:
        return self._render("said.html", language, root, what=what, to=to)


def _root(scope: Message) -> str:
    """Return the way from a page to the first, so that a proxy may show the pages under any path."""
    path: str = scope["path"]
    return "../" * min(path.count("/") - 1, 2)
