"""Delivery in the console: downloads hold the messaging store alone, and files are followed up."""

import hashlib
import http.client
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.signal import Signal, SignalKind
from domain.user import Role
from exports.presets import PRESETS
from pipeline import halting
from pipeline.rights import OBJECTED, end_contact
from store import exports, leavers, recipients
from store.database import Database
from tests.cast import ADA, BO, CY, follows
from tests.consoles import Consoles, Visitor, listening
from tests.interests import page
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada and Cy regular and Bo occasional."""
    settings = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        page(database, [follows(ADA), Signal(BO, SignalKind.LIKED, "1"), follows(CY)], now=utc_now())
        yield made


def download(visitor: Visitor, path: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    """Send a form and return what came as bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=20)
    body = urlencode({"form_token": visitor.form_token, **fields})
    headers = {
        "Cookie": visitor.cookie,
        "Origin": f"http://127.0.0.1:{visitor.port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Language": "en",
    }
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def files_of(archive: bytes) -> dict[str, bytes]:
    """Return what an archive holds."""
    with zipfile.ZipFile(io.BytesIO(archive)) as joined:
        return {each: joined.read(each) for each in joined.namelist()}


def count(console: Consoles) -> None:
    """Count as the dispatcher does."""
    with console.database.write() as connection:
        leavers.keep(connection, leavers.count(connection), exports.newest_seq(connection))
        leavers.keep_by_platform(connection, leavers.by_platform(connection), now=utc_now())


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_download_holds_who_is_admitted_and_nobody_else(console: Consoles, form: str) -> None:
    ada = console.as_(Role.MANAGER)
    assert "Export" in ada.get("/messaging/export").text
    status, headers, archive = download(ada, "/messaging/export", format=form)
    assert status == 200, archive[-2000:]
    assert headers["content-disposition"] == f'attachment; filename="regulars-1-{form}.zip"'
    assert headers["cache-control"] == "no-store"
    held = files_of(archive)
    assert set(held) == {
        f"contacts.{form}",
        f"tombstones.{form}",
        "datapackage.json",
        "datapackage.json.sig",
    }
    assert ADA.platform_id.encode() in held[f"contacts.{form}"]
    for content in held.values():
        assert BO.platform_id.encode() not in content
    assert orjson.loads(held["datapackage.json"])["regulars"]["contacts"] == 2


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_is_downloaded_with_rejects_and_a_package(console: Consoles, preset: str) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/export")
    status, headers, archive = download(ada, "/messaging/export", format=preset)
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="regulars-1-{preset}.zip"'
    held = files_of(archive)
    assert BO.platform_id.encode() not in b"".join(held.values())
    package = orjson.loads(held["datapackage.json"])
    for each in package["resources"]:
        assert each["hash"] == f"sha256:{hashlib.sha256(held[each['path']]).hexdigest()}"
    counts = package["regulars"]
    assert counts["contacts"] + counts["rejects"] == 2
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    assert download(ada, "/messaging/exports/1/removals")[0] == 200


def test_nothing_of_a_download_stays_on_the_disk(console: Consoles, tmp_path: Path) -> None:
    ada = console.as_(Role.MANAGER)
    before = sorted((tmp_path / "data").iterdir())
    assert download(ada, "/messaging/export", format="csv")[0] == 200
    assert sorted((tmp_path / "data").iterdir()) == before


def test_a_download_is_entered_with_its_recipient(console: Consoles) -> None:
    boss, ada = console.as_(Role.ADMIN), console.as_(Role.MANAGER)
    boss.get("/messaging/recipients")
    sent = {"name": "Section of the north", "country": "FR", "part": "own", "ground": ""}
    assert boss.post("/messaging/recipients", sent).status == 303
    assert "Section of the north" in ada.get("/messaging/export").text
    assert download(ada, "/messaging/export", format="csv", recipient="1")[0] == 200
    entered = ada.get("/privacy/journal").text
    assert "export.written" in entered
    assert "Section of the north" in ada.get("/messaging").text
    with console.database.read() as connection:
        (one,) = exports.standing(connection)
    assert (one.recipient, one.by, one.folder) == ("Section of the north", "console:manager", None)


def test_a_recipient_without_ground_is_refused_and_a_third_party_gets_nobody_who_did_not_consent(
    console: Consoles,
) -> None:
    boss = console.as_(Role.ADMIN)
    boss.get("/messaging/recipients")
    mailer = {"name": "Mailer", "country": "US", "part": "processor", "ground": ""}
    refused = boss.post("/messaging/recipients", mailer)
    assert refused.status == 422
    assert "US is outside the European Economic Area" in refused.text
    assert boss.post("/messaging/recipients", {**mailer, "ground": "standard-clauses"}).status == 303
    friend = {"name": "Friend", "country": "FR", "part": "third-party", "ground": ""}
    assert boss.post("/messaging/recipients", friend).status == 303
    with console.database.read() as connection:
        number = recipients.called(connection, "Friend").id
    assert "(0 contacts consented, nobody else is sent)" in boss.get("/messaging/export").text
    assert "0 contacts consented, nobody else is sent" in boss.get("/messaging/recipients").text
    status, _, body = download(boss, "/messaging/export", format="csv", recipient=str(number))
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.read("contacts.csv").count(b"\n") == 1


def test_no_download_while_halted_but_removals(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/export")
    assert download(ada, "/messaging/export", format="csv")[0] == 200
    with console.database.write() as connection:
        halting.halt(connection, None, "console:manager", "a test", now=utc_now())
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    status, _, body = download(ada, "/messaging/export", format="csv")
    assert status == 409
    assert b"no file leaves before that ends" in body
    status, _, archive = download(ada, "/messaging/exports/1/removals")
    assert status == 200
    (content,) = files_of(archive).values()
    assert CY.platform_id.encode() in content
    assert ADA.platform_id.encode() not in content


def test_files_that_hold_leavers_are_told_until_they_are_destroyed(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/export")
    for _ in range(2):
        assert download(ada, "/messaging/export", format="csv")[0] == 200
    count(console)
    assert "2 files; nobody in them has left." in ada.get("/messaging").text
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    count(console)
    shown = ada.get("/messaging").text
    assert "2 files hold 1 person who has left." in shown
    assert "1 not told" in shown
    assert "1 not told" in ada.get("/messaging/files").text  # by itself, too, as it is fetched anew
    assert CY.platform_id not in shown
    assert download(ada, "/messaging/exports/2/removals")[0] == 200
    assert ada.post("/messaging/exports/1/destroyed").status == 303
    shown = ada.get("/messaging").text
    assert "1 file holds 1 person who has left." in shown
    assert "not told" not in shown
    assert ada.post("/messaging/exports/2/destroyed").status == 303
    assert "hold" not in ada.get("/messaging/files").text.partition("</section>")[0].partition("<details")[0]


def test_only_a_manager_downloads(console: Consoles) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        visitor = console.as_(role)
        assert visitor.get("/messaging/export").status == 403
        assert visitor.post("/messaging/export", {"format": "csv"}).status == 403
        assert visitor.post("/messaging/exports/1/removals").status == 403
        assert "/messaging/export" not in visitor.get("/messaging").text.partition('<section id="files"')[0]
