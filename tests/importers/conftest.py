"""The programs that import our files, each in an environment of its own, and a team whose files they are."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from console.cli.main import command_line
from console.cli.start import runtime
from domain.sign_up import EMAIL, SignUp
from domain.signal import Signal
from pipeline.heed import heeded
from pipeline.page import write_page
from store import installation, messaging
from tests.cast import added
from tests.people import signed_up
from tests.servers import unavailable
from workers.children import die_with_parent
from workers.runtime import utc_now

FOLDER = Path(os.environ.get("IMPORTERS", Path(__file__).parents[2] / ".importers")).resolve()


def python_of(name: str) -> Path:
    """Return the Python of a program's environment, which `make importers` makes."""
    found = FOLDER / name / "bin" / "python"
    if not found.exists():
        unavailable(f"{name} (make importers)")
    return found


class Steps:
    """A program that does one step a line of JSON and answers with another."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, step: str, **given: Any) -> Any:
        """Let it do a step; returns its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([step, given]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"it died at {step}"
        return json.loads(line)["answer"]


@contextmanager
def stepping(name: str, folder: Path, **environment: str) -> Iterator[Steps]:
    """Start `NAME_steps.py` in a folder with that program's own Python."""
    script = Path(__file__).with_name(f"{name}_steps.py")
    command = [str(python_of(name)), "-W", "ignore", str(script)]
    places = {"PATH": os.environ["PATH"], "PYTHONPATH": ".", "HOME": str(folder), **environment}
    log = (folder / f"{name}.log").open("w")
    with (
        log,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env=places,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # as the product's own children
        ) as process,
    ):
        try:
            yield Steps(process)
        finally:
            process.kill()


class Team:
    """A party with contacts of its own, which exports them by the command line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        open_runtime = runtime()
        self._console: Any = SimpleNamespace(database=open_runtime.database, runtime=open_runtime)
        with open_runtime.database.write() as connection:
            installation.settle_policy(connection, "cnil-2016")
            self._account = added(connection).id

    def see(self, *acts: Signal) -> None:
        """Store what a harvest sees: whoever objected is passed over."""

        def act(connection: Connection) -> None:
            suppressor = self._console.runtime.suppressor_of(connection)
            heard, steps, _ = heeded(connection, acts, suppressor, now=utc_now())
            policy = self._console.runtime.policy_in_force(connection)
            written = write_page(connection, (self._account, "twitter"), heard, policy, now=utc_now())
            messaging.publish(connection, [*steps, *written.steps], now=utc_now())

        self._console.database.transact(act)

    def sign(self, name: str, email: str) -> None:
        """Let somebody agree to e-mail."""
        given = ((EMAIL,), ("housing",), None, "I agree.", "join page", "page", utc_now())
        signed_up(self._console, SignUp(name, email, None, "en", *given))

    def export(self, *words: str) -> Path:
        """Export into a folder of its own; returns that."""
        folder = self._folder / f"export-{len([*self._folder.glob('export-*')])}"
        self.run("export", "--out", str(folder), *words)
        return folder

    def run(self, command: str, *words: str, given: str = "") -> str:
        """Run a command; returns what it prints for programs."""
        result = CliRunner().invoke(command_line(command), [command, *words], given, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """Set up a party's installation."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGULARS_CONTROLLER", "party")
    return Team(tmp_path)
