"""Workers and a dispatcher of a journey, started again whenever they die, and what the database says."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from store.database import Database
from tests.journey.road import ROOT, Installation

#: What runs unless a journey wants more.
ROAD = {"worker": ("worker", "--queue", "harvest.twitter"), "dispatcher": ("dispatch",)}

#: In the environment of everything that a journey starts, so that we find all of it.
MARK = "JOURNEY_OF_PROCESSES"


#: Seconds that a process needs at most before it minds signals.
COMING_UP_S = 8.0


class Processes:
    """Workers and a dispatcher that are started again whenever they die, as a supervisor would."""

    def __init__(
        self, installation: Installation, armed: Path, commands: Mapping[str, Sequence[str]] = ROAD
    ) -> None:
        armed.mkdir(exist_ok=True)
        self.armed = armed
        self.points: set[str] = set()
        self.deaths = 0
        self._environment = {**installation.environment, "REGULARS_TEST_ARMED": str(armed)}
        self._commands = commands
        self._began: dict[str, float] = {}
        self._running = {name: self._start(name) for name in self._commands}

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.journey.killable", *self._commands[name]]
        self._began[name] = time.monotonic()
        return subprocess.Popen(command, env=self._environment, cwd=ROOT, start_new_session=True)

    def mend(self) -> None:
        """Start again what has died; a death that was not ours fails.

        A process that comes up while a server is away says so and ends, for whoever started it to try again.
        """
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                young = time.monotonic() - self._began[name] < COMING_UP_S
                assert code == -signal.SIGKILL or (young and code == 1), f"the {name} ended with {code}"
                self.deaths += code == -signal.SIGKILL
                self._running[name] = self._start(name)

    def arm(self, point: str) -> None:
        """Let the next process that reaches a point die there."""
        if point == "dispatch claimed":  # only where a worker leaves a message unsent has it work to do
            (self.armed / "committed").touch()
        self.points |= {point, "committed"}
        (self.armed / point).touch()

    def pending(self) -> set[str]:
        """Return the points at which nobody has died yet since they were armed."""
        return {each.name for each in self.armed.iterdir() if each.name in self.points}

    def stop(self) -> None:
        """Stop all processes as an operator does; they finish what they have in hand.

        One that is only coming up has nothing in hand, and may end by the signal itself; one that comes by an
        armed point meanwhile dies there.
        """
        young = {name for name, at in self._began.items() if time.monotonic() - at < COMING_UP_S}
        for process in self._running.values():
            process.terminate()
        codes = {name: process.wait(timeout=60) for name, process in self._running.items()}
        self.deaths += sum(code == -signal.SIGKILL for code in codes.values())
        bad = {name: code for name, code in codes.items() if code not in (0, -signal.SIGKILL)}
        assert not {name for name, code in bad.items() if name not in young or code != -signal.SIGTERM}, codes

    def restart(self) -> None:
        """Start all processes that were stopped."""
        self._running = {name: self._start(name) for name in self._commands}

    def end(self) -> None:
        """End the processes."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def processes(
    installation: Installation, armed: Path, commands: Mapping[str, Sequence[str]] = ROAD
) -> Iterator[Processes]:
    """Run workers and a dispatcher for the time of a block."""
    running = Processes(installation, armed, commands)
    try:
        yield running
    finally:
        running.end()


_open: dict[str, Database] = {}


def database_of(installation: Installation) -> Database:
    """Return the database of an installation, opened once."""
    url = installation.environment.get(
        "REGULARS_DATABASE_URL", f"sqlite:///{installation.folder}/data/regulars.db"
    )
    return _open.setdefault(url, Database(url))


def runs_of(installation: Installation) -> list[dict[str, Any]]:
    """Return the rows of all runs; a command that says so would take a second each time."""
    with database_of(installation).read() as connection:
        rows = connection.execute(text("SELECT * FROM harvest_runs ORDER BY id")).mappings().all()
    return [dict(each) for each in rows]


def running(folder: Path) -> list[psutil.Process]:
    """Return all living processes that a command on `folder` started, itself among them."""
    found: dict[int, psutil.Process] = {}
    for each in psutil.process_iter():
        try:
            if each.environ().get(MARK) == str(folder) and each.status() != psutil.STATUS_ZOMBIE:
                # A queue server overwrites its environment with its title, so children are asked for too.
                found |= {child.pid: child for child in [each, *each.children(recursive=True)]}
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return list(found.values())


def command_of(process: psutil.Process) -> list[str]:
    """Return how a process was called; nothing where it has ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
