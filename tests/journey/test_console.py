"""`regulars up` serves the console, prints the first administrator's link, and minds its port."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.user import Role
from tests.consoles import Visitor
from tests.journey.road import Installation, Simulator, simulator
from tests.journey.test_pages import asked, ended, free_port


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run a simulator that nobody asks anything."""
    with simulator(tmp_path_factory.mktemp("world"), audience=10) as made:
        yield made


def printing(installation: Installation) -> "subprocess.Popen[str]":
    """Start `up`; what it prints is read from it."""
    return installation.start("up", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def said(up: "subprocess.Popen[str]", *until: str) -> str:
    """Read what `up` prints up to a line that holds one of these words."""
    assert up.stdout is not None
    told = ""
    for line in up.stdout:
        told += line
        if any(each in line for each in until):
            return told
    raise AssertionError(told)


def test_up_prints_a_link_by_which_the_first_administrator_is_made(world: Simulator, tmp_path: Path) -> None:
    port = free_port()
    installation = Installation(tmp_path, world, REGULARS_CONSOLE_PORT=str(port))
    with printing(installation) as up, ended(up):
        told = said(up, "/welcome/")
        path = re.findall(rf"http://127\.0\.0\.1:{port}(/welcome/\S+)", told)[0]
        assert asked(port, "GET", "/sign-in")[0] == 200
        ada = Visitor(port)
        password = "a long enough sentence"
        assert ada.post(path, {"name": "ada", "password": password}).status == 303
        assert "You are ada, administrator" in ada.get("/settings").text
        taken = Installation(tmp_path / "second", world, REGULARS_CONSOLE_PORT=str(port))
        with printing(taken) as second, ended(second):
            assert f"another program uses port {port}" in said(second, "another program", "/welcome/")
    with printing(installation) as again, ended(again):
        assert "/welcome/" not in said(again, "The console:")
    assert Role.ADMIN.word in installation.run("user", "list")
