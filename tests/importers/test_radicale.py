"""Radicale, a CardDAV server, takes both versions of our cards and gives them back whole."""

import csv
import http.client
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import vobject

from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from tests.cast import ADA, BO, CY, follows
from tests.exported import hostile
from tests.importers.conftest import Team, python_of
from workers.children import die_with_parent
from workers.runtime import utc_now

pytestmark = pytest.mark.slow
versions = pytest.mark.parametrize("name", ["vcard.vcf", "vcard.v3.vcf"])
BOOK = "/team/regulars/"
MADE = (
    '<?xml version="1.0" encoding="UTF-8" ?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    "<set><prop><resourcetype><collection /><C:addressbook /></resourcetype></prop></set></mkcol>"
)
BY_HAND = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:by-hand\r\nFN:A donor\r\nNOTE:gave in March\r\nEND:VCARD\r\n"
Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Start a Radicale with an address book of its own; asking it gives the status and the text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def asked(method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {
                "Authorization": f"Basic {b64encode(b'team:').decode()}",
                "Content-Type": "text/vcard; charset=utf-8" if method == "PUT" else "text/xml",
            }
            connection.request(method, quote(path), body.encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    options = ["--storage-filesystem-folder", str(tmp_path / "cards"), "--auth-type", "none"]
    command = [str(python_of("radicale")), "-m", "radicale", "--config", "", *options]
    place = ["--server-hosts", f"127.0.0.1:{port}"]
    log = (tmp_path / "radicale.log").open("w")
    with (
        log,
        subprocess.Popen(
            [*command, *place],
            stdout=log,
            stderr=log,
            cwd=tmp_path,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        ) as process,
    ):
        for _ in range(600):
            try:
                asked("GET", "/.web/")
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "radicale.log").read_text()
                time.sleep(0.05)
        try:
            assert asked("MKCOL", BOOK, MADE)[0] == 201
            yield asked
        finally:
            process.terminate()


def cards(text: str) -> dict[str, vobject.base.Component]:
    """Read cards by their UID."""
    return {each.uid.value: each for each in vobject.readComponents(text)}


def said(card: vobject.base.Component) -> set[tuple[str, str, str]]:
    """Tell all that a card says, whatever the order of its lines."""
    return {(each.name, str(each.value), repr(sorted(each.params.items()))) for each in card.getChildren()}


def put_each(ask: Ask, text: str) -> list[int]:
    """Put each card of a file by itself, as a program does that keeps an address book in step."""
    found = [f"BEGIN:VCARD{each}" for each in text.split("BEGIN:VCARD")[1:]]
    return [ask("PUT", place_of(vobject.readOne(each).uid.value), each)[0] for each in found]


def place_of(uid: str) -> str:
    """Return where a card lies: no address of Radicale's may hold a colon, and it need not be the UID."""
    return f"{BOOK}{uid.replace(':', '-')}.vcf"


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


@versions
def test_a_whole_file_is_taken_twice_and_makes_nobody_twice(ask: Ask, team: Team, name: str) -> None:
    team.see(follows(ADA), follows(BO))
    team.sign("Eva Example", "eva@mail.example")
    first = text_of(team.export("--preset", "vcard") / name)
    assert ask("PUT", BOOK, first)[0] == 201
    team.see(Signal(ADA, SignalKind.FOLLOWS, profile=Profile("ada", "Ada Renamed")))
    second = text_of(team.export("--preset", "vcard") / name)
    assert ask("PUT", BOOK, second)[0] == 201
    kept, sent = cards(ask("GET", BOOK)[1]), cards(second)
    assert len(kept) == 3
    assert kept[str(ADA)].fn.value == "Ada Renamed"
    assert {uid: said(each) for uid, each in kept.items()} == {uid: said(each) for uid, each in sent.items()}


@versions
def test_cards_are_brought_up_to_date_and_those_that_left_go(ask: Ask, team: Team, name: str) -> None:
    ask("PUT", place_of("by-hand"), BY_HAND)
    team.see(follows(ADA), follows(BO), follows(CY))
    first = text_of(team.export("--preset", "vcard") / name)
    assert put_each(ask, first) == [201] * 3
    team.see(Signal(ADA, SignalKind.FOLLOWS, profile=Profile("ada", "Ada Renamed")))
    team.see(Signal(BO, SignalKind.FOLLOWS, ended_at=utc_now()))
    team.run("object", "-", given=str(CY))
    folder = team.export("--preset", "vcard")
    assert put_each(ask, text_of(folder / name)) == [204]
    for reason in ("left", "objected"):
        with (folder / f"vcard.{reason}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert ask("DELETE", place_of(row["UID"]))[0] == 200
    kept = cards(ask("GET", BOOK)[1])
    assert {uid: each.fn.value for uid, each in kept.items()} == {
        str(ADA): "Ada Renamed",
        "by-hand": "A donor",
    }


@versions
def test_hostile_names_come_back_as_they_went(ask: Ask, team: Team, name: str) -> None:
    names = [each for each in dict.fromkeys(hostile()) if "\x00" not in each and each.isprintable()]
    team.see(
        *(
            follows(ContactKey("twitter", str(number)), Profile(None, each))
            for number, each in enumerate(names, start=1)
        )
    )
    sent = text_of(team.export("--preset", "vcard") / name)
    assert ask("PUT", BOOK, sent)[0] == 201
    kept = cards(ask("GET", BOOK)[1])
    assert len(kept) == len(names)
    assert {uid: each.fn.value for uid, each in kept.items()} == {
        uid: each.fn.value for uid, each in cards(sent).items()
    }
