"""The key: rotated while workers are at work, killed half-way, kept in the environment, gone."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.journey.killable import ROTATION_POINTS
from tests.journey.processes import runs_of
from tests.journey.road import ROOT, Installation, Simulator, simulator


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run one simulator for all of these."""
    with simulator(tmp_path_factory.mktemp("world"), seed=21, audience=300) as running:
        yield running


@pytest.fixture
def installation(world: Simulator, tmp_path: Path, server_settings: dict[str, str]) -> Installation:
    """Make an installation by address with one account."""
    made = Installation(tmp_path, world, **server_settings)
    made.run("db", "upgrade")
    made.connect("team-x", "twitter")
    return made


@contextmanager
def working(installation: Installation, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker and a dispatcher; gives the worker."""
    with ExitStack() as stack:
        worker = installation.start("worker", "--queue", "harvest.twitter", **options)
        for each in (worker, installation.start("dispatch")):
            stack.callback(each.wait, 60)
            stack.callback(each.terminate)
        yield worker


def harvested(installation: Installation) -> None:
    """Begin a harvest and wait until a worker has read it whole."""
    installation.run("harvest", "team-x", "--stream", "mentions")
    deadline = time.monotonic() + 60
    while runs_of(installation)[-1]["state"] == "running":
        assert time.monotonic() < deadline, "the harvest does not end"
        time.sleep(0.05)
    assert runs_of(installation)[-1]["state"] == "done", runs_of(installation)[-1]["error"]


def test_running_workers_find_the_new_key(installation: Installation) -> None:
    key = installation.folder / "data" / "secret.key"
    before = key.read_text()
    with working(installation) as worker:
        harvested(installation)
        told = installation.run("keys", "rotate")
        assert told.startswith("Sealed anew: 4. ")  # the token, the keys of suppression, links, pushes
        assert key.read_text() not in (before, "")
        assert key.read_text() not in told
        assert oct(key.stat().st_mode & 0o777) == "0o600"
        assert [each.name for each in key.parent.glob("*secret*")] == ["secret.key"]
        harvested(installation)
        assert worker.poll() is None, "it was not the same worker"
    key.write_text(before)
    assert installation.run("runs", "list", expect=5) == ""


@pytest.mark.parametrize("point", ROTATION_POINTS)
def test_a_rotation_that_is_killed_is_finished_or_undone_by_the_next_start(
    point: str, installation: Installation
) -> None:
    armed = installation.folder / "armed"
    armed.mkdir()
    (armed / point).touch()
    killed = subprocess.run(
        [sys.executable, "-m", "tests.journey.killable", "keys", "rotate"],
        env={**installation.environment, "REGULARS_TEST_ARMED": str(armed)},
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with working(installation):
        harvested(installation)
    assert installation.run("keys", "rotate").startswith("Sealed anew: ")
    with working(installation):
        harvested(installation)


def test_a_worker_without_the_new_key_stops_with_one_sentence(installation: Installation) -> None:
    copy = installation.folder / "copy.key"
    shutil.copy(installation.folder / "data" / "secret.key", copy)
    here = installation.environment
    elsewhere = Installation(installation.folder, installation.simulator)
    elsewhere.environment = {**here, "REGULARS_SECRET_KEY_FILE": str(copy)}
    log = installation.folder / "worker.log"
    with log.open("wb") as stderr, working(elsewhere, stderr=stderr) as worker:
        harvested(installation)
        installation.run("keys", "rotate")
        installation.run("harvest", "team-x", "--stream", "mentions")
        assert worker.wait(timeout=60) == 5
        assert runs_of(installation)[-1]["state"] == "running", "it waits for a worker with the key"
    (sentence,) = log.read_text().splitlines()
    assert sentence.startswith("The key does not belong to this database")
    with working(installation):
        deadline = time.monotonic() + 60
        while runs_of(installation)[-1]["state"] == "running":
            assert time.monotonic() < deadline, "nobody goes on with it"
            time.sleep(0.05)


def test_what_runs_stops_when_the_key_is_taken_from_under_it(installation: Installation) -> None:
    log = installation.folder / "up.log"
    with log.open("wb") as stderr:
        up = installation.start("up", stderr=stderr, stdout=stderr)
    try:
        harvested(installation)
        key = installation.folder / "data" / "secret.key"
        installation.run("keys", "rotate")
        copy = shutil.move(key, installation.folder / "copy.key")
        installation.environment["REGULARS_SECRET_KEY_FILE"] = str(copy)
        installation.run("harvest", "team-x", "--stream", "mentions")
        assert up.wait(timeout=60) == 5
    finally:
        up.kill()
    assert "no longer finds the key" in log.read_text()


def test_a_key_in_the_environment_is_rotated_while_nothing_runs(installation: Installation) -> None:
    key = installation.folder / "data" / "secret.key"
    old = key.read_text()
    key.unlink()
    assert installation.run("account", "list", expect=5) == ""
    assert not key.exists(), "a new key never silently takes the place of one that is missing"
    installation.environment["REGULARS_SECRET_KEY"] = old
    file = installation.folder / "new.key"
    with working(installation):
        harvested(installation)
        assert installation.run("keys", "rotate", "--new-key-file", str(file), expect=1) == ""
    assert not file.exists()
    told = installation.run("keys", "rotate", "--new-key-file", str(file))
    assert file.read_text() not in told
    assert old not in told
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert not key.exists()
    assert installation.run("account", "list", expect=5) == ""
    installation.environment["REGULARS_SECRET_KEY"] = file.read_text()
    with working(installation):
        harvested(installation)
