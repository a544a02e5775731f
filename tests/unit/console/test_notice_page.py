"""The public notice as a page: readable without script or another host, in the visitor's language."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.notice import LANGUAGES, NoticeText, build
from config.notice_fields import notice_fields
from console.pages.document import STYLE_SOURCE, document
from console.pages.notice import language_of, notice_page
from tests.cast import CNIL
from tests.controller import ACCOUNTS, settings


class Parts(HTMLParser):
    """Every element of a page with its attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def notice(language: str = "en", name: str = "Association des Exemples") -> NoticeText:
    given_ = settings(controller_name=name)
    return build(notice_fields(given_, "association", CNIL, ACCOUNTS, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_all_that_the_text_says(language: str) -> None:
    made = notice(language)
    parts = Parts(notice_page(made))
    assert ("html", {"lang": language}) in parts.elements
    headings = re.findall(r"^## (.+)$", made.text, re.MULTILINE)
    assert [tag for tag, _ in parts.elements].count("h2") == len(headings)
    shown = " ".join(parts.text.split())
    for line in made.text.splitlines():
        bare = " ".join(re.sub(r"[<>]|^#+ |^- ", "", line).split())
        assert bare in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_asked_of_another_host_and_nothing_runs(language: str) -> None:
    page = notice_page(notice(language))
    elements = Parts(page).elements
    assert {tag for tag, _ in elements}.isdisjoint({"script", "img", "iframe", "link", "object", "form"})
    assert not [each for _, given_ in elements for each in given_ if each.startswith("on") or each == "style"]
    assert not [each for _, given_ in elements for each in given_ if each in ("src", "srcset", "action")]
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_leads_to_the_objection_the_complaint_itself_and_the_other_language() -> None:
    links = [given_["href"] for tag, given_ in Parts(notice_page(notice("en"))).elements if tag == "a"]
    assert links == [
        "?language=fr",
        "https://association.example/object",
        "https://www.cnil.fr/fr/plaintes",
        "https://association.example/notice",
    ]


def test_the_style_is_let_through_by_its_hash_and_knows_light_and_dark() -> None:
    page = notice_page(notice())
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" == STYLE_SOURCE
    assert "prefers-color-scheme: dark" in style[0]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "![x](https://elsewhere.example/x.png)",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "</title><script>",
    ],
)
def test_markup_in_a_name_stays_text(name: str) -> None:
    for page in (notice_page(notice(name=name)), document(f"# {name}\n\n{name}\n", "en")):
        elements = Parts(page).elements
        assert {tag for tag, _ in elements}.isdisjoint({"script", "img"})
        assert not [given_ for tag, given_ in elements if tag == "a" and "javascript" in str(given_)]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        pytest.param(None, "fr", id="nothing-said"),
        pytest.param("", "fr", id="an-empty-wish"),
        pytest.param("en", "en", id="english"),
        pytest.param("en-GB,en;q=0.9,fr;q=0.8", "en", id="english-before-french"),
        pytest.param("en;q=0.5, fr-FR;q=0.9", "fr", id="french-before-english"),
        pytest.param("de-DE, de;q=0.9, en;q=0.4", "en", id="german-that-reads-english"),
        pytest.param("de", "fr", id="a-language-that-we-have-not"),
        pytest.param("en;q=0", "fr", id="english-refused"),
        pytest.param("en;q=x, fr;q=0.1", "fr", id="a-weight-that-is-none"),
        pytest.param("en;q=nan", "fr", id="a-weight-that-is-no-number"),
        pytest.param("en;level=1", "fr", id="another-parameter"),
    ],
)
def test_the_visitors_language(accept: str | None, language: str) -> None:
    assert language_of(accept) == language


def test_the_language_asked_for_wins_and_an_unknown_one_does_not() -> None:
    assert language_of("en", "fr") == "fr"
    assert language_of("en", "xx") == "en"


@given(st.text())
def test_whatever_a_browser_says_there_is_a_language(accept: str) -> None:
    assert language_of(accept) in LANGUAGES
