"""What runs and ends: failures and their replay, Ctrl-C, workers by hand, and what never leaks."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.journey.processes import MARK, command_of, running
from tests.journey.road import Installation, Simulator, simulator
from tests.journey.spoken import Spoken


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run one simulator for all of these."""
    with simulator(tmp_path_factory.mktemp("world"), seed=9, audience=400) as running:
        yield running


@pytest.fixture
def spoken(world: Simulator, tmp_path: Path) -> Iterator[Spoken]:
    """Make an installation with both accounts; the simulator is kind again afterwards."""
    made = Spoken(tmp_path, world)
    made.connect()
    yield made
    world.post("limits", {"platform": "twitter", "endpoint": "followers", "window_s": 900})


@pytest.fixture
def installation(spoken: Spoken) -> Installation:
    """Use the same installation through processes of their own, all of them marked."""
    return Installation(spoken.folder, spoken.world, **{MARK: str(spoken.folder)})


def wait_for(holds: Callable[[], Any], what: str) -> Any:
    """Look until something holds; fails after a minute."""
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def interrupt(process: subprocess.Popen[bytes], folder: Path) -> int:
    """Press Ctrl-C; fails where anything is left running."""
    before = running(folder)
    process.send_signal(signal.SIGINT)
    code = process.wait(timeout=60)
    left = [command_of(each) for each in {*before, *running(folder)} if alive(each)]
    assert not left
    return code


