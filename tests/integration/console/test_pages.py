"""What holds for every page: headers, languages, paths, the log, and that it needs no other host."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from config.logs import JsonLines
from config.notice import NoticeText
from console.pages.document import STYLE_SOURCE
from console.pages.site import Face
from domain.topic import TOPICS
from store.database import Database
from tests.cast import ADA, follows
from tests.contents import contents
from tests.interests import page
from tests.visiting import FACE, PUBLIC, Visit, visiting

pytestmark = pytest.mark.either

EMBED = "https://club.example https://www.club.example"


@pytest.fixture
def visit(database: Database) -> Iterator[Visit]:
    """Let the pages listen."""
    page(database, [follows(ADA)])
    with visiting(Visit(database, FACE._replace(embed=EMBED))) as listening:
        yield listening


def paths(visit: Visit) -> list[str]:
    """Return the path of every page."""
    visit.join()
    return ["/object", "/join", f"/stop/{visit.stop_token(ADA)}", visit.link()]


def test_no_page_runs_a_script_keeps_a_cookie_or_asks_another_host(visit: Visit) -> None:
    for path in [*paths(visit), "/none", "/stop/none"]:
        answer = visit.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert " style=" not in answer.text
        assert set(re.findall(r'(?:src|href|action)="(https?://[^"]*)"', answer.text)) == {FACE.notice_url}
    style = visit.get("/pages.css")
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_only_the_sign_up_form_may_be_shown_in_sites_that_were_named(visit: Visit) -> None:
    for path in paths(visit):
        headers = visit.get(path).headers
        framed = path == "/join"
        assert headers["content-security-policy"].endswith(
            f"frame-ancestors {EMBED}" if framed else "frame-ancestors 'none'"
        )
        assert headers.get("x-frame-options") == (None if framed else "DENY")


def test_a_page_speaks_the_browsers_language_until_another_is_chosen(visit: Visit) -> None:
    for accepted, language in (
        ("en-GB,fr;q=0.5", "en"),
        ("de, fr;q=0.2", "fr"),
        ("", "fr"),
        ("en;q=0", "fr"),
    ):
        for path in paths(visit):
            assert f'<html lang="{language}">' in visit.get(path, Accept_Language=accepted).text
            other = "fr" if language == "en" else "en"
            chosen = visit.get(f"{path}?lang={other}", Accept_Language=accepted).text
            assert f'<html lang="{other}">' in chosen
            assert f'action="?lang={other}"' in chosen
            assert f'href="?lang={language}"' in chosen


def test_every_field_has_a_label_and_the_trap_is_out_of_the_way(visit: Visit) -> None:
    for path in ("/object", "/join"):
        shown = visit.get(path).text
        named = set(re.findall(r'<input id="(\w+)"', shown))
        assert named == set(re.findall(r'<label for="(\w+)"', shown))
        assert shown.count("<input") == len(named) + shown.count('<label class="tick"><input')
        assert 'name="website" tabindex="-1" autocomplete="off"' in shown
        assert '<meta name="viewport" content="width=device-width' in shown
        assert " checked" not in shown
    assert re.findall(r'name="topic" value="(\w+)"', visit.get("/join").text) == list(TOPICS)


@pytest.mark.parametrize(
    "path",
    [
        "/", "//", "/admin", "/openapi.json", "/docs", "/object/", "//object", "/Object", "/object/../join",
        "/stop", "/stop/", "/stop/a/b", "/stop/..%2f..%2fobject", "/join/confirm", "/join/confirm/%2e%2e/x",
        "/pages.css/x", "/templates/base.html", "/..%2fapp.py", "/%00", "/%ff", "/join/" + "../" * 500,
    ],
)  # fmt: skip
def test_paths_lead_nowhere_else(visit: Visit, database: Database, path: str) -> None:
    before = contents(database)
    for method in ("GET", "HEAD", "POST"):
        headers = (
            {"Origin": PUBLIC, "Content_Type": "application/x-www-form-urlencoded"}
            if method == "POST"
            else {}
        )
        answer = visit.ask(method, path, **headers)
        assert answer.status in (404, 405), (method, answer.status)
        assert len(answer.text) < 2_000
    assert contents(database) == before


def test_other_methods_are_not_answered(visit: Visit) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        assert visit.ask(method, "/object", Origin=PUBLIC).status == 405


def test_the_log_holds_no_token_no_query_and_no_form(visit: Visit) -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonLines().format(record))  # type: ignore[method-assign]
    log = logging.getLogger("regulars.pages")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        found = paths(visit)
        visit.join("cy@club.example", name="Cy")
        for each in [*found, "/secret-path"]:
            visit.get(f"{each}?lang=en&ada=secret")
            visit.post(each, {"handle": "secret", "platform": "twitter", "email": "ada@club.example"})
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    shown = [json.loads(each) for each in lines]
    assert {each["path"] for each in shown} == {"/object", "/join", "/stop/…", "/join/confirm/…", "/…"}
    assert {each["event"] for each in shown} == {"pages.request"}
    for secret in ("secret", "ada", "cy@", "127.0.0.1", found[2][6:30], found[3][14:40]):
        assert secret not in "\n".join(lines).lower().replace("gaaaaa", "gAAAAA"), secret


def test_a_page_that_fails_says_so_and_tells_nothing_of_why(database: Database) -> None:
    visit = Visit(database)
    visit.link_keys = ["broken secret"]
    with visiting(visit):
        answer = visit.get("/stop/abc?lang=en")
    assert answer.status == 503
    assert "That did not work" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_sign_up_is_closed_until_somebody_is_named_who_asks(database: Database) -> None:
    for face in (Face(), Face(public_url=PUBLIC), Face(controller="The Club")):
        visit = Visit(database, face)
        with visiting(visit):
            own = {"Origin": face.public_url or f"http://127.0.0.1:{visit.port}"}
            for path in ("/join", "/join/confirm/x"):
                assert visit.get(path).status == 404
                assert (
                    visit.post(path, {"email": "ada@club.example", "consent": "email"}, **own).status == 404
                )
            assert visit.get("/object").status == 200
            assert visit.post("/object", {"platform": "twitter", "handle": "ada"}, **own).status == 200
        assert visit.letterbox.mails == []


def test_the_notice_is_served_in_both_languages_and_its_one_style_is_let_through(database: Database) -> None:
    visit = Visit(database)
    visit.notices = {each: NoticeText(each, f"# Notice {each}\n\nText <b>", "v") for each in ("fr", "en")}
    with visiting(visit):
        for path, accepted, language in (
            ("/notice", "en", "en"),
            ("/notice", "", "fr"),
            ("/notice?lang=en", "fr", "en"),
            ("/notice?language=fr", "en", "fr"),
        ):
            answer = visit.get(path, Accept_Language=accepted)
            assert (answer.status, f"<h1>Notice {language}</h1>" in answer.text) == (200, True)
            assert f"style-src 'self' {STYLE_SOURCE};" in answer.headers["content-security-policy"]
            assert "<b>" not in answer.text
        assert visit.post("/notice").status == 404
        visit.notices.clear()
        assert visit.get("/notice").status == 404
