"""Attacks on the console: each shows first that the same act succeeds for whoever may do it."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from config.settings import Settings
from console.form_reading import MAX_BODY, MAX_FIELDS
from console.web import live
from console.web.gate import policy
from domain.user import Role
from pipeline import signing_in
from store import users
from store.database import Database
from tests.cast import ADA, follows
from tests.console_routes import LEAST, OPEN
from tests.consoles import PASSWORD, Answer, Consoles, Visitor, listening
from tests.contents import rows
from tests.people import acted, number
from workers.runtime import utc_now

pytestmark = pytest.mark.either

PUBLIC = "https://console.example"
DARK = {"theme": "dark"}


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


@pytest.fixture
def public(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen that browsers reach over HTTPS, through a proxy."""
    settings = Settings(console_url=PUBLIC)
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        yield made


def theme(console: Consoles) -> str:
    with console.database.read() as connection:
        found = users.get(connection, console.users[Role.VIEWER])
    assert found is not None
    return found.theme


def said(console: Consoles, request: bytes) -> tuple[int, dict[str, str], str]:
    """Send a request as it stands, byte by byte; returns status, headers and body."""
    with socket.create_connection(("127.0.0.1", console.port), timeout=20) as wire:
        wire.sendall(request)
        told = b""
        while part := wire.recv(65_536):
            told += part
    head, _, body = told.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def asked(visitor: Visitor, target: str, *, method: str = "GET", **headers: str) -> bytes:
    """Write a request of a visitor's with a target that no client of HTTP would send."""
    named = {"Host": f"127.0.0.1:{visitor.port}", "Cookie": visitor.cookie, "Accept": "text/html"}
    named["Accept-Language"] = visitor.language
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**named, **headers}.items() if value]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "Connection: close", "", ""]).encode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://evil.example@127.0.0.1"},
        {"Origin": "", "Referer": "http://127.0.0.1/"},
        {"Origin": "https://evil.example", "Referer": "HERE/settings"},
        {"Origin": "HERE", "Content_Type": "text/plain"},
        {"Origin": "HERE", "Content_Type": "multipart/form-data; boundary=x"},
        {"Origin": "HERE", "Content_Type": "application/json"},
        {"Origin": "HERE", "Content_Type": ""},
        {"Origin": "HERE, https://evil.example"},
        {"Origin": "HERE/"},
    ],
    ids=repr,
)
def test_a_form_from_elsewhere_does_nothing(console: Consoles, wrong: Mapping[str, str]) -> None:
    ada, here = console.as_(Role.VIEWER), f"http://127.0.0.1:{console.port}"
    assert ada.post("/appearance", {"theme": "light"}).status == 303
    assert theme(console) == "light"
    headers = {name: value.replace("HERE", here) for name, value in wrong.items()}
    assert ada.post("/appearance", DARK, **headers).status in (403, 415)
    assert theme(console) == "light"
    assert ada.post("/appearance", DARK).status == 303


def test_a_form_token_is_of_one_session(console: Consoles) -> None:
    ada, bo = console.as_(Role.VIEWER), console.as_(Role.VIEWER)
    assert ada.form_token != bo.form_token
    assert ada.post("/appearance", {"theme": "light"}).status == 303
    given = ada.form_token
    forged = ("", "0" * len(given), given[:-1], f"{given}0", given.upper(), bo.form_token, f" {given}", "é")
    for token in forged:
        assert ada.post("/appearance", {**DARK, "form_token": token}).status == 403, token
    assert ada.post("/appearance", {**DARK, "form_token": ["", given]}).status == 403
    in_the_address = ada.post(f"/appearance?form_token={given}", {**DARK, "form_token": ""})
    assert in_the_address.status == 403
    assert theme(console) == "light"


@pytest.mark.parametrize(
    "header", ["X_HTTP_Method_Override", "X_HTTP_Method", "X_Method_Override", "_method"]
)
def test_a_method_is_what_it_is(console: Consoles, header: str) -> None:
    ada = console.as_(Role.VIEWER)
    assert ada.get("/appearance", **{header: "POST"}).status in (404, 405)
    assert ada.get("/appearance?_method=POST&theme=dark").status in (404, 405)
    assert theme(console) == "system"
    assert ada.post("/appearance", DARK, **{header: "GET"}).status == 303
    assert theme(console) == "dark"


