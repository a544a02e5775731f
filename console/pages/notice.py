"""The public notice: the page that the accounts' profiles link to."""

from collections.abc import Iterable

from config.notice import LANGUAGES, NoticeText
from console.pages.document import document

_NAMES = {"fr": "Français", "en": "English"}


def language_of(accept: str | None, asked: str | None = None) -> str:
    """Choose a language of ours: the one asked for, else the best of Accept-Language, else French."""
    if asked in LANGUAGES:
        return str(asked)
    best = max(_wishes(accept or ""), default=(0.0, LANGUAGES[0]), key=lambda each: each[0])
    return best[1] if best[0] > 0 else LANGUAGES[0]


def notice_page(notice: NoticeText) -> str:
    """Make the page of a notice, with a link `?language=…` to each other language."""
    others = " · ".join(
        f'<a href="?language={each}" lang="{each}" hreflang="{each}">{_NAMES[each]}</a>'
        for each in LANGUAGES
        if each != notice.language
    )
    return document(notice.text, notice.language, above=f"<nav>{others}</nav>\n")


def _wishes(accept: str) -> Iterable[tuple[float, str]]:
    for each in accept[:200].split(","):
        words, _, weight = each.partition(";")
        language = words.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            yield _weight(weight), language


def _weight(written: str) -> float:
    name, _, value = written.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
