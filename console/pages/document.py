"""A page of text: Markdown as HTML that needs no script, no picture and no other host."""

import base64
import hashlib
import html
from functools import cache

from markdown_it import MarkdownIt

#: The one style of these pages; a policy that forbids inline styles lets it through by `STYLE_SOURCE`.
STYLE = """\
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #c9ced4; --link: #0b6b66; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --paper: #14171a; --line: #454c54; --link: #6fd3cb; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.05rem/1.6 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 2rem 0 .4rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
nav { margin-bottom: 1.5rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid var(--link); }
@media print { nav { display: none; } main { max-width: none; } }
"""
#: For `style-src` of a Content-Security-Policy.
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"


def document(markdown: str, language: str, *, above: str = "") -> str:
    """Make a whole page of a text in Markdown; its first line, without marks, is the title.

    Markup and pictures in the text stay text, whatever names stand in it. `above` is HTML of ours.
    """
    title = html.escape(markdown.partition("\n")[0].lstrip("# "))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{above}{_markdown().render(markdown)}</main>\n</body>\n</html>\n"
    )


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
