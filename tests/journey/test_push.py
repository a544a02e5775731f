"""Pushes from the simulator to the truth: in order, late, twice, wrongly signed, after downtime, some lost.

Real processes: simulator, receiver, dispatcher, workers. After each day labels equal the truth, but for those
of whom no push tells; then a poll finds the rest, and no act stands twice.
"""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from store.database import Database, DatabaseError
from tests.contents import rows
from tests.journey.road import Installation, Simulator, expected_labels, simulator
from workers.life import at_work
from workers.runtime import utc_now

WAIT_S = 60
#: Which kind of signal an act of the simulator's truth is.
KIND_OF_ACT = {
    "follows": "follows", "friend": "friend", "opted_in": "opted_in", "likes": "liked", "reacts": "reacted",
    "comments": "commented", "comment_replies": "replied", "replies": "replied", "mentions": "mentioned",
    "tagged": "mentioned", "reposts": "shared", "quotes": "quoted", "rates": "rated", "messages": "messaged",
    "blocked": "blocked",
}  # fmt: skip


class Told:
    """An installation that is pushed to, and whom no push told of."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.world: Simulator = installation.simulator
        self.urls: dict[str, str] = {}
        self.untold: set[str] = set()

    def push(self, **wanted: Any) -> dict[str, dict[str, Any]]:
        """Let both platforms push what happened today."""
        told = {}
        for platform, name in (("twitter", "consumer_secret"), ("facebook", "app_secret")):
            secret = self.world.ready[platform][name]
            given = {"platform": platform, "url": self.urls[platform], "secret": secret, **wanted}
            told[platform] = self.world.post("push", given)
            if "what" not in wanted:
                self.untold |= set(told[platform]["untold"])
        return told

    def pushes(self) -> dict[str, int]:
        """Count the pushes that are known, by state."""
        counted: dict[str, int] = {}
        for each in filter(None, self.installation.run("push", "list", "--json").split("\n")):
            row = json.loads(each)
            if "pushes" in row:
                counted[row["state"]] = counted.get(row["state"], 0) + row["pushes"]
        return counted

    def taken_in(self) -> dict[str, int]:
        """Wait until none waits; returns the counts by state."""
        deadline = time.monotonic() + WAIT_S
        while (counted := self.pushes()).get("waiting"):
            assert time.monotonic() < deadline, counted
            time.sleep(0.2)
        return counted

    def compare(self) -> None:
        """Hold labels against the truth, but for those whom no push told of."""
        expected = expected_labels(self.world.truth())
        found = self.installation.labels()
        told = {*expected, *found} - self.untold
        assert {key: found.get(key) for key in told} == {key: expected.get(key) for key in told}


def connect(installation: Installation) -> None:
    """Connect both accounts with the secrets that sign their pushes."""
    x, page = installation.simulator.ready["twitter"], installation.simulator.ready["facebook"]
    secrets = {
        "x": x["user_token"],
        "x.app": x["consumer_secret"],
        "page": page["page_token"],
        "me": page["user_token"],
        "page.app": page["app_secret"],
    }
    files = {name: str(installation.folder / name) for name in secrets}
    for name, secret in secrets.items():
        Path(files[name]).write_text(secret, encoding="utf-8")
    told = ("--token-file", files["x"], "--app-secret-file", files["x.app"])
    installation.run("account", "add", "twitter", "team-x", "--platform-id", x["account_id"], *told)
    told = (
        "--token-file",
        files["page"],
        "--app-secret-file",
        files["page.app"],
        "--user-token-file",
        files["me"],
    )
    installation.run("account", "add", "facebook", "team-page", "--platform-id", page["page_id"], *told)


@contextmanager
def receiver(told: Told, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Run a receiver for the time of a block; it must end cleanly."""
    ready = told.installation.folder / "receiver.json"
    ready.unlink(missing_ok=True)
    process = told.installation.start("receiver", "--port", str(port), "--ready-file", str(ready))
    try:
        deadline = time.monotonic() + WAIT_S
        while not ready.exists():
            assert process.poll() is None, "the receiver ended"
            assert time.monotonic() < deadline, "the receiver does not listen"
            time.sleep(0.05)
        told.urls = json.loads(ready.read_text(encoding="utf-8"))
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@contextmanager
def up(installation: Installation) -> Iterator[None]:
    """Run dispatcher and workers for the time of a block."""
    process = installation.start("up")
    database = Database(_address(installation))
    try:
        deadline = time.monotonic() + WAIT_S
        while not {"dispatcher", "harvest.twitter", "harvest.facebook"} <= _at_work(database):
            assert time.monotonic() < deadline, "the workers did not sign"
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        database.close()


