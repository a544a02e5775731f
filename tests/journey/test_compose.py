"""docker-compose.yml without containers: every service as it stands there, on real servers.

Command, environment, secrets and health check are those of the file; hosts, ports and folders are of this
machine.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import yaml
from psycopg import sql
from redis import Redis

from tests import servers
from tests.journey.road import ROOT, Simulator, expected_labels, simulator
from workers.embedded import server_binary

pytestmark = pytest.mark.postgresql
FILE = ROOT / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
#: Those that run our image, in the order in which they may start.
OURS = [name for name, each in SERVICES.items() if each.get("image") == "regulars"]
STAYING = [name for name in OURS if name != "migrate"]
UNITS = {"M": 2**20, "G": 2**30}


class Composed:
    """What `docker compose` would make of the file on this machine."""

    def __init__(self, folder: Path, place: str, world: Simulator) -> None:
        self._folder = folder
        self._secrets = folder / "secrets"
        self._queue_port, *ports = _free_ports(4)
        self._stand_ins = {
            "/run/secrets": None,
            "/data": str(folder / "data"),
            "queue:6379": f"127.0.0.1:{self._queue_port}",
            **dict(zip(("8090", "8091", "8092"), map(str, ports), strict=True)),
        }
        self._place = place
        self.world = world
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        subprocess.run(["sh", "ops/secrets.sh", str(self._secrets)], cwd=ROOT, check=True)

    def initialise_database(self) -> None:
        """Do what PostgreSQL's image does with a new volume: an owner, a database, our script."""
        password = (self._secrets / "database_owner_password").read_text()
        with psycopg.connect(f"{self._place} user=postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE owner SUPERUSER LOGIN PASSWORD {}").format(password))
            connection.execute("CREATE DATABASE regulars OWNER owner")
        script = (ROOT / "ops/roles.sql").read_text().replace("/run/secrets", str(self._secrets))
        command = ["psql", "-U", "owner", "-d", "regulars", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(command, input=script, text=True, check=True, env=self._environment("database"))

    def start(self, name: str) -> None:
        """Start a service."""
        command = self._words(name, SERVICES[name]["command"])
        if name == "queue":
            there = self._folder / "queue"
            there.mkdir()
            command = [
                str(server_binary()),
                *command[1:],
                "--dir",
                str(there),
                "--port",
                str(self._queue_port),
            ]
        with (self._folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self._environment(name), cwd=self._folder, stdout=log, stderr=log
            )

    def run(self, name: str, *command: str, given: str | None = None) -> str:
        """Run a command in a service as `docker compose exec` does."""
        done = subprocess.run(
            self._words(name, list(command)),
            env=self._environment(name),
            cwd=self._folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{name} {command}: {done.stdout}\n{done.stderr}\n{self.log(name)}"
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        """Run a service's health check once."""
        test = SERVICES[name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        if name == "queue" and shutil.which(test[1]) is None:  # the package ships the server alone
            return bool(Redis(port=self._queue_port).ping())
        done = subprocess.run(
            self._words(name, test[1:]),
            env=self._environment(name),
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode == 0

    def wait_until_healthy(self, name: str) -> None:
        """Look until the health check passes; fails after a minute or where the process ended."""
        deadline = time.monotonic() + 60
        while not self.is_healthy(name):
            assert time.monotonic() < deadline, f"{name} did not become healthy\n{self.log(name)}"
            if name in self.running:
                assert self.running[name].poll() is None, f"{name} ended\n{self.log(name)}"
            time.sleep(0.1)

    def stop(self, name: str) -> int:
        """Stop a service as `docker compose stop` does, within its grace; returns how it ended."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        grace = SERVICES[name].get("stop_grace_period", "10s")
        return process.wait(timeout=int(grace.removesuffix("s")))

    def log(self, name: str) -> str:
        """Return what a service has said."""
        path = self._folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _words(self, name: str, command: list[str]) -> list[str]:
        words = [self._here(name, each) for each in command]
        if words[0] == "regulars":
            words[:1] = [sys.executable, "-m", "console.cli.main"]
        return words

    def _environment(self, name: str) -> dict[str, str]:
        service = SERVICES[name]
        kept = {each: value for each, value in os.environ.items() if not each.startswith("REGULARS_")}
        ready = self.world.ready
        # What the operator sets, and what the image brings.
        own = {
            "REGULARS_TWITTER_BASE_URL": ready["twitter"]["base_url"],
            "REGULARS_FACEBOOK_BASE_URL": ready["facebook"]["base_url"],
            "REGULARS_DATA_DIR": "/data",
        }
        given = {each: value for each, value in service.get("environment", {}).items() if value is not None}
        said = {each: self._here(name, str(value)) for each, value in {**own, **given}.items()}
        host = dict(part.split("=", 1) for part in self._place.split())["host"]
        return {**kept, "PYTHONPATH": str(ROOT), "PGHOST": host, **said}

    def _here(self, name: str, text: str) -> str:
        for there, here in self._stand_ins.items():
            if there in text:
                text = text.replace(there, here or str(self._secrets_of(name)))
        return text

    def _secrets_of(self, name: str) -> Path:
        """Give a service the secrets that are named for it, and no others."""
        folder = self._folder / "run" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            for each in SERVICES[name]["secrets"]:
                text = (self._secrets / each).read_text()
                address = "&".join(self._place.split())
                (folder / each).write_text(text.replace("@database/regulars", f"@/regulars?{address}"))
        return folder


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    """Make the secrets and the database's server; whatever runs at the end is killed."""
    with servers.postgresql() as place, simulator(tmp_path, seed=4, audience=300) as world:
        made = Composed(tmp_path, place, world)
        try:
            yield made
        finally:
            for each in made.running.values():
                each.kill()
                each.wait()


def test_the_file_is_one_of_compose() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_secret_stands_in_the_file() -> None:
    named = set(yaml.safe_load(FILE.read_text(encoding="utf-8"))["secrets"])
    assert {each for service in SERVICES.values() for each in service.get("secrets", ())} == named
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert value is None or not name.endswith(("PASSWORD", "_TOKEN", "_KEY", "DATABASE_URL"))


def test_only_what_brings_the_schema_up_is_the_owner() -> None:
    of_owner = {"regulars_database_owner_url", "database_owner_password"}
    assert {name for name, each in SERVICES.items() if of_owner & {*each.get("secrets", ())}} == {
        "database",
        "migrate",
    }


@pytest.mark.parametrize("name", STAYING)
def test_a_service_is_watched_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["read_only"] is True
    assert service["healthcheck"]["interval"]
    assert service["deploy"]["resources"]["limits"]["memory"]


def test_every_service_runs_as_it_stands_there(composed: Composed, tmp_path: Path) -> None:
    composed.initialise_database()
    assert composed.is_healthy("database")
    composed.start("queue")
    composed.wait_until_healthy("queue")
    composed.start("migrate")
    assert composed.running.pop("migrate").wait(timeout=120) == 0, composed.log("migrate")

    assert not any(composed.is_healthy(each) for each in STAYING)  # the checks can fail
    for each in STAYING:
        composed.start(each)
    for each in STAYING:
        composed.wait_until_healthy(each)

    ready = composed.world.ready["twitter"]
    add = ("regulars", "account", "add", "twitter", "team", "--token-file", "-", "--platform-id")
    composed.run("serve", *add, ready["account_id"], given=ready["user_token"])
    composed.run("serve", "regulars", "harvest", "team", "--wait")
    composed.run("serve", "regulars", "export", "--format", "ndjson", "--out", str(tmp_path / "out"))
    lines = (tmp_path / "out" / "contacts.ndjson").read_text(encoding="utf-8").splitlines()
    truth = expected_labels(composed.world.truth())
    assert {json.loads(each)["contact_key"] for each in lines} == {
        key for key, label in truth.items() if label == "regular" and key.startswith("twitter:")
    }

    for each in STAYING:
        limit = SERVICES[each]["deploy"]["resources"]["limits"]["memory"]
        used = psutil.Process(composed.running[each].pid).memory_info().rss
        assert used < 0.8 * int(limit[:-1]) * UNITS[limit[-1]], (each, used)
    for each in reversed(STAYING):
        assert composed.stop(each) == 0, composed.log(each)
    assert not any(composed.is_healthy(each) for each in STAYING)