def test_an_invitation_is_used_once_by_whoever_comes_first(console: Consoles) -> None:
    with console.database.write() as connection:
        token = signing_in.invite(connection, Role.ADMIN, now=utc_now())
    path, fields = f"/welcome/{token}", {"password": "a long enough sentence"}
    ada, thief = console.stranger(), console.stranger()
    assert ada.get(path).status == thief.get(path).status == 200
    for wrong in ({"Origin": "https://evil.example"}, {"Origin": ""}, {"Origin": "null"}):
        assert thief.post(path, {**fields, "name": "eve"}, **wrong).status == 403
    assert ada.post(path, {**fields, "name": "ada"}).status == 303
    for method in (thief.get, thief.post):
        assert method(path).status == 404
    assert thief.post(path, {**fields, "name": "eve"}).status == 404
    for near in (token[:-1], token.upper(), f"{token}=", f"{token}%00", "x", "%2e%2e", "a" * 5_000):
        assert thief.post(f"/welcome/{near}", {**fields, "name": "eve"}).status == 404, near
    assert {each["name"] for each in rows(console.database, "users")} == {*(r.word for r in Role), "ada"}


def test_a_fixed_session_is_never_the_one_that_is_signed_in(console: Consoles) -> None:
    ada, thief = console.stranger(), console.as_(Role.VIEWER)
    known = thief.cookie
    ada.cookie = known  # planted in ada's browser
    assert ada.sign_in("admin").status == 303
    assert ada.cookie != known
    assert ada.get("/settings/users").status == 200
    assert thief.get("/settings/users").status == 303  # it ended, and is nobody's


@pytest.mark.parametrize("way", ["sign-out", "everywhere", "shut-out", "password"])
def test_what_was_ended_opens_nothing_any_more(console: Consoles, way: str) -> None:
    ada, thief, admin = console.as_(Role.MANAGER), Visitor(console.port), console.as_(Role.ADMIN)
    thief.cookie = ada.cookie
    thief.get("/settings")
    assert thief.post("/appearance", {"theme": "light"}).status == 303
    token, user = thief.form_token, console.users[Role.MANAGER]
    wanted = {"before": PASSWORD, "wanted": "another long enough sentence"}
    done = {
        "sign-out": lambda: ada.post("/sign-out"),
        "everywhere": lambda: admin.post(f"/settings/users/{user}/sign-out"),
        "shut-out": lambda: admin.post(f"/settings/users/{user}/shut-out"),
        "password": lambda: ada.post("/settings/password", wanted),
    }[way]()
    assert done.status == 303
    for path in ("/", "/contacts", "/accounts/cards", "/live", "/halt", "/charts/flow.svg"):
        assert thief.get(path).status == 303, path
    assert thief.post("/appearance", {**DARK, "form_token": token}).status == 401
    assert [each["theme"] for each in rows(console.database, "users") if each["name"] == "manager"] == [
        "light"
    ]
    if way == "password":
        assert ada.get("/").status == 200


@pytest.mark.parametrize("way", ["sign-out", "role"])
def test_a_stream_of_events_ends_with_its_session(
    console: Consoles, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.02)
    monkeypatch.setattr(live, "SESSION_S", 0.04)
    ada, admin = console.as_(Role.OPERATOR), console.as_(Role.ADMIN)
    with socket.create_connection(("127.0.0.1", console.port), timeout=20) as wire:
        wire.sendall(asked(ada, "/live?on=second"))
        told = b""
        while b"event: second" not in told:  # it flows as long as the session is open
            told += wire.recv(4_096)
        user = console.users[Role.OPERATOR]
        path = {"sign-out": f"/settings/users/{user}/sign-out", "role": f"/settings/users/{user}/role"}[way]
        assert admin.post(path, {"role": "viewer"}).status == 303
        while part := wire.recv(4_096):
            told += part
    assert told.partition(b"event: end")[1]


def test_a_role_that_was_lowered_is_lower_at_once(console: Consoles) -> None:
    ada, admin = console.as_(Role.MANAGER), console.as_(Role.ADMIN)
    ada.get("/halt")
    assert ada.post("/halt", {"why": "to see"}).status == 303
    assert ada.post("/halt/end", {}).status == 303
    user = console.users[Role.MANAGER]
    assert admin.post(f"/settings/users/{user}/role", {"role": "viewer"}).status == 303
    assert ada.post("/halt", {"why": "to see"}).status == 401  # its session ended, too
    assert ada.sign_in("manager").status == 303
    assert ada.get("/halt").status == 403
    assert ada.post("/halt", {"why": "to see"}).status == 403
    assert rows(console.database, "halts") == []


