"""Who may do what in the console: every route, every role, every method; forms, sessions, links."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from domain.user import Role
from pipeline import signing_in
from store import sessions, users
from store.database import Database
from tests.console_routes import LEAST, OPEN
from tests.consoles import PASSWORD, Consoles, Visitor, listening
from workers.runtime import utc_now

pytestmark = pytest.mark.either

#: Every method that HTTP has a name for, and one that it has not.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def routes(console: Consoles) -> set[tuple[str, str]]:
    """Return method and path of every route that there is."""
    found = set()
    for each in console.app.inner.routes:
        assert isinstance(each, APIRoute), each
        found |= {(method, each.path) for method in each.methods}
    return found


def filled(path: str) -> str:
    """Return a path with something in each of its places."""
    return path.replace("{run_id}", "1").replace("{", "").replace("}", "")


def test_every_route_stands_in_the_written_table(console: Consoles) -> None:
    assert routes(console) - set(LEAST) - OPEN == set(), "Write them into tests/console_routes.py."
    assert (set(LEAST) | OPEN) - routes(console) == set(), "They are there no more."


@pytest.mark.parametrize("role", Role, ids=lambda each: each.word)
def test_every_role_is_let_in_to_what_it_may_and_to_nothing_else(console: Consoles, role: Role) -> None:
    visitor = console.as_(role)
    for method, path in routes(console) - OPEN - {("GET", "/live")}:
        # The form's token is left out: who may do this is refused for that alone, and does nothing.
        answer = visitor.ask(method, filled(path), b"", **_origin(console))
        wrong_role = answer.status == 403 and "Your role does not allow this" in answer.text
        assert wrong_role == (role < LEAST[method, path]), (method, path)
        if method == "POST":
            assert answer.status == 403, path
            assert wrong_role or "does not come from a page" in answer.text, path


def test_whoever_is_not_signed_in_is_let_in_to_what_is_open_alone(console: Consoles) -> None:
    for method, path in routes(console) - OPEN:
        for cookie in ("", "regulars=", "regulars=guessed", "__Host-regulars=guessed"):
            stranger = console.stranger()
            stranger.cookie = cookie
            answer = stranger.ask(method, filled(path), b"", **_origin(console))
            assert answer.status == (303 if method == "GET" else 401), (method, path)
            if method == "GET":
                assert answer.headers["location"].startswith("/sign-in"), path
    for method, path in OPEN:
        answer = console.stranger().ask(method, filled(path), b"", **_origin(console))
        assert answer.status not in (303, 401) or path == "/sign-in", (method, path)


def test_no_path_answers_to_a_method_that_it_does_not_name(console: Consoles) -> None:
    visitors = [console.stranger(), *(console.as_(role) for role in Role)]
    known = routes(console)
    for path in sorted({path for _, path in known}):
        for method in METHODS:
            if (method, path) in known:
                continue
            for visitor in visitors:
                answer = visitor.ask(method, filled(path), b"", **_origin(console))
                # Where another path fits as well, that one asks for its form.
                assert answer.status in (303, 401, 403, 404, 405), (method, path)
                if method not in ("GET", "HEAD", "POST"):
                    assert answer.status == 405, (method, path)


def _origin(console: Consoles) -> dict[str, str]:
    return {
        "Origin": f"http://127.0.0.1:{console.port}",
        "Content_Type": "application/x-www-form-urlencoded",
    }


def test_a_form_is_taken_from_a_page_of_the_same_session_only(console: Consoles) -> None:
    ada, bo = console.as_(Role.VIEWER), console.as_(Role.ADMIN)
    change = {"theme": "dark"}
    assert ada.post("/appearance", change).status == 303
    assert 'data-theme="dark"' in ada.get("/").text
    for wrong in (
        {"fields": change, "Origin": "https://evil.example"},
        {"fields": change, "Origin": ""},
        {"fields": {**change, "form_token": bo.form_token}},
        {"fields": {**change, "form_token": ""}},
    ):
        assert ada.post("/appearance", **wrong).status == 403  # type: ignore[arg-type]
    assert ada.ask("PUT", "/appearance").status == 405


def test_a_session_ends_everywhere_and_at_once(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    elsewhere = console.as_(Role.OPERATOR)
    assert ada.get("/").status == 200
    stolen = Visitor(console.port)
    stolen.cookie = ada.cookie
    assert stolen.get("/").status == 200
    assert ada.post("/sign-out").status == 303
    assert stolen.get("/").status == 303
    assert elsewhere.get("/").status == 200
    with console.database.write() as connection:
        users.change(connection, console.users[Role.OPERATOR], role=Role.VIEWER)
    assert elsewhere.get("/").status == 303


def test_a_session_that_was_there_before_is_not_the_one_that_is_signed_in(console: Consoles) -> None:
    fixed = console.stranger()
    fixed.cookie = "regulars=known-to-somebody-else"
    fixed.sign_in("viewer")
    assert "known-to-somebody-else" not in fixed.cookie
    thief = console.stranger()
    thief.cookie = "regulars=known-to-somebody-else"
    assert thief.get("/").status == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(console: Consoles) -> None:
    answer = console.stranger().sign_in("viewer")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_an_idle_session_and_an_old_one_have_ended(console: Consoles) -> None:
    ada = console.as_(Role.VIEWER)
    begun = utc_now()
    console.now = begun + sessions.IDLE - timedelta(minutes=1)
    assert ada.get("/").status == 200
    console.now += sessions.IDLE + timedelta(minutes=1)
    assert ada.get("/").status == 303


def test_whoever_guesses_must_wait_and_learns_nothing(console: Consoles) -> None:
    stranger = console.stranger()
    nobody = stranger.post("/sign-in", {"name": "nobody", "password": PASSWORD})
    wrong = stranger.post("/sign-in", {"name": "admin", "password": "wrong wrong wrong"})
    assert nobody.status == wrong.status == 403
    assert nobody.text.replace("nobody", "admin") == wrong.text
    for _ in range(signing_in.MOST_OF_NAME):
        answer = stranger.post("/sign-in", {"name": "admin", "password": "wrong wrong wrong"})
    assert answer.status == 429
    assert stranger.sign_in("admin").status == 429
    assert console.stranger().sign_in("viewer").status == 303
    console.now = utc_now() + signing_in.WINDOW + timedelta(minutes=1)
    assert console.stranger().sign_in("admin").status == 303


def test_an_invitation_makes_one_user_and_is_used_up_by_its_form_alone(console: Consoles) -> None:
    with console.database.write() as connection:
        token = signing_in.invite(connection, Role.MANAGER, now=utc_now())
    scanner, ada = console.stranger(), console.stranger()
    for _ in range(3):
        assert scanner.get(f"/welcome/{token}").status == 200
    path = f"/welcome/{token}"
    assert ada.post(path, {"name": "ada", "password": "short"}).status == 422
    assert ada.post(path, {"name": "ada", "password": "a long enough sentence"}).status == 303
    assert ada.get("/").status == 200
    assert scanner.post(path, {"name": "eve", "password": "a long enough sentence"}).status == 404
    with console.database.read() as connection:
        assert users.require(connection, "ada").user.role == Role.MANAGER
        assert users.named(connection, "eve") is None


def test_an_invitation_lives_a_quarter_of_an_hour(console: Consoles) -> None:
    with console.database.write() as connection:
        token = signing_in.invite(connection, Role.ADMIN, now=utc_now())
    console.now = utc_now() + signing_in.INVITATION
    fields = {"name": "ada", "password": "a long enough sentence"}
    assert console.stranger().get(f"/welcome/{token}").status == 404
    assert console.stranger().post(f"/welcome/{token}", fields).status == 404


def test_the_database_holds_no_token_and_no_password(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    token = ada.cookie.partition("=")[2]
    with console.database.read() as connection:
        held = repr(connection.execute(text("SELECT * FROM sessions")).all())
        held += repr(connection.execute(text("SELECT * FROM users")).all())
    assert token not in held
    assert PASSWORD not in held
    assert "$argon2id$" in held


def test_nobody_is_sent_elsewhere_after_signing_in(console: Consoles) -> None:
    for to, where in (
        ("/harvests?state=failed", "/harvests?state=failed"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/sign-out", "/"),
    ):
        answer = console.stranger().post("/sign-in", {"name": "viewer", "password": PASSWORD, "next": to})
        assert answer.headers["location"] == where


def test_paths_that_are_not_there_are_not_there(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    for path in ("/none", "/static/../app.py", "/static/x/console.css", "/static/%2e%2e/console.css", "//"):
        assert ada.get(path).status == 404, path


def test_the_last_administrator_stays(console: Consoles) -> None:
    with pytest.raises(users.UserError), console.database.write() as connection:
        users.change(connection, console.users[Role.ADMIN], role=Role.VIEWER)
