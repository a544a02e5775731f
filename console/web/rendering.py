"""Rendering: templates that escape whatever is put into them, with the words of the visitor's language."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from config import notice
from console.pages.words import words as public_words
from console.web import formats, written
from console.web.access import TOKEN_FIELD
from console.web.desk import Visit
from console.web.told import told
from console.web.words import Words
from domain.topic import TOPICS
from domain.user import Role
from store.reading import BY_HAND

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    finalize=written.within,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.do"],
)
#: For the parts, too, which know nothing of a visit.
_TEMPLATES.globals |= {"brief": written.brief, "coded": written.coded}
#: The screens in the order of the navigation, each with the least role that sees it.
SCREENS = {
    "overview": Role.VIEWER,
    "accounts": Role.VIEWER,
    "harvests": Role.VIEWER,
    "queues": Role.VIEWER,
    "contacts": Role.OPERATOR,
    "messaging": Role.VIEWER,
    "privacy": Role.VIEWER,
    "settings": Role.VIEWER,
}
words = cache(Words)


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Make a page for a visit; `template` names the screen and the file."""
    return HTMLResponse(render(visit, template, **values), status)


def render(visit: Visit, template: str, **values: Any) -> str:
    """Render a page or a part of one."""
    shown = {
        "visit": visit,
        "user": visit.user,
        "screen": template.partition("/")[0],
        "screens": [each for each, role in SCREENS.items() if visit.user.role >= role],
        "form_token": Markup('<input type="hidden" name="{}" value="{}">').format(
            TOKEN_FIELD, visit.form_token
        ),
        "usd": lambda micro_usd: formats.dollars(micro_usd, visit.language),
        "ago": lambda moment: _time(visit, moment, formats.ago(moment, visit.now, visit.language)),
        "at": lambda moment: _time(
            visit, moment, formats.clock(moment, visit.zone, visit.now, visit.language)
        ),
        "day": lambda moment: _time(visit, moment, formats.day(moment, visit.zone, visit.language)),
        "long_day": lambda given: formats.long_day(given, visit.language),
        "may": visit.may,
        "kind_words": {
            **notice.words(visit.language)["kinds"],
            BY_HAND: Words(visit.language)("words.by_hand"),
        },
        "topic_words": {each: public_words(visit.language)[f"topic_{each}"] for each in TOPICS},
    }
    return _render(template, visit.language, visit.user.theme, **shown, **values)


def plain_page(template: str, language: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Make a page for somebody who is not signed in."""
    return HTMLResponse(_render(template, language, "system", **values), status)


def after(path: str) -> RedirectResponse:
    """Send the browser on after a form was carried out, so that reloading does not send it again."""
    return RedirectResponse(path, 303)


@cache
def address_of(name: str) -> str:
    """Return the address of a file of ours, with what it holds in it, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def _render(template: str, language: str, theme: str, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{template}.html").render(
        t=words(language),
        language=language,
        theme=theme,
        static=address_of,
        n=lambda value: formats.number(value, language),
        percent=lambda share: formats.percent(share, language),
        size=lambda count: formats.size(count, language),
        lasting=lambda span: formats.lasting(span, language),
        say=lambda sentence: told(sentence, language),
        whole=lambda text, *most: written.whole(text, words(language)("frame.whole"), *most),
        **values,
    )


def _time(visit: Visit, moment: datetime, shown: str) -> Markup:
    exact = formats.exact(moment, visit.zone, visit.language)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), exact, shown)
