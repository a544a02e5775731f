"""Whoever is forgotten stands in no byte any more: database, logs of it, queue, inbox, files, log lines.

Real processes: simulator, queue server, dispatcher, workers, receiver, pages. First each value of one person
is found wherever the product holds it, then nowhere.
"""

import base64
import hashlib
import hmac
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psutil
import pytest
from redis import Redis
from sqlalchemy import text

from config.bodies import BodySealer
from config.keys import Sealer, read_key
from store import inbox, installation
from store.database import Database
from tests import servers
from tests.bytes import where, writings
from tests.journey.road import COMMAND, Installation, Simulator, simulator
from workers.runtime import utc_now

WAIT_S = 90
NAME = "Zsófia Ögretmen-Ñuñez"
SAID = "Mes mots à moi sur le logement, quai des Tanneurs"
BIO = "Luthière à Wiesengrund, grimpe le dimanche"
EMAIL, PHONE = "zsofia.ogretmen@club.example", "+33639980042"
AGREED = f"{NAME} a dit oui au marché"
#: What the product may hold of a push is its seal.
PUSHED = {"id", "name", "text", "bio"}


class Given(NamedTuple):
    """An installation at work, and where its files lie."""

    installation: Installation
    database: Database
    #: The folders that hold the database's bytes.
    stored: list[Path]
    ports: Mapping[str, int]
    values: Mapping[str, str]
    #: `regulars up`.
    up: psutil.Process

    @property
    def folder(self) -> Path:
        """Where everything else lies."""
        return self.installation.folder

    @property
    def key(self) -> str:
        """The key of the person on X."""
        return f"twitter:{self.values['id']}"

    def said(self, *words: str, given: str = "") -> str:
        """Run a command; returns all that it said."""
        done = subprocess.run(
            [*COMMAND, *words],
            env=self.installation.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def settle(self) -> None:
        """Let PostgreSQL write everything to its files, look at its tables, and end a file of its log."""
        if not self.database.on_sqlite:
            with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for each in ("ANALYZE", "SELECT pg_switch_wal()", "CHECKPOINT", "CHECKPOINT"):
                    connection.execute(text(each))

    def found(self, folder: Path) -> set[str]:
        """Return which values stand in a folder."""
        return {name for name, _ in where(dict(self.values), folder)}

    def found_stored(self) -> set[str]:
        """Return which values stand in the files of the database."""
        self.settle()
        return set[str]().union(*(self.found(each) for each in self.stored))

    def found_queued(self) -> set[str]:
        """Return which values the queue server holds, in its memory and in its files."""
        with Redis.from_url(self.queue_url()) as client:
            held = b"".join(each + (client.dump(each) or b"") for each in client.scan_iter())
        assert held, "the queue server holds nothing, so nothing was tried"
        forms = {name: writings(value) for name, value in self.values.items()}
        in_memory = {name for name, each in forms.items() if any(form in held for form in each)}
        return in_memory | self.found(self.folder / "data" / "queue")

    def queue_url(self) -> str:
        """Return where the embedded queue server listens, as its workers are told."""
        workers = (each for each in self.up.children() if "worker" in each.cmdline())
        return next(workers).environ()["REGULARS_REDIS_URL"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run a simulator in which one follower has a name of their own."""
    with simulator(tmp_path_factory.mktemp("world"), seed=7, audience=60) as running:
        yield running


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])]
)
def given(request: pytest.FixtureRequest, world: Simulator, tmp_path: Path) -> Iterator[Given]:
    """Bring an installation up on each kind of database."""
    ports = {each: _free_port() for each in ("receiver", "pages")}
    settings = {
        "REGULARS_LOG_LEVEL": "DEBUG",
        "REGULARS_EXPORT_DIR": str(tmp_path / "exports"),
        "REGULARS_RECEIVER_PORT": str(ports["receiver"]),
        "REGULARS_PAGES_PORT": str(ports["pages"]),
        "REGULARS_PUBLIC_URL": f"http://127.0.0.1:{ports['pages']}",
        "REGULARS_CONTROLLER_NAME": "The Club",
        "REGULARS_CONTROLLER": "association",
    }
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/data/regulars.db"
        yield from _up(Installation(tmp_path, world, **settings), url, [tmp_path / "data"], ports)
        return
    # Its own log loses a row when a file of it is over; how long that takes is what the date counts in.
    with servers.postgresql_server("wal_recycle=off", "min_wal_size=32MB", "max_wal_size=32MB") as server:
        folder = server.place.removeprefix("host=")
        url = f"postgresql://postgres@/postgres?{server.place}"
        settings["REGULARS_DATABASE_URL"] = url
        yield from _up(Installation(tmp_path, world, **settings), url, [Path(folder)], ports)


def _up(made: Installation, url: str, stored: list[Path], ports: Mapping[str, int]) -> Iterator[Given]:
    world = made.simulator
    followers = (each for each in world.truth() if any(act["act"] == "follows" for act in each["acts"]))
    person = next(each for each in followers if each["contact_key"].startswith("twitter:"))
    number = person["contact_key"].partition(":")[2]
    world.post("canary", {"name": NAME, "id": number})
    values = {"id": number, "handle": person["handle"], "name": NAME, "text": SAID, "bio": BIO}
    values |= {"email": EMAIL, "phone": PHONE}
    made.run("db", "upgrade")
    secret = made.folder / "x.app"
    secret.write_text(world.ready["twitter"]["consumer_secret"], encoding="utf-8")
    made.connect("team-x", "twitter", "--app-secret-file", str(secret))
    database = Database(url)
    (made.folder / "logs").mkdir()
    with (made.folder / "logs" / "up.log").open("wb") as log:
        process = made.start("up", stderr=log, stdout=log)
    try:
        yield Given(made, database, stored, ports, values, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=60)
        database.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _until(holds: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def _ask(port: int, path: str, body: bytes, **headers: str) -> None:
    """Post something, again until somebody listens; it must be taken."""
    deadline = time.monotonic() + WAIT_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
        except OSError:
            assert time.monotonic() < deadline, "nobody listens"
            time.sleep(0.1)
            continue
        finally:
            connection.close()
        assert status == 200, (path, status)
        return


def _push(given: Given, kind: str, payload: Mapping[str, Any]) -> None:
    ready = given.installation.simulator.ready["twitter"]
    user = {"id": given.values["id"], "username": given.values["handle"], "name": NAME, "description": BIO}
    told = {
        "filter": {"user_id": ready["account_id"]},
        "event_type": kind,
        "payload": payload,
        "includes": {"users": [user]},
    }
    body = json.dumps({"data": told}).encode()
    mac = base64.b64encode(hmac.digest(ready["consumer_secret"].encode(), body, hashlib.sha256)).decode()
    signed = {"x-twitter-webhooks-signature": f"sha256={mac}"}
    _ask(given.ports["receiver"], "/push/twitter", body, **signed)


def _meet(given: Given) -> list[str]:
    """Let the person be met by every way; returns their keys."""
    written = {"id": "1900000000000000001", "author_id": given.values["id"], "text": SAID}
    dated = {**written, "created_at": utc_now().isoformat()}
    _push(given, "post.mention.create", dated)
    _push(given, "post.mention.create", {**dated, "id": {"not": SAID}, "name": NAME})
    _push(given, "an event of next year", dated)
    given.installation.run("harvest", "team-x", "--stream", "followers", "--wait")
    world = given.installation.simulator
    refused = {"platform": "twitter", "endpoint": "mentions", "kind": "forbidden", "times": 2}
    world.post("answer", refused)
    given.installation.run("harvest", "team-x", "--stream", "mentions", "--wait", expect=3)
    form = {"name": NAME, "given_on": "2026-10-01", "source": f"au marché, avec {NAME}", "consent": AGREED}
    form |= {"language": "fr", "email": EMAIL, "phone": PHONE}
    added = json.loads(given.installation.run("contacts", "add", "--json", given=json.dumps(form)))
    pages = given.ports["pages"]
    mine = {"Origin": f"http://127.0.0.1:{pages}", "Content-Type": "application/x-www-form-urlencoded"}
    _ask(pages, "/join?lang=fr", urlencode({"email": EMAIL, "consent": "email"}).encode(), **mine)
    keys = [given.key, str(added["contact_key"])]
    (given.folder / "answers").mkdir()
    for each in keys:
        given.said("contacts", "show", "-", given=each)
        given.said("access", "-", "--out", str(given.folder / "answers"), given=each)
    given.installation.run("export", "--format", "csv", "--out", str(given.folder / "given"))
    return keys


def _opened(given: Given) -> list[bytes]:
    """Return the bodies of the pushes that are kept, opened with the key of the installation."""
    waiting = inbox.beside(given.folder / "data", given.database)
    sealer = Sealer(read_key(given.folder / "data" / "secret.key"))
    with given.database.read() as connection:
        bodies = BodySealer(sealer.open(installation.inbox_key(connection) or b""))
    with waiting.read() as connection:
        kept = connection.execute(text("SELECT body FROM inbox WHERE body IS NOT NULL")).scalars()
        return [bodies.open(bytes(each)) for each in kept]


def _hold_everywhere(given: Given) -> None:
    exported = given.folder / "exports"
    _until(lambda: given.found(exported) >= {"id", "handle", "name"}, "the export is not there")
    assert given.found_stored() >= {*given.values} - {"bio"}
    assert given.found(given.folder / "given") >= {"id", "handle", "name"}
    assert given.found(given.folder / "answers") >= {*given.values} - {"bio"}
    assert given.found(given.folder / "data" / "outbox") == {"email"}
    kept = _opened(given)
    assert len(kept) == 2
    forms = {name: writings(given.values[name]) for name in PUSHED}
    assert {name for name in PUSHED for each in kept if any(form in each for form in forms[name])} == PUSHED


def _hold_never(given: Given) -> None:
    """Fail where a value stands that may stand there at no time."""
    assert where(dict(given.values), given.folder / "logs") == set()
    assert given.found_queued() == set()
    assert "bio" not in given.found_stored()
    if given.database.on_sqlite:
        waiting = {file for _, file in where(dict(given.values), given.folder / "data")}
        assert not {each for each in waiting if each.startswith(inbox.FILE)}


def _scrubbed(given: Given) -> None:
    _until(lambda: "Done." in given.said("db", "scrub"), "the files cannot be scrubbed")


def _tombstones_over(given: Given) -> None:
    """Let the days of the tombstones be over."""
    with given.database.write() as connection:
        connection.execute(text("DELETE FROM changes"))


def test_of_whoever_is_forgotten_no_byte_is_left(given: Given) -> None:
    keys = _meet(given)
    _hold_everywhere(given)
    _hold_never(given)

    told = [given.said("forget", "-", given=each) for each in keys]
    assert all("are over by" in each for each in told)
    assert f"{given.folder / 'given' / 'contacts.csv'}" in told[-1], "a file elsewhere is named"
    assert not [each for each in told if any(value in each for value in given.values.values())]
    assert given.found(given.folder / "answers") == set()
    assert given.found(given.folder / "data" / "outbox") == set()
    exported = given.folder / "exports"
    tombstone = {("id", "tombstones.ndjson")}
    _until(lambda: where(dict(given.values), exported) == tombstone, "nobody wrote the export anew")
    assert _opened(given) == []
    _scrubbed(given)
    assert given.found_stored() == {"id"}, "the tombstone alone"
    _hold_never(given)

    assert "hold people who have left" in given.said("doctor", "--json")
    for each in (given.folder / "given").iterdir():
        each.unlink()
    assert "hold people who have left" not in given.said("expire")
    _tombstones_over(given)
    given.installation.run("export", "--out", str(exported))
    _scrubbed(given)
    given.settle()
    left = {place for each in (*given.stored, given.folder) for place in where(dict(given.values), each)}
    assert left == set()
