"""The kit for consumers: the example passes, and a consumer with one mistake is told just that one."""

import json
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from console.verifying.address import Address
from console.verifying.command import Command
from console.verifying.consumer import How, Mistake
from console.verifying.kit import Result, feed, played, verify
from console.verifying.play import LATER_S, Play
from console.verifying.scenarios import SCENARIOS
from console.verifying.stage import Stage
from console.verifying.world import World
from domain.errors import RegularsError
from tests.mistaken import MISTAKES, MORE
from tests.scripts import DOCUMENT, Script, example

#: Scenarios of what may pass.
FAULTS = ("too-many-requests", "unavailable", "cut")
ANOTHER = Path(__file__).parents[2] / "keeping_rows.py"
SPARED = "Only a command can be killed: verify it with --command."
BY_NAME = {each.name: each for each in SCENARIOS}
Feed = tuple[World, Stage, str]


@pytest.fixture(scope="module")
def feeding() -> Iterator[Feed]:
    """Let one feed listen for all consumers of these tests."""
    with feed() as made:
        yield made


def verified(feeding: Feed, folder: Path, name: str, *changes: tuple[str, str]) -> Result:
    """Play a scenario against the example, in which something is changed."""
    code = example()
    for old, new in changes:
        assert old in code, f"the example has no {old!r}"
        code = code.replace(old, new)
    world, stage, url = feeding
    script = Script(code, folder / "held.json")
    stage.clock = script.clock
    return played(BY_NAME[name], Play(world, stage, script, url, pause=script.pause))


@pytest.mark.parametrize("name", [each for each in BY_NAME if each != "killed"])
def test_the_example_passes(feeding: Feed, tmp_path: Path, name: str) -> None:
    assert verified(feeding, tmp_path, name) == (BY_NAME[name], True, "", pytest.approx(0, abs=60))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told(feeding: Feed, tmp_path: Path, mistake: str) -> None:
    name, said, changes = MISTAKES[mistake]
    found = verified(feeding, tmp_path, name, *changes)
    assert found.passed is False
    assert said in found.said


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("begin", "nothing-new", "erased-later", *FAULTS), id="faults"),
        pytest.param(tuple(each for each in BY_NAME if each != "killed"), marks=pytest.mark.slow, id="all"),
    ],
)
def test_a_consumer_of_another_make_passes(feeding: Feed, tmp_path: Path, names: tuple[str, ...]) -> None:
    world, stage, url = feeding
    script = Script(ANOTHER.read_text(encoding="utf-8"), tmp_path / "held.db")
    stage.clock, before = script.clock, len(stage.asked)
    found = {
        each: played(BY_NAME[each], Play(world, stage, script, url, pause=script.pause)) for each in names
    }
    assert [(name, each.said) for name, each in found.items() if each.said] == []
    assert 304 in {each.status for each in stage.asked[before:]}
    assert script.waited_s == len(FAULTS) * LATER_S  # each time it wanted another start


@pytest.mark.parametrize("name", ["objected", "erased-later"])
def test_a_mark_that_bars_is_fine_until_its_contact_is_erased(
    feeding: Feed, tmp_path: Path, name: str
) -> None:
    marks = next(each for each in MISTAKES["keeps its mark for ever"].changes if "do_not_contact" in each[1])
    assert verified(feeding, tmp_path, name, marks).said == ""


@pytest.fixture
def mirror(tmp_path: Path) -> str:
    """Write the example down; returns the command that runs it."""
    (tmp_path / "mirror.py").write_text(example())
    return shlex.join([sys.executable, "-I", str(tmp_path / "mirror.py"), str(tmp_path / "held.json")])


def of_command(feeding: Feed, command: str, name: str, time_out_s: float = 30) -> Result:
    """Play a scenario against a command."""
    world, stage, url = feeding
    stage.clock = time.monotonic
    return played(BY_NAME[name], Play(world, stage, Command.of(command, time_out_s), url))


def test_a_command_is_killed_and_goes_on(feeding: Feed, mirror: str) -> None:
    assert of_command(feeding, mirror, "killed")[1:3] == (True, "")


def test_a_cursor_that_is_kept_before_its_page_is_told(feeding: Feed, mirror: str, tmp_path: Path) -> None:
    early = '    FILE.write_text(json.dumps({"steps": KEPT, "cursor": state["cursor"]}))\n'
    code = example().replace(MORE + "\n", f"{MORE}\n{early}")
    code = code.replace("while more:\n", 'KEPT = dict(state.get("steps", {}))\nwhile more:\n')
    assert code.count("KEPT") == 2
    (tmp_path / "mirror.py").write_text(code)
    found = of_command(feeding, mirror, "killed")
    assert found.passed is False
    assert "keeps a page's cursor before the page's contacts" in found.said


@pytest.mark.parametrize(
    ("program", "time_out_s", "said"),
    [
        ("raise SystemExit('no such store')", 30, "status 1 (no such store)"),
        ("import time; time.sleep(60)", 0.1, "did not end within 0.1 s"),
    ],
    ids=["fails", "endless"],
)
def test_a_command_that_does_not_end_well_is_told(
    feeding: Feed, program: str, time_out_s: float, said: str
) -> None:
    found = of_command(feeding, shlex.join([sys.executable, "-I", "-c", program]), "upsert", time_out_s)
    assert found.passed is False
    assert said in found.said


