"""Templates of texts in Markdown: whatever they name must be there."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(name: str, values: Mapping[str, Any]) -> str:
    """Fill in the template `config/<name>`; raises jinja2.UndefinedError where a value is missing.

    Texts among the values, at any depth, stand in one line each, so that none begins a heading or a list.
    """
    return _environment().get_template(name).render(_in_lines(values))


@cache
def _environment() -> Environment:
    # Markdown, not HTML: whoever makes HTML of it lets no markup through (console.pages.document).
    return Environment(  # noqa: S701
        loader=PackageLoader("config", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _in_lines(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: _in_lines(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_lines(each) for each in value]
    return value
