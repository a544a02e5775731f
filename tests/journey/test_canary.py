"""Canaries: neither a token nor a name turns up where it does not belong, whatever goes wrong."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import MetaData, Table, inspect

from simulator.facebook.texts import _TEXTS as FACEBOOK_TEXTS
from simulator.names import SPECIAL
from simulator.twitter.posts import _TEXTS as TWITTER_TEXTS
from tests import servers
from tests.journey.processes import MARK, command_of, database_of, running
from tests.journey.road import ROOT, Installation, Simulator, simulator

NAME = "Zsófia Kanárienvogel"
#: Where people may stand: what they are called, and who they are.
NAMES_IN = {("contacts", "display_name")}
HANDLES_IN = {("contacts", "handle")}
IDS_IN = {("contacts", "platform_id"), ("changes", "platform_id"), ("account_staff", "platform_id")}
#: A conversation on Facebook is named by whoever it is with.
IDS_IN |= {(table, "item") for table in ("signals", "decisions", "texts", "spoken")}
TEXTS_IN = {("texts", "text")}
#: Errors that a run meets on its way, and those that end one of its streams.
UPSETS = {
    "twitter": (
        ("mentions", "too_many"), ("followers", "over_capacity"), ("liking_users", "forbidden"),
        ("quote_tweets", "unsupported_auth"),
    ),
    "facebook": (("*", "down"), ("*", "html_503"), ("*", "reduce"), ("*", "permission")),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run a simulator in which every third person is called by the canary's name."""
    with simulator(tmp_path_factory.mktemp("world"), seed=9, audience=400, window_s=1) as running:
        running.post("canary", {"name": NAME})
        yield running


class Listener:
    """Everything that goes through a queue server."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._client = Redis.from_url(url, socket_timeout=None)  # it may be quiet for long
        self._monitor = self._client.monitor()
        self._monitor.__enter__()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for each in self._monitor.listen():
                self.heard.append(str(each))
        except Exception:  # noqa: BLE001  # the connection is cut at the end
            return

    def kept(self) -> str:
        """Return all that the server holds now."""
        dumped = [self._client.dump(each) for each in self._client.scan_iter()]
        return repr([*self._client.scan_iter(), *dumped])


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])]
)
def test_tokens_and_people_leak_nowhere(
    kind: str, world: Simulator, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = request.getfixturevalue("server_settings") if kind == "postgresql" else {}
    arguments: set[str] = set()
    log = tmp_path / "said.log"
    with servers.queue() as server:
        listener = Listener(server.url)
        settings |= {"REGULARS_REDIS_URL": server.url, "REGULARS_LOG_LEVEL": "DEBUG", MARK: str(tmp_path)}
        installation = Installation(tmp_path, world, **settings)
        installation.run("db", "upgrade")
        installation.connect("team-x", "twitter")
        installation.connect("team-page", "facebook")
        _upset(world)
        with log.open("wb") as said:
            for account in ("team-x", "team-page"):
                process = installation.start("harvest", account, "--wait", stderr=said, stdout=said)
                while process.poll() is None:
                    arguments |= {part for each in running(tmp_path) for part in command_of(each)}
                    time.sleep(0.05)
            _crash(installation, said)
        queue = "\n".join(listener.heard) + listener.kept()
    told = log.read_text(encoding="utf-8")
    assert "harvest_page" in queue, "nothing was heard"
    assert "worker" in arguments, "nothing was seen"
    assert told.count("RuntimeError in ") >= 2, "nothing crashed"
    errors = installation.run("failures", "list", "--json") + installation.run("failures", "show")
    assert errors.count("\n") > 2, "nothing failed"
    outside = {"output": told, "queue": queue, "error rows": errors, "process list": " ".join(arguments)}
    for where, said_there in outside.items():
        assert not [each for each in (*_tokens(world), *_people(world), *_texts()) if each in said_there], (
            where
        )
    _require_places(installation, world)


def _upset(world: Simulator) -> None:
    for platform, kinds in UPSETS.items():
        for endpoint, kind in kinds:
            world.post("answer", {"platform": platform, "endpoint": endpoint, "kind": kind, "times": 2})
    kinds = ("html_502", "garbage", "cut", "dropped", "json_503", "limited_bare")
    world.post("faults", {"next": [{"kind": each, "times": 2} for each in kinds]})


def _crash(installation: Installation, said: Any) -> None:
    """Let an actor, a thread and a command die of errors whose words are the canaries."""
    armed = installation.folder / "armed"
    armed.mkdir()
    tokens = " ".join(_tokens(installation.simulator))
    (armed / "crash").write_text(f"{NAME} {tokens}", encoding="utf-8")
    environment = {**installation.environment, "REGULARS_TEST_ARMED": str(armed)}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.journey.killable", *arguments]
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)

    refused = {"platform": "twitter", "endpoint": "mentions", "kind": "unauthorized", "times": 1}
    installation.simulator.post("answer", refused)
    installation.run("harvest", "team-x", "--stream", "mentions", "--wait", expect=3)
    road = [start("worker", "--queue", "harvest.twitter"), start("dispatch")]
    installation.run("account", "resume", "team-x")
    time.sleep(8)  # a second page, and a second sign of life
    for each in road:
        each.terminate()
        each.wait(timeout=60)
    assert start("runs", "list").wait(timeout=60) == 1


def _tokens(world: Simulator) -> list[str]:
    x, page = world.ready["twitter"], world.ready["facebook"]
    return [x["user_token"], page["page_token"], page["user_token"]]


def _people(world: Simulator) -> set[str]:
    """Return what names somebody: ids, handles, and names that cannot stand anywhere by chance."""
    named = {NAME}
    for each in world.truth():
        if not each.get("own"):
            named |= {each["contact_key"].rpartition(":")[2], each.get("handle") or ""}
    return {each for each in named if len(each) >= 8}


def _texts() -> list[str]:
    known = (*FACEBOOK_TEXTS, *TWITTER_TEXTS)
    return [each for each in known if len(each) >= 16 and each not in SPECIAL]  # some are names, too


def _require_places(installation: Installation, world: Simulator) -> None:
    """Fail where a value of the database holds somebody or something in a column that is not for it."""
    people = dict.fromkeys(_people(world), HANDLES_IN | IDS_IN) | {NAME: NAMES_IN}
    wanted = people | dict.fromkeys(_texts(), TEXTS_IN) | {each: set() for each in _tokens(world)}
    found: set[tuple[str, str]] = set()
    wrong: set[tuple[str, str]] = set()
    database = database_of(installation)
    with database.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(
                Table(table, MetaData(), autoload_with=connection).select()
            ).mappings():
                for column, value in row.items():
                    written = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    for each in [word for word in wanted if word in written]:
                        (found if (table, column) in wanted[each] else wrong).add((table, column))
    assert not wrong
    assert found >= NAMES_IN | HANDLES_IN, "no canary sang, so nothing was tried"
    if database.on_sqlite:  # what was deleted may still lie in the file
        files = b"".join(each.read_bytes() for each in (installation.folder / "data").glob("regulars.db*"))
        assert not [each for each in _tokens(world) if each.encode() in files]