@pytest.mark.parametrize("status", [1, 75])
def test_a_dump_that_does_not_end_well_is_told(status: int) -> None:
    command = shlex.join([sys.executable, "-I", "-c", f"raise SystemExit({status})"])
    with pytest.raises(Mistake, match=f"--dump it ended with status {status}"):
        Command.of(command, 5).held()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Command.of("nowhere/nothing", 5).held(), "cannot be run"),
        (lambda: Command.of('python "', 5), "close its quotes"),
        (lambda: Command.of(" ", 5), "is empty"),
        (lambda: Address("ftp://crm.example", 5), "begins with http"),
        (lambda: Address("http://127.0.0.1:9", 5).held(), "Nobody answers"),
    ],
    ids=["no-program", "open-quotes", "empty", "no-address", "nobody-listens"],
)
def test_what_cannot_be_asked_is_one_sentence(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(RegularsError, match=sentence):
        make()


class Program(BaseHTTPRequestHandler):
    """A consumer that listens, as docs/consumers.md says."""

    script: ClassVar[Script]

    def do_POST(self) -> None:
        """Read on."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        done = self.path == "/sync" and self.script.sync(told["url"], told["token"]).how is How.DONE
        self._answer(200 if done else 500, b"")

    def do_GET(self) -> None:
        """Tell whom it holds."""
        self._answer(200 if self.path == "/contacts" else 404, self.script.dump())

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Let a script listen as a consumer; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Program,), {"script": script}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", ["begin", "acknowledged"])
def test_a_consumer_that_listens_passes(feeding: Feed, tmp_path: Path, name: str) -> None:
    world, stage, url = feeding
    script = Script(example(), tmp_path / "held.json")
    with serving(script) as address:
        assert played(BY_NAME[name], Play(world, stage, Address(address, 30), url))[1:3] == (True, "")


def test_a_consumer_that_listens_is_not_killed(feeding: Feed, tmp_path: Path) -> None:
    world, stage, url = feeding
    with serving(Script(example(), tmp_path / "held.json")) as address:
        found = played(BY_NAME["killed"], Play(world, stage, Address(address, 30), url))
    assert (found.passed, found.said) == (None, SPARED)


def test_a_consumer_that_listens_and_fails_is_told(feeding: Feed, tmp_path: Path) -> None:
    world, stage, url = feeding
    with serving(Script("raise SystemExit(1)", tmp_path / "held.json")) as address:
        found = played(BY_NAME["upsert"], Play(world, stage, Address(address, 30), url))
    assert (found.passed, "answered POST /sync with 500" in found.said) == (False, True)


def test_the_command_tells_each_scenario_and_reads_nothing_of_the_installation(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGULARS_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    words = ["verify-consumer", "--command", mirror, "--json", "--scenario", "begin", "--scenario", "erased"]
    ran = CliRunner().invoke(command_line("verify-consumer"), words)
    assert ran.exit_code == 0, ran.output
    told = [json.loads(each) for each in ran.stdout.splitlines()]
    assert [(each["scenario"], each["passed"], each["said"]) for each in told] == [
        ("begin", True, ""),
        ("erased", True, ""),
    ]
    assert not (tmp_path / "data").exists()


def test_the_command_fails_where_a_scenario_does(tmp_path: Path) -> None:
    (tmp_path / "mirror.py").write_text(example().replace("Bearer ", "Basic "))
    mirror = shlex.join([sys.executable, "-I", str(tmp_path / "mirror.py"), str(tmp_path / "held.json")])
    words = ["verify-consumer", "--command", mirror, "--scenario", "upsert"]
    ran = CliRunner().invoke(command_line("verify-consumer"), words)
    assert isinstance(ran.exception, RegularsError)
    assert "1 of 1 scenarios failed" in str(ran.exception)
    assert ran.stdout.startswith("FAILED  upsert")
    assert "without its token" in ran.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one of both"),
        (["http://127.0.0.1:9", "--command", "true"], "one of both"),
        (["http://127.0.0.1:9", "--scenario", "upsurt"], "no scenario upsurt"),
    ],
    ids=["nothing", "both", "no-scenario"],
)
def test_what_is_asked_wrongly_is_told(words: list[str], said: str) -> None:
    ran = CliRunner().invoke(command_line("verify-consumer"), ["verify-consumer", *words])
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.replace("│", " ").split())


def test_the_document_lists_the_scenarios() -> None:
    rows = [f"| `{each.name}` | {each.what} |" for each in SCENARIOS]
    assert [each for each in DOCUMENT.read_text(encoding="utf-8").splitlines() if each in rows] == rows


@pytest.mark.slow
def test_the_example_passes_as_a_command(mirror: str) -> None:
    told = list(verify(Command.of(mirror, 30), SCENARIOS))
    assert [(each.scenario.name, each.said) for each in told if each.passed is not True] == []


#: Where a mistake shows besides: what else a consumer cannot do that cannot do this.
BESIDES = {"keeps who was erased": {"disorder"}, "does not wait": {"unavailable"}}
ALONE = ("lets nobody come back", "has one order for all", "acknowledges before it stores")


@pytest.mark.slow
@pytest.mark.parametrize("mistake", [*BESIDES, *ALONE])
def test_a_mistake_shows_nowhere_else(tmp_path: Path, mistake: str) -> None:
    name, _, changes = MISTAKES[mistake]
    with feed() as made:
        failed = {each for each in BY_NAME if verified(made, tmp_path, each, *changes).passed is False}
    assert failed == {name} | BESIDES.get(mistake, set())
