"""What people wrote, on a page: as text of its own direction, cut where it is long."""

import re
from typing import Any

from markupsafe import Markup, escape

from console.visible import shown, unheaped

#: Characters of a name in a list, and of a text before its whole is asked for.
NAME, TEXT = 60, 400
_CUT = "…"
_CODE = re.compile("`([^`]*)`")


def brief(text: object, most: int = NAME) -> Markup:
    """Write at most so many characters, kept apart from the direction of what stands around."""
    return Markup('<bdi class="person">{}</bdi>').format(_cut(shown(text), most))


def whole(text: object, more: str, most: int = TEXT) -> Markup:
    """Write a text line by line; a long one is cut, and its whole opens under the word `more`."""
    lines = "\n".join(shown(each) for each in str(text or "").splitlines())
    if len(lines) <= most:
        return Markup('<bdi class="person lines">{}</bdi>').format(lines)
    return Markup(
        '<details class="long"><summary><bdi class="person lines">{}</bdi> <span class="more">{}</span>'
        '</summary><bdi class="person lines">{}</bdi></details>'
    ).format(_cut(lines, most), more, lines)


def within(value: Any) -> Any:
    """Keep what anybody wrote within the page's width, wherever a template writes it."""
    return type(value)(unheaped(str(value))) if isinstance(value, str) else value


def coded(text: Markup) -> Markup:
    """Write what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped above


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rstrip() + _CUT