def _at_work(database: Database) -> frozenset[str]:
    try:
        return at_work(database, now=utc_now())
    except DatabaseError:  # it is only just being made
        return frozenset()


def _address(installation: Installation) -> str:
    made = installation.folder / "data" / "regulars.db"
    return installation.environment.get("REGULARS_DATABASE_URL") or f"sqlite:///{made}"


def poll(installation: Installation) -> None:
    installation.run("harvest", "team-x", "--wait")
    installation.run("harvest", "team-page", "--wait")


@pytest.mark.parametrize("servers", ["embedded", pytest.param("by-address", marks=pytest.mark.slow)])
def test_pushes_and_polls_end_in_the_truth(
    servers: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = request.getfixturevalue("server_settings") if servers == "by-address" else {}
    with simulator(tmp_path, seed=5, audience=400, faults="none", window_s=2) as world:
        installation = Installation(tmp_path, world, **settings)
        if servers == "by-address":
            installation.run("db", "upgrade")
        connect(installation)
        told = Told(installation)
        with up(installation):
            poll(installation)
            told.compare()
            with receiver(told):
                _in_order(told)
                _late_twice_and_wrongly_signed(told)
            port = int(told.urls["twitter"].rpartition(":")[2].partition("/")[0])
            _after_downtime(told, port)
            poll(installation)
        _compare_all(told)


def _in_order(told: Told) -> None:
    told.world.post("day", {"advance": 1})
    answered = told.push()
    assert {status for each in answered.values() for status in each["answers"]} == {"200"}
    assert set(told.taken_in()) == {"taken"}
    told.compare()


def _late_twice_and_wrongly_signed(told: Told) -> None:
    told.world.post("day", {"advance": 1})
    told.push(keep=True)
    told.world.post("day", {"advance": 1})
    told.push(order="shuffled", times=2)
    before = sum(told.pushes().values())
    refused = told.push(wrong_signature=True)
    assert {status for each in refused.values() for status in each["answers"]} == {"403"}
    assert sum(told.pushes().values()) == before
    late = told.push(what=[], kept=True, order="reversed")
    assert all(each["answers"].get("200") for each in late.values())
    assert set(told.taken_in()) == {"taken"}


def _after_downtime(told: Told, port: int) -> None:
    told.world.post("day", {"advance": 1})
    missed = told.push()
    assert {status for each in missed.values() for status in each["answers"]} == {"unreachable"}
    with receiver(told, port):
        told.push(what=[], kept=True)
        told.taken_in()
        told.world.post("day", {"advance": 1})
        told.push(lost=4)
        told.taken_in()
        told.compare()


def _compare_all(told: Told) -> None:
    """Hold everything against the truth after a poll: labels, the export, and every single act."""
    installation = told.installation
    truth = told.world.truth()
    expected = expected_labels(truth)
    assert installation.labels() == expected
    records, _ = installation.exported()
    assert set(records) == {key for key, label in expected.items() if label == "regular"}

    database = Database(_address(installation))
    key_of = {each["id"]: f"{each['platform']}:{each['platform_id']}" for each in rows(database, "contacts")}
    stored = sorted(
        (key_of[each["contact_id"]], each["kind"], "" if each["kind"] == "rated" else each["item"])
        for each in rows(database, "signals")
        if each["ended_at"] is None or each["ended_at"] > utc_now()
    )
    database.close()
    done = {
        (person["contact_key"], KIND_OF_ACT[act["act"]], act["item"] or "")
        for person in truth
        if person["contact_key"] in expected
        for act in person["acts"]
    }
    # Each act once: several messages of one conversation are one.
    assert stored == sorted(done)
