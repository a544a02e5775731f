"""docs/operations.md: every command in it is carried out, every figure reckoned anew, every alarm listed."""

import configparser
import math
import os
import re
import shlex
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.alert import AlertKind
from tests.journey.road import COMMAND, ROOT
from workers.children import die_with_parent

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
UNITS = ROOT / "ops/systemd"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
    "services"
]
#: The commands of the page, in its order.
LINES = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
#: What a command of the page ends with here, where nothing has happened yet; else 0.
ENDS = {"regulars doctor": 1}


class Here:
    """An installation on this machine, with folders of its own for those that the page names."""

    def __init__(self, folder: Path) -> None:
        self.backups = folder / "backups"
        self.backups.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
        self.environment = {
            **kept,
            "REGULARS_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(ROOT),
            "REGULARS_CONSOLE_PORT": "0",
        }

    def words(self, line: str) -> list[str]:
        """Return a command of the page as it is said here."""
        words = shlex.split(line.replace("/var/backups/regulars", str(self.backups)))
        return [*COMMAND, *words[1:]]

    def run(self, line: str, given: str | None = None) -> None:
        done = subprocess.run(
            self.words(line),
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == ENDS.get(line, 0), (
            f"{line}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )


def is_ours(line: str) -> bool:
    return line.startswith("regulars ")


@pytest.mark.slow
def test_every_command_of_ours_is_carried_out(tmp_path: Path) -> None:
    here = Here(tmp_path)
    here.run("regulars db upgrade")
    # The last chapter but one restores what its end makes.
    made = "regulars backup make /var/backups/regulars/newest.regulars"
    restored = next(each for each in LINES if each.startswith("regulars restore"))
    for line in (each for each in LINES if is_ours(each) and each not in (made, restored)):
        here.run(line)
    here.run(made)
    here.run(restored)


def test_commands_of_others_name_what_is_there() -> None:
    for line in (each for each in LINES if not is_ours(each)):
        words = shlex.split(line)
        if words[:2] == ["docker", "compose"]:
            _check_compose(words[2:])
        elif words[0] == "systemctl":
            assert words[1:3] == ["enable", "--now"]
            for unit in words[3:]:
                template, _, instance = unit.partition("@")
                name = f"{template}@.service" if instance else unit
                assert (UNITS / name).is_file(), unit
        else:
            assert words == ["sh", "ops/secrets.sh"], line


def _check_compose(words: list[str]) -> None:
    verb, *rest = words
    assert verb in ("up", "exec", "ps"), words
    if verb == "exec":
        assert rest[0] in SERVICES
        done = subprocess.run(
            [*COMMAND, *rest[2:4], "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    for each in re.findall(r"--scale (\S+)=\d+", " ".join(rest)):
        assert each in SERVICES
    assert {each for each in rest if each.startswith("--")} <= {"--build", "--detach", "--scale", "--role"}


def commands_of(unit: str) -> list[str]:
    """Return what a unit starts."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read(UNITS / unit, encoding="utf-8")
    lines = (UNITS / unit).read_text(encoding="utf-8").splitlines()
    assert parser.has_section("Unit")
    return [each.partition("=")[2] for each in lines if each.startswith("ExecStart=")]


def test_units_run_what_the_composed_services_run() -> None:
    composed = {
        shlex.join(each["command"][:2]) for each in SERVICES.values() if each.get("image") == "regulars"
    }
    [command] = commands_of("regulars@.service")
    for instance in re.findall(r"`regulars@(\w+)`", PAGE):
        assert command.replace("/opt/regulars/bin/", "").replace("%i", instance) in composed
    [command] = commands_of("regulars-worker@.service")
    assert command == "/opt/regulars/bin/regulars worker --queue %i"
    listed = next(line for line in PAGE.splitlines() if line.startswith("| `regulars-worker@"))
    queues = {word for each in SERVICES.values() for word in _queues(each)}
    assert set(re.findall(r"@([\w.]+)`", listed)) == queues


def _queues(service: dict[str, Any]) -> list[str]:
    words = service.get("command", [])
    return [words[place + 1] for place, word in enumerate(words) if word == "--queue"]


def test_the_unit_of_backups_makes_one(tmp_path: Path) -> None:
    here = Here(tmp_path)
    for line in commands_of("regulars-backup.service"):
        said = line.replace("%%", "%").replace("/var/backups/regulars", str(here.backups))
        said = said.replace("/opt/regulars/bin/regulars", shlex.join(COMMAND))
        done = subprocess.run(
            shlex.split(said), env=here.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
    assert [each.suffix for each in here.backups.iterdir()] == [".regulars"]


@pytest.mark.slow
def test_the_unit_of_one_machine_starts_and_stops(tmp_path: Path) -> None:
    here = Here(tmp_path)
    [command] = commands_of("regulars.service")
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            here.words(command.replace("/opt/regulars/bin/", "")),
            env=here.environment | {"REGULARS_CONSOLE_PORT": "0"},
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # no thread of ours runs
        )
    try:
        deadline = time.monotonic() + 60
        while subprocess.run([*COMMAND, "alive", "worker"], env=here.environment, check=False).returncode:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            assert running.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
    finally:
        running.terminate()
    assert running.wait(timeout=60) == 0


def test_every_alarm_has_its_cure() -> None:
    rules = yaml.safe_load((ROOT / "ops/alerts.yaml").read_text(encoding="utf-8"))
    named = {each["alert"] for group in rules["groups"] for each in group["rules"]}
    chapter = PAGE.partition("## Every alarm")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", chapter, re.MULTILINE)
    assert {each[0] for each in rows} == named | {each.value for each in AlertKind}


def test_the_proxy_leads_to_the_ports_of_the_services() -> None:
    ports = re.findall(r"reverse_proxy 127\.0\.0\.1:(\d+)", PAGE)
    published = [SERVICES[each]["ports"][0].split(":")[1] for each in ("serve", "pages", "receiver")]
    assert sorted(ports) == sorted(published)


def test_the_sizes_are_reckoned_from_what_is_measured_and_priced() -> None:
    prices = tomllib.loads((ROOT / "config/prices.toml").read_text(encoding="utf-8"))["followers"]
    limit = tomllib.loads((ROOT / "config/limits.toml").read_text(encoding="utf-8"))["twitter"]["followers"]
    speed = number(found(r"at ([\d,]+) contacts a second", PAGE))
    benchmarks = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    assert f"median {speed:,} (" in benchmarks
    on_sqlite = number(found(r"([\d,]+) bytes a contact on SQLite", PAGE))
    on_postgresql = number(found(r"([\d,]+) on PostgreSQL with", PAGE))
    cells = " ".join([r"\| (.+?)"] * 8)
    rows = re.findall(rf"^{cells} \|$", PAGE.partition("## How large")[2], re.MULTILINE)
    rows = [each for each in rows if each[0][0].isdigit()]
    assert len(rows) == 4
    for count, requests, wait, standard, owned, work, sqlite, postgresql in rows:
        people = number(count)
        asked = people // 1000
        assert number(requests) == asked
        waits = (math.ceil(asked / limit["requests"]) - 1) * limit["window_s"]
        assert measure(wait) == pytest.approx(waits, rel=0.01)
        assert number(standard[1:]) == people * prices["standard"] / 1e6
        assert number(owned[1:]) == people * prices["owned"] / 1e6
        assert measure(work) == pytest.approx(people / speed, rel=0.35)
        assert measure(sqlite) == pytest.approx(people * on_sqlite, rel=0.06)
        assert measure(postgresql) == pytest.approx(people * on_postgresql, rel=0.06)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, pattern
    return match[1]


def number(text: str) -> int:
    return int(text.replace(",", ""))


def measure(text: str) -> float:
    """Read a time in seconds or a size in bytes."""
    if text == "at once":
        return 0
    value, unit = text.replace(",", "").split()
    return float(value) * {"s": 1, "min": 60, "h": 3600, "MB": 1e6, "GB": 1e9}[unit]