def alive(process: psutil.Process) -> bool:
    """Say whether it still runs; one that has ended and that nobody has reaped yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stall(world: Simulator) -> None:
    """Let the second page of followers wait for a window of forty seconds."""
    narrow = {"user": 1, "app": 1, "window_s": 40}
    world.post("limits", {"platform": "twitter", "endpoint": "followers", **narrow})


def test_a_failed_stream_ends_with_three_and_succeeds_on_replay(
    spoken: Spoken, installation: Installation
) -> None:
    spoken.world.post("answer", {"platform": "twitter", "endpoint": "followers", "kind": "forbidden"})
    told = spoken.tell(
        "harvest", "team-x", "--stream", "followers", "--stream", "mentions", "--wait", "--json"
    )
    assert told.code == 3
    assert "1 of 2 streams were not read whole: followers: " in told.err
    assert {each["stream"]: each["state"] for each in told.rows} == {
        "followers": "failed",
        "mentions": "done",
    }
    failed = next(each for each in told.rows if each["state"] == "failed")
    assert failed["error"]
    assert failed["ended_at"]
    (failure,) = spoken.done("failures", "list", "--json").rows
    assert set(failure) == {
        "id", "run_id", "job_id", "account", "stream", "cause", "sentence", "advice", "attempts", "state",
        "at",
    }  # fmt: skip
    assert (failure["run_id"], failure["stream"], failure["state"]) == (failed["run"], "followers", "open")
    assert "replay" in failure["advice"]
    assert spoken.exported() == ([], [])

    up = installation.start("up", stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(running(spoken.folder)) >= 4, "the road did not come up")
        wait_for(lambda: _road_is_up(spoken), "the workers did not sign")
        again = spoken.tell("up")
        assert again.code == 1
        assert "stop it, or use another REGULARS_DATA_DIR" in again.err
        assert "No worker" not in spoken.done("failures", "replay", str(failure["id"])).err
        run = str(failed["run"])
        wait_for(
            lambda: spoken.done("runs", "show", run, "--json").rows[0]["state"] == "done", "the replay hangs"
        )
    finally:
        code = interrupt(up, spoken.folder)
    assert code == 0
    assert spoken.done("failures", "list", "--json").rows == []
    assert [each["state"] for each in spoken.done("failures", "list", "--all", "--json").rows] == ["replayed"]
    followers = {
        each["contact_key"]
        for each in spoken.world.truth()
        if any(act["act"] == "follows" for act in each["acts"])
    }
    assert {each["contact_key"] for each in spoken.exported()[0]} == followers


def _road_is_up(spoken: Spoken) -> bool:
    with sqlite3.connect(spoken.folder / "data" / "regulars.db") as connection:
        kinds = [kind for (kind,) in connection.execute("SELECT kind FROM workers WHERE died_at IS NULL")]
    connection.close()
    return kinds.count("worker") == 3 and "dispatcher" in kinds


def test_a_dropped_failure_is_closed_and_its_run_stays_failed(spoken: Spoken) -> None:
    spoken.world.post("answer", {"platform": "twitter", "endpoint": "mentions", "kind": "forbidden"})
    assert spoken.tell("harvest", "team-x", "--stream", "mentions", "--wait").code == 3
    (failure,) = spoken.done("failures", "list", "--json").rows
    assert spoken.done("failures", "drop", "--all").out == "1 dropped.\n"
    assert spoken.done("failures", "list", "--json").rows == []
    assert spoken.tell("failures", "replay", str(failure["id"])).code == 1
    assert spoken.done("runs", "show", str(failure["run_id"]), "--json").rows[0]["state"] == "failed"


def test_a_removed_account_takes_everything_with_it(spoken: Spoken) -> None:
    spoken.harvest()
    inside = {each["contact_key"] for each in spoken.exported()[0]}
    told = spoken.done("account", "remove", "team-x", given="n\n")
    assert {each["contact_key"] for each in spoken.exported()[0]} == inside, told
    told = spoken.done("account", "remove", "team-x", "--yes")
    gone = {each for each in inside if each.startswith("twitter:")}
    assert f"{len(gone)} contacts left" in told.out
    records, tombstones = spoken.exported()
    assert {each["contact_key"] for each in records} == inside - gone
    assert {(each["contact_key"], each["reason"]) for each in tombstones} == {
        (each, "account_removed") for each in gone
    }
    assert spoken.done("contacts", "list", "--platform", "twitter", "--json").rows == []
    assert [each["name"] for each in spoken.done("account", "list", "--json").rows] == ["team-page"]
    assert {each["account"] for each in spoken.done("runs", "list", "--json").rows} == {"team-page"}
    assert set(tombstones[0]) == {"contact_key", "op", "seq", "reason", "at"}


def test_ctrl_c_of_a_harvest_leaves_nothing_running_and_a_later_one_works(
    spoken: Spoken, installation: Installation
) -> None:
    stall(spoken.world)
    process = installation.start("harvest", "team-x", "--stream", "followers", "--page-size", "20", "--wait")
    wait_for(lambda: _waits(spoken), "the run does not wait for its limit")
    assert len(running(spoken.folder)) >= 4, "itself, a queue server, two workers"
    _watched(installation)
    assert interrupt(process, spoken.folder) == 130

    (run,) = spoken.done("runs", "list", "--json").rows
    assert (run["state"], run["pages"]) == ("running", 1)
    spoken.world.post("limits", {"platform": "twitter", "endpoint": "followers", "user": 900, "app": 900})
    assert spoken.tell("harvest", "team-x", "--stream", "followers").code == 1, "only --wait goes on with it"
    (later,) = spoken.done("harvest", "team-x", "--stream", "followers", "--wait", "--json").rows
    assert (later["run"], later["state"]) == (run["run"], "done")
    assert later["pages"] > run["pages"]


def _watched(installation: Installation) -> None:
    """Watch the run that waits, on a terminal of 80 columns and into a file, until Ctrl-C."""
    ours, theirs = pty.openpty()
    file = installation.folder / "watched"
    installation.environment["COLUMNS"] = "80"
    with file.open("wb") as out:
        for stdout in (theirs, out):
            process = installation.start("runs", "list", "--watch", stdout=stdout, stderr=stdout)
            if stdout is theirs:
                seen = b""
                while b"Together: 1 run" not in seen:
                    seen += os.read(ours, 65536)
            else:
                wait_for(lambda: b"Together: 1 run" in file.read_bytes(), "nothing is shown")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
    for shown in (seen.decode(), file.read_text()):
        assert re.search(r"run 1: waits for the platform's limit until [-: \d]+ \(in \d\d s\)", shown)
        assert re.search(r"team-x followers\b.*\brunning\b.*20 in 1 page", shown)


def _waits(spoken: Spoken) -> bool:
    rows = spoken.done("runs", "list", "--json").rows
    return bool(rows and rows[0]["waiting_for"] and rows[0]["pages"])


def test_the_demo_can_be_stopped_and_run_again(tmp_path: Path, world: Simulator) -> None:
    stopped = Installation(tmp_path, world, **{MARK: str(tmp_path)})
    demo = ("demo", "--out", str(tmp_path / "demo"), "--audience", "400")
    process = stopped.start(*demo, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(running(tmp_path)) >= 5, "the demo's processes did not come up")
    assert interrupt(process, tmp_path) == 130

    told = stopped.run(*demo)
    assert "Open it: less" in told
    assert (tmp_path / "demo" / "travel.svg").stat().st_size > 1000
    keys = re.findall(r"^twitter:\d+", (tmp_path / "demo/export/contacts.csv").read_text(), re.MULTILINE)
    assert len(set(keys)) == len(keys) > 50
    assert not running(tmp_path)


def test_workers_and_a_dispatcher_by_hand(
    world: Simulator, tmp_path: Path, server_settings: dict[str, str]
) -> None:
    installation = Installation(tmp_path, world, **server_settings, **{MARK: str(tmp_path)})
    assert installation.run("runs", "list", expect=1) == ""
    installation.run("db", "upgrade")
    assert installation.run("db", "upgrade").startswith("Nothing to do")
    installation.connect("team-x", "twitter")
    road = [
        installation.start("worker", "--queue", "harvest.twitter"),
        installation.start("worker", "--queue", "harvest.facebook"),
        installation.start("dispatch"),
    ]
    try:
        told = installation.run("harvest", "team-x", "--stream", "followers", "--wait", "--json")
    finally:
        for each in road:
            each.terminate()
        codes = [each.wait(timeout=60) for each in road]
    assert codes == [0, 0, 0]
    assert json.loads(told)["state"] == "done"
    assert not running(tmp_path)
    assert len(installation.exported()[0]) == json.loads(told)["regular"] > 50


def test_a_ctrl_c_of_the_simulator_ends_it(tmp_path: Path, world: Simulator) -> None:
    installation = Installation(tmp_path, world, **{MARK: str(tmp_path)})
    ready = tmp_path / "ready"
    process = installation.start("simulator", "--ready-file", str(ready))
    wait_for(ready.exists, "the simulator did not start")
    told = json.loads(ready.read_text(encoding="utf-8"))
    assert {"base_url", "account_id", "user_token", "app_token"} <= set(told["twitter"])
    assert {"base_url", "page_id", "page_token", "user_token"} <= set(told["facebook"])
    assert told["truth_url"].startswith("http://127.0.0.1:")
    assert interrupt(process, tmp_path) in (0, 130)
    assert os.getpid() != told["pid"]
