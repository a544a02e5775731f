"""What the command line says of pushes, asks of X, and how the receiver starts and ends."""

import http.client
import json
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import update

from config.settings import Settings
from domain.batch import Quarantined
from store import inbox, pushed
from store.inbox import Arrived
from store.tables import inbox as table
from tests.journey.road import Installation, Simulator, simulator
from tests.journey.spoken import Spoken
from workers.runtime import Runtime, utc_now


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Start a simulator."""
    with simulator(tmp_path_factory.mktemp("world"), seed=4, audience=400) as running:
        yield running


@pytest.fixture
def spoken(world: Simulator, tmp_path: Path) -> Spoken:
    """Connect both accounts, X with the secret that signs its pushes."""
    made = Spoken(tmp_path, world)
    made.connect()
    x = world.ready["twitter"]
    token, secret = made.secret("x.token", x["user_token"]), made.secret("x.app", x["consumer_secret"])
    told = ["account", "add", "twitter", "team-x", "--platform-id", x["account_id"], "--token-file", token]
    made.done(*told, "--app-secret-file", secret)
    return made


def test_without_a_push_the_list_says_where_they_come_from(spoken: Spoken) -> None:
    told = spoken.done("push", "list")
    assert "regulars receiver" in told.err
    assert spoken.done("push", "list", "--json").rows == []


def test_the_list_shows_what_became_of_pushes_and_nothing_of_their_text(spoken: Spoken) -> None:
    runtime = Runtime(Settings(data_dir=spoken.folder / "data"))
    now = utc_now()
    with runtime.inbox.write() as connection:
        came = [Arrived("twitter", f'"Ada Lévy {each}"'.encode(), now) for each in range(3)]
        inbox.put(connection, inbox.to_store(came, runtime.bodies.seal, keep=timedelta(days=3)))
        connection.execute(update(table).where(table.c.id == 1).values(state="aside", problem="It failed."))
        connection.execute(update(table).where(table.c.id == 2).values(state="unknown"))
    with runtime.database.write() as connection:
        unknown = Quarantined("an event of the unknown type follow.maybe", '{"$":"object of 3"}')
        pushed.note_unknown(connection, "twitter", [unknown, unknown], now=now)

    shown = spoken.done("push", "list").out
    assert all(each in shown for each in ("waiting", "aside", "It failed.", "follow.maybe"))
    rows = spoken.done("push", "list", "--json").rows
    assert [(each["state"], each["pushes"]) for each in rows[:3]] == [
        ("aside", 1),
        ("unknown", 1),
        ("waiting", 1),
    ]
    assert set(rows[3]) == {"id", "platform", "received_at", "problem", "expires_at"}
    assert (rows[4]["reason"], rows[4]["count"]) == (unknown.reason, 2)
    assert "Ada" not in shown + json.dumps(rows)

    refused = spoken.tell("push", "replay", "1", "3")
    assert (refused.code, "Only 1 of these" in refused.err) == (1, True)
    assert spoken.done("push", "replay", "2").out == "1 pushes wait again.\n"
    assert spoken.done("push", "replay").out == "1 pushes wait again.\n"
    assert [each["state"] for each in spoken.done("push", "list", "--json").rows[:1]] == ["waiting"]


def minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def test_x_pushes_once_more_what_nobody_received(spoken: Spoken, world: Simulator) -> None:
    token = spoken.secret("app.token", world.ready["twitter"]["app_token"])
    span = ("--from", minute(utc_now()), "--to", minute(utc_now() + timedelta(minutes=1)))
    asked = ("push", "catch-up", "team-x", *span, "--app-token-file", token)
    told = spoken.tell(*asked)
    assert (told.code, "none" in told.err) == (1, True), "nothing is registered yet"

    world.post("day", {"advance": 1})
    given: dict[str, Any] = {"platform": "twitter", "url": "http://127.0.0.1:9/push/twitter", "secret": "x"}
    missed = world.post("push", given)
    assert missed["kept"] == missed["events"] > 0
    assert "its job" in spoken.done(*asked).out
    again = world.post("push", {**given, "what": [], "kept": True})
    assert again["kept"] == 2 * missed["events"], "once as kept, once as asked for"

    assert "--webhook" in spoken.tell(*asked, "--webhook", "7").err
    user = spoken.secret("user.token", world.ready["twitter"]["user_token"])
    assert "bearer token of the app" in spoken.tell(*asked[:-1], user).err
    assert (
        "--from lies after"
        in spoken.tell(
            "push",
            "catch-up",
            "team-x",
            "--from",
            "2026-11-25T10:00",
            "--to",
            "2026-11-25T09:00",
            "--app-token-file",
            token,
        ).err
    )
    assert "twice" in spoken.tell("push", "catch-up", "team-page", *asked[3:]).err


def test_a_port_that_is_taken_is_named(spoken: Spoken) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = spoken.tell("receiver", "--port", str(taken.getsockname()[1]))
    assert (told.code, "cannot listen" in told.err) == (1, True)


def test_up_receives_where_a_port_is_set_and_again_after_a_crash(spoken: Spoken, world: Simulator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    installation = Installation(spoken.folder, world, REGULARS_RECEIVER_PORT=str(port))
    up = installation.start("up")
    try:
        first = _answering(port)
        _receiver_of(up.pid).send_signal(signal.SIGKILL)
        assert _answering(port) == first
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(timeout=60) == 0
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")


def _receiver_of(pid: int) -> psutil.Process:
    return next(each for each in psutil.Process(pid).children() if "receiver" in each.cmdline())


def _answering(port: int) -> Any:
    """Ask until the receiver proves itself to X; returns its proof."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/push/twitter?crc_token=x")
            answer = connection.getresponse()
            assert answer.status == 200
            return json.loads(answer.read())
        except OSError:
            assert time.monotonic() < deadline, "the receiver does not answer"
            time.sleep(0.2)
        finally:
            connection.close()