def test_games_with_paths_open_nothing(console: Consoles) -> None:
    acted(console, [follows(ADA)])
    manager, viewer = console.as_(Role.MANAGER), console.as_(Role.VIEWER)
    static = urlsplit(manager.get("/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]).path
    page = f"/contacts/{number(console, ADA)}"
    assert said(console, asked(manager, page))[0] == 200
    assert said(console, asked(manager, static))[0] == 200
    here = f"127.0.0.1:{console.port}"
    games = [
        *(
            "//",
            "//contacts",
            "/./contacts",
            "/x/../contacts",
            "/%2e%2e/contacts",
            "/contacts//",
            "/contacts/.",
        ),
        *(f"/x/..{page}", f"/%2e{page}", f"/{page}", f"{page}/", f"{page}.", f"{page}%00", f"{page};a=b"),
        *(
            f"{page}%2faccess",
            f"{page}%2f..%2f",
            "/contacts%2f1",
            "/CONTACTS",
            "/contacts%20",
            "/.git/config",
        ),
        *(f"/halt/banner/..{page}", f"/static/..{page}", "/settings/users;x=.css", "/settings/users/.css"),
        *(f"{static}/..%2f..%2fapp.py", f"{static.rpartition('/')[0]}/../../app.py", f"{static}%00.html"),
        *(
            f"{static.rpartition('/')[0]}/{each}"
            for each in ("..", "%2e%2e%2fapp.py", "..%5capp.py", "app.py")
        ),
        *("/static/../gate.py", "/static/%2e%2e/gate.py", "/static//etc/passwd", "/etc/passwd", "/*", "*"),
        *(f"http://{here}/x/..{page}", f"http://evil.example{page}/..", f"/{'a/' * 2_000}"),
    ]
    for path in games:
        for visitor in (viewer, console.stranger()):
            status, headers, body = said(console, asked(visitor, path))
            assert status in (303, 400, 403, 404), (path, status)
            assert "Ada" not in body, path
            assert "Desk" not in body, path
            if status == 303:  # to sign in here
                assert headers["location"].startswith("/sign-in"), path
    status, _, body = said(console, asked(viewer, page))
    assert (status, "Your role does not allow this" in body) == (403, True)
    absolute = said(console, asked(manager, f"http://evil.example{page}", Host="evil.example"))
    assert absolute[0] in (200, 400, 404)


def test_an_odd_host_stands_in_no_page(console: Consoles) -> None:
    admin = console.as_(Role.ADMIN)
    here = f"127.0.0.1:{console.port}"
    assert f"http://{here}/accounts/connect/twitter/back" in admin.get("/accounts/connect/twitter").text
    for host in ("evil.example", 'a"><script>alert(1)</script>', "a b", f"{here}@evil.example", ""):
        for path in ("/", "/sign-in", "/contacts/1/", "/accounts/connect/twitter"):
            status, headers, body = said(console, asked(admin, path, Host=host))
            assert status in (200, 303, 400, 404)
            assert "<script>" not in body
            assert "evil.example" not in headers.get("location", "")
        # Where a form comes from its own odd host, there is no session of that host.
        answer = console.stranger().post("/appearance", DARK, Host=host or "x", Origin=f"http://{host}")
        assert answer.status in (400, 401, 403)


def test_a_public_console_asks_for_its_own_origin_whatever_the_host(public: Consoles) -> None:
    ada = public.stranger()
    fields = {"name": "viewer", "password": PASSWORD}
    assert ada.post("/sign-in", fields, Origin=PUBLIC).status == 303
    ada.get("/")
    assert ada.post("/appearance", DARK, Origin=PUBLIC).status == 303
    for wrong in (f"http://127.0.0.1:{public.port}", "http://console.example", f"{PUBLIC}:8443"):
        assert ada.post("/appearance", {"theme": "light"}, Origin=wrong).status == 403, wrong
        host = urlsplit(wrong).netloc
        answer = ada.post("/appearance", {"theme": "light"}, Origin=wrong, Host=host, X_Forwarded_Host=host)
        assert answer.status == 403, wrong
    assert theme(public) == "dark"
    admin = public.stranger()
    assert admin.post("/sign-in", {**fields, "name": "admin"}, Origin=PUBLIC).status == 303
    admin.get("/settings/users")
    invited = admin.post("/settings/users/invite", {"role": "viewer"}, Origin=PUBLIC, Host="evil.example")
    assert f"{PUBLIC}/welcome/" in invited.text
    assert "evil.example" not in invited.text


def test_cookies_behind_a_proxy_are_for_https_and_for_this_host(public: Consoles) -> None:
    fields = {"name": "viewer", "password": PASSWORD}
    answer = public.stranger().post("/sign-in", fields, Origin=PUBLIC, X_Forwarded_Proto="http")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-regulars=")
    assert {each.lower() for each in flags} == {"httponly", "secure", "samesite=lax", "path=/"}
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    ended = public.stranger()
    ended.cookie = name
    ended.get("/")
    out = ended.post("/sign-out", Origin=PUBLIC).headers["set-cookie"].lower()
    assert out.startswith('__host-regulars="";')
    assert "secure" in out
    # A cookie of the plain name, which a neighbouring host could plant, is none.
    planted = public.stranger()
    planted.cookie = name.replace("__Host-", "")
    assert planted.get("/").status == 303


def test_large_forms_and_headers_are_refused_and_do_nothing(console: Consoles) -> None:
    ada = console.as_(Role.VIEWER)
    assert ada.post("/appearance", {"theme": "light"}).status == 303
    most = {f"f{each}": "x" for each in range(MAX_FIELDS - 2)}
    assert ada.post("/appearance", {"theme": "light", **most}).status == 303
    assert ada.post("/appearance", {**DARK, **most, "one": "x"}).status == 400
    assert ada.post("/appearance", {**DARK, "pad": "x" * MAX_BODY}).status == 413
    origin = {"Origin": f"http://127.0.0.1:{console.port}"}
    form = {**origin, "Content_Type": "application/x-www-form-urlencoded"}
    body = f"theme=dark&form_token={ada.form_token}&pad=".encode()
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body, b"x" * MAX_BODY)) + b"0\r\n\r\n"
    told = said(
        console, asked(ada, "/appearance", method="POST", Transfer_Encoding="chunked", **form) + chunked
    )
    assert told[0] == 413
    lying = asked(ada, "/appearance", method="POST", Content_Length="-1", **form)
    assert said(console, lying)[0] == 400
    both = asked(ada, "/appearance", method="POST", Content_Length="4", Transfer_Encoding="chunked", **form)
    assert said(console, both + chunked)[0] == 400
    assert ada.ask("POST", "/appearance", body + b"\xff", **form).status == 400
    assert theme(console) == "light"
    status = said(console, asked(ada, "/", X_Long="x" * 200_000))[0]
    assert status in (200, 400, 431)


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "https:evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
        "/\n/evil.example", " //evil.example", "/\r\nSet-Cookie: x=y",
        "/%0d%0aSet-Cookie:%20x=y", "/%2f/evil.example", "evil.example",
        "/./\\evil.example", "/..//evil.example", "/@evil.example", "/\u2028/evil.example", "/\u202e//evil",
        "/\x00/evil.example", "/sign-out", "",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(console: Consoles, to: str) -> None:
    fields = {"name": "manager", "password": PASSWORD}
    good = console.stranger().post("/sign-in", {**fields, "next": "/harvests?state=failed"})
    assert good.headers["location"] == "/harvests?state=failed"
    ada = console.as_(Role.MANAGER)
    answers: list[Answer] = [
        console.stranger().post("/sign-in", {**fields, "next": to}),
        ada.post("/halt/end", {"place": "0", "next": to}),
    ]
    for answer in answers:
        assert answer.status == 303
        there = urljoin(f"http://127.0.0.1:{console.port}/", answer.headers["location"].replace("\\", "/"))
        assert urlsplit(there).netloc == f"127.0.0.1:{console.port}", answer.headers["location"]
        assert "set-cookie: x" not in repr(answer.pairs).lower()
    asked_for = console.stranger().get(f"/sign-in?next={quote(to)}").text
    assert 'value="//' not in asked_for
    assert "evil.example" not in asked_for or 'value="/' in asked_for
    assert console.stranger().get("/harvests?a=%0d%0aSet-Cookie:%20x=y").headers["location"].count("\n") == 0


