"""Downloads: no file of the console or of a command holds somebody who is not in the messaging store.

Every answer that is a file, and every command that writes one, is found by asking what there is: a new one
must be written down here.
"""

import inspect
import json
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from console.cli.document import commands
from console.cli.main import command_line
from domain.contact import ContactKey
from domain.recipient import Part, Recipient
from domain.user import Role
from exports.files import export
from store import recipients
from store.database import Database, sqlite_url
from store.tables import contacts
from tests import area_tables
from tests.cast import ADA, follows, likes, mentions
from tests.console_routes import LEAST, OPEN
from tests.consoles import Answer, Consoles, Visitor, listening
from tests.people import acted, number, reviewed
from workers.runtime import utc_now

#: Somebody who liked once: occasional, and so in no file.
ZOE = ContactKey("twitter", "70099887766")
NAME, HANDLE, SAID = "Zsófia Kanárienvogel", "zsofia_kanarien", "Kanarienvogel singt"
PLANTED = (NAME, HANDLE, ZOE.platform_id, SAID)
#: Answers that are files or no pages, and whether they are of one person who asked for it.
FILES = {
    ("GET", "/charts/contacts.svg"): False,
    ("GET", "/charts/flow.svg"): False,
    ("GET", "/charts/harvests.svg"): False,
    ("GET", "/charts/areas-{quarter}.svg"): False,
    ("GET", "/messaging/areas.csv"): False,
    ("GET", "/privacy/papers/{name}"): False,
    ("POST", "/contacts/{contact_id}/access"): True,
    ("POST", "/messaging/export"): False,
    ("POST", "/messaging/exports/{number}/removals"): False,
    ("GET", "/healthz"): False,
    ("GET", "/readyz"): False,
    ("GET", "/metrics"): False,
}
#: What stands in a path's places, so that there is something.
PLACES = {
    "name": "register",
    "quarter": "2026-Q4",
    "platform": "twitter",
    "run_id": "1",
    "account_id": "1",
    "contact_id": "2",
    "number": "1",
    "token": "x",
}
#: What forms may ask for, so that whatever a route could give as a file it gives.
FIELDS = {
    "form": "json", "format": "csv", "preset": "csv", "why": "to see", "word": "ERASE", "recipient": "",
    "key": str(ZOE),
}  # fmt: skip
#: What halts files, ends a session, or the account and the people that the others need: tried last, or never.
LAST = (
    "/sign-out",
    "/disconnect",
    "/erase",
    "/object",
    "/shut-out",
    "/role",
    "/remove",
    "/halt",
    "/settings/password",
    "/sign-out",
)
#: Commands that write a file where they are told to, and which people it may hold.
WRITING = {
    "regulars export": "the messaging store",
    "regulars access": "one person who asked",
    "regulars backup make": "everybody, sealed",
    "regulars journal anchor": "nobody",
    "regulars topics train": "nobody: words of texts that were given to it",
    "regulars object": "rows of the list that was given to it",
    "regulars areas export": "nobody: published counts",
    "regulars demo": "nobody: invented people",
}
#: Commands that only read the files that they are given, or write where their port is.
READING = {
    *("regulars simulator", "regulars receiver", "regulars pages", "regulars serve", "regulars restore"),
    *("regulars account add", "regulars import list", "regulars import archive", "regulars journal verify"),
    *("regulars keys rotate", "regulars backup prune", "regulars topics test", "regulars topics suggest"),
    "regulars topics eval",
    *("regulars schedule add", "regulars tap", "regulars areas partition"),
}


def plant(console: Consoles) -> int:
    """Let Ada follow and be admitted, and Zoë like and mention us once; returns Zoë's number."""
    acted(console, [follows(ADA), likes(ZOE), mentions(ZOE, text=SAID)])
    reviewed(console)
    zoe = number(console, ZOE)
    with (
        console.database.write() as connection
    ):  # no pack keeps an occasional contact's name: worse than real
        ours = contacts.c.id == zoe
        connection.execute(update(contacts).where(ours).values(display_name=NAME, handle=HANDLE))
    return zoe


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let both be known, and a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        assert plant(made) == 2
        with database.write() as connection:
            section = Recipient("Section", "FR", Part.OWN, None)
            assert recipients.add(connection, section, now=utc_now()) == 1
            area_tables.publish(connection)
        assert export(database, "csv", tmp_path / "export", now=utc_now()).number == 1
        yield made


