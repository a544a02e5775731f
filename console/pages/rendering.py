"""Rendering: templates that escape whatever is put into them."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from console.pages.guard import Message
from console.pages.site import Face
from console.pages.words import language_of, words

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
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

    def language(self, scope: Message) -> str:
        """Return the language of a request."""
        chosen = parse_qs(scope["query_string"][:200].decode("latin-1")).get("lang", [None])[0]
        return language_of(chosen, Headers(scope=scope).get("accept-language", ""))

    def page(self, scope: Message, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Make a page from a template."""
        language = self.language(scope)
        html = _TEMPLATES.get_template(template).render(
            said=words(language),
            language=language,
            other="en" if language == "fr" else "fr",
            face=self._face,
            # Links of ours are relative to where a proxy shows us.
            root="../" * min(scope["path"].count("/") - 1, 2),
            **values,
        )
        return HTMLResponse(html, status)

    def say(self, scope: Message, status: int, what: str, to: str | None = None) -> HTMLResponse:
        """Make a page that only says something: the words `what`_title and `what`_text, and where to go."""
        headers = {"retry-after": "600"} if status == 429 else {}
        answer = self.page(scope, "said.html", status, what=what, to=to)
        answer.headers.update(headers)
        return answer