def test_every_answer_says_what_browsers_may_do_with_it(console: Consoles) -> None:
    admin = console.as_(Role.ADMIN)
    for method, path in sorted({*LEAST, *OPEN} - {("GET", "/live"), ("POST", "/sign-out")}):
        filled = path.replace("{run_id}", "1").replace("{platform}", "twitter")
        asked_by: list[Any] = [admin, console.stranger()]
        for visitor in asked_by:
            answer = visitor.ask(method, filled.replace("{", "").replace("}", ""))
            told = answer.headers
            where = (method, path, answer.status)
            assert told["cache-control"] == "no-store", where
            assert told["x-frame-options"] == "DENY", where
            assert told["x-content-type-options"] == "nosniff", where
            assert told["referrer-policy"] == "same-origin", where
            assert told["cross-origin-opener-policy"] == "same-origin", where
            assert "access-control-allow-origin" not in told, where
            assert told["content-security-policy"].startswith("default-src 'none'; script-src 'self';"), where
            assert "frame-ancestors 'none'" in told["content-security-policy"], where
            assert "unsafe" not in told["content-security-policy"], where
            if path != "/accounts/connect/{platform}":
                assert told["content-security-policy"] == policy(), where


def test_what_may_be_kept_is_what_everybody_gets(console: Consoles) -> None:
    paths = {each.split('"')[0] for each in console.stranger().get("/sign-in").text.split('"/static/')[1:]}
    assert paths
    for each in paths:
        told = console.stranger().get(f"/static/{each}").headers
        assert told["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in told