def is_file(answer: Answer) -> bool:
    """Tell whether an answer is given to keep, or is no page."""
    kind = answer.headers.get("content-type", "text/html")
    return "content-disposition" in answer.headers or not kind.startswith("text/html")


def filled(path: str) -> str:
    for name, value in PLACES.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{", "").replace("}", "")


def asked(visitor: Visitor, method: str, path: str) -> Answer:
    if method == "GET":
        return visitor.get(filled(path))
    return visitor.post(filled(path), FIELDS)


def test_every_answer_that_is_a_file_is_known(console: Consoles) -> None:
    admin = console.as_(Role.ADMIN)
    routes = sorted({*LEAST, *OPEN} - {("GET", "/live")}, key=lambda each: each[1].endswith(LAST))
    found = set()
    for method, path in routes:
        if "/static/" in path or path == "/sign-out" or "/oidc" in path:
            continue
        answer = asked(admin, method, path)
        # Nothing is broken: without a queue server nothing is ready, and the token of the cast opens nothing.
        assert answer.status != 503 or path.endswith(("/readyz", "/check", "/check/state")), path
        if is_file(answer):
            found.add((method, path))
    assert found == set(FILES)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda each: each.word if each else "nobody")
def test_no_file_holds_whoever_is_not_in_the_messaging_store(console: Consoles, role: Role | None) -> None:
    visitor = console.as_(role) if role else console.stranger()
    asked(console.as_(Role.MANAGER), "POST", "/messaging/export")  # so that there is one
    for (method, path), is_of_one_person in FILES.items():
        answer = asked(visitor, method, path)
        may = (method, path) in OPEN or (role is not None and role >= LEAST[method, path])
        assert is_file(answer) == may, path
        if is_of_one_person:
            assert (NAME in answer.text) == may
            assert "Ada" not in answer.text  # nobody else stands in it
        else:
            assert not [each for each in PLANTED if each in answer.text], path
            assert ("Ada Lévy" in answer.text) == (may and path == "/messaging/export"), path


def test_a_viewer_sees_nobody_on_any_page(console: Consoles) -> None:
    viewer, manager = console.as_(Role.VIEWER), console.as_(Role.MANAGER)
    page = "/contacts/2"
    assert NAME in manager.get(page).text
    for method, path in sorted(LEAST):
        if method == "GET" and path != "/live":
            told = viewer.get(filled(path)).text
            assert not [each for each in (*PLANTED, "Ada Lévy") if each in told], path


def test_every_command_that_takes_a_path_is_known() -> None:
    found = set()
    for name, command in commands():
        hints = typing.get_type_hints(inspect.unwrap(command.callback))
        if any("Path" in str(each) for each in hints.values()):
            found.add(name)
    assert found == {*WRITING, *READING}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("export", "--format", "csv", "--out", "{}"), "contacts.csv"),
        (("export", "--format", "ndjson", "--out", "{}"), "contacts.ndjson"),
        (("backup", "make", "{}/backup"), "backup"),
        (("journal", "anchor", "{}/anchors"), "anchors"),
        (("access", str(ZOE), "--out", "{}"), ""),
    ],
    ids=lambda each: " ".join(each[:3]) if isinstance(each, tuple) else "",
)
def test_no_command_writes_whoever_is_not_in_the_messaging_store(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], name: str
) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    (data / "regulars.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("REGULARS_DATA_DIR", str(data))
    plant(Consoles(Database(sqlite_url(data / "regulars.db")), data))
    out.mkdir()
    typed = [each.format(out) for each in words]
    told = CliRunner().invoke(command_line(typed[0]), typed, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert not [each for each in (NAME, HANDLE, SAID) if each in told.output]
    written = [each for each in out.rglob("*") if each.is_file()]
    held = b"\0".join(each.read_bytes() for each in written)
    sought = [each.encode() for each in PLANTED] + [json.dumps(NAME).strip('"').encode()]
    if words[0] == "access":
        assert NAME.encode() in held
        assert b"Ada" not in held
        return
    assert any(each.name == name for each in written)
    if words[0] == "export":
        assert b"Ada L" in held  # whoever is in the store is in it
    assert not [each for each in sought if each in held]
