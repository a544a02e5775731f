"""The command line within this process: the same commands without the seconds of a start each."""

import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from console.cli.main import main
from tests.journey.road import ROOT, Simulator


class Told(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The objects that stand one a line."""
        return [json.loads(each) for each in self.out.split("\n") if each]


class Spoken:
    """An installation with a data folder of its own, used through its command line."""

    def __init__(self, folder: Path, world: Simulator, **settings: str) -> None:
        self.folder = folder
        self.world = world
        self.settings = {
            "REGULARS_DATA_DIR": str(folder / "data"),
            "REGULARS_TWITTER_BASE_URL": world.ready["twitter"]["base_url"],
            "REGULARS_FACEBOOK_BASE_URL": world.ready["facebook"]["base_url"],
            **settings,
        }

    def tell(self, *arguments: str, given: str = "", **settings: str) -> Told:
        """Run a command with standard input and further settings."""
        said, complained = io.StringIO(), io.StringIO()
        with (
            _settings({**self.settings, **settings}),
            _called(arguments, given),
            redirect_stdout(said),
            redirect_stderr(complained),
        ):
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Told(code, said.getvalue(), complained.getvalue())

    def done(self, *arguments: str, given: str = "") -> Told:
        """Run a command that must succeed."""
        told = self.tell(*arguments, given=given)
        assert told.code == 0, (arguments, told)
        return told

    def secret(self, name: str, text: str) -> str:
        """Write a secret into a file; returns its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def connect(self, *, owned_reads: bool = False) -> None:
        """Connect both of the simulator's accounts, as team-x and team-page."""
        x, page = self.world.ready["twitter"], self.world.ready["facebook"]
        token = self.secret("x.token", x["user_token"])
        told = ["account", "add", "twitter", "team-x", "--platform-id", x["account_id"]]
        self.done(*told, "--token-file", token, *(["--owned-reads"] if owned_reads else []))
        token, person = self.secret("page.token", page["page_token"]), self.secret("me", page["user_token"])
        told = ["account", "add", "facebook", "team-page", "--platform-id", page["page_id"]]
        self.done(*told, "--token-file", token, "--user-token-file", person)

    def harvest(self) -> None:
        """Harvest both accounts to the end."""
        self.done("harvest", "team-x", "--wait")
        self.done("harvest", "team-page", "--wait")

    def exported(self) -> tuple[list[Any], list[Any]]:
        """Return the records and tombstones of an export."""
        self.done("export", "--format", "ndjson", "--out", str(self.folder / "export"))
        read = []
        for name in ("contacts", "tombstones"):
            text = (self.folder / "export" / f"{name}.ndjson").read_text(encoding="utf-8")
            read.append([json.loads(each) for each in text.split("\n") if each])
        return read[0], read[1]


@contextmanager
def _settings(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for each in [name for name in os.environ if name.startswith("REGULARS_")]:
        del os.environ[each]
    os.environ.update(wanted, PYTHONPATH=str(ROOT))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _called(arguments: tuple[str, ...], given: str) -> Iterator[None]:
    before = sys.argv, sys.stdin
    sys.argv = ["regulars", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    try:
        yield
    finally:
        sys.argv, sys.stdin = before
