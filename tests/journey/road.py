"""An installation and a simulator for a journey: real processes, real HTTP, real servers."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workers.children import die_with_parent

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "console.cli.main"]


class Simulator:
    """A running simulator: what its ready file says, and its commands."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.ready = ready

    def truth(self) -> list[dict[str, Any]]:
        """Return who does which acts now, one object a person."""
        with urllib.request.urlopen(self.ready["truth_url"], timeout=60) as answer:
            return [json.loads(each) for each in answer]

    def get(self, name: str) -> Any:
        """Return what a control address says."""
        with urllib.request.urlopen(self._address(name), timeout=60) as answer:
            return json.loads(answer.read())

    def post(self, name: str, command: Mapping[str, Any]) -> Any:
        """Give the simulator a command."""
        request = urllib.request.Request(
            self._address(name), json.dumps(command).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def _address(self, name: str) -> str:
        folder: str = self.ready["truth_url"].rsplit("/", 1)[0]
        return f"{folder}/{name}"


class Installation:
    """An installation with a data folder of its own, used through its command line."""

    def __init__(self, folder: Path, simulator: Simulator, **settings: str) -> None:
        self.folder = folder
        self.simulator = simulator
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
        # As everywhere but here: without compiled modules every start takes a second longer.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment = {
            **kept,
            "REGULARS_DATA_DIR": str(folder / "data"),
            "REGULARS_TWITTER_BASE_URL": simulator.ready["twitter"]["base_url"],
            "REGULARS_FACEBOOK_BASE_URL": simulator.ready["facebook"]["base_url"],
            "PYTHONPATH": str(ROOT),
            # Many run at once; the console is for those that ask for it.
            "REGULARS_CONSOLE_PORT": "0",
            **settings,
        }

    def run(self, *arguments: str, expect: int = 0, given: str | None = None) -> str:
        """Run a command; returns what it printed, fails where it ends otherwise than expected."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command that stays; `options` go to the process."""
        return subprocess.Popen(
            [*COMMAND, *arguments], env=self.environment, start_new_session=True, **options
        )

    def connect(self, name: str, platform: str, *options: str) -> None:
        """Connect the simulator's account of a platform; `options` go to the command."""
        ready = self.simulator.ready[platform]
        secret = self.folder / f"{name}.token"
        secret.write_text(ready["user_token" if platform == "twitter" else "page_token"])
        arguments = ["account", "add", platform, name, "--token-file", str(secret), "--platform-id"]
        if platform == "twitter":
            self.run(*arguments, ready["account_id"], *options)
        else:
            friends = self.folder / f"{name}.user"
            friends.write_text(ready["user_token"])
            self.run(*arguments, ready["page_id"], "--user-token-file", str(friends), *options)

    def labels(self) -> dict[str, str]:
        """Return every listed contact's label."""
        lines = self.run("contacts", "list", "--json").split("\n")
        return {row["contact_key"]: row["label"] for row in map(json.loads, filter(None, lines))}

    def exported(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """Return the records and tombstones of an export by key; a key that stands twice fails."""
        self.run("export", "--format", "ndjson", "--out", str(self.folder / "export"))
        files = []
        for name in ("contacts", "tombstones"):
            text = (self.folder / "export" / f"{name}.ndjson").read_text(encoding="utf-8")
            rows = [json.loads(each) for each in text.split("\n") if each]
            by_key = {row["contact_key"]: row for row in rows}
            assert len(by_key) == len(rows)
            files.append(by_key)
        return files[0], files[1]


@contextmanager
def simulator(folder: Path, **options: object) -> Iterator[Simulator]:
    """Run a simulator for the time of a block; options are those of its command."""
    ready = folder / "ready.json"
    arguments = [
        each for name, value in options.items() for each in (f"--{name.replace('_', '-')}", str(value))
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--ready-file", str(ready), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  # asks the kernel, touches nothing of ours
    )
    try:
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert process.poll() is None, "the simulator ended"
            assert time.monotonic() < deadline, "the simulator did not start"
            time.sleep(0.02)
        yield Simulator(json.loads(ready.read_text()))
    finally:
        process.terminate()
        process.wait(timeout=10)


#: The policy cnil-2016 by hand: which label an act of the simulator's truth brings.
LABEL_OF_ACT = {
    "follows": "regular",
    "friend": "regular",
    "opted_in": "regular",
    "likes": "occasional",
    "reacts": "occasional",
    "comments": "occasional",
    "replies": "occasional",
    "comment_replies": "occasional",
    "mentions": "occasional",
    "tagged": "occasional",
    "reposts": "occasional",
    "quotes": "occasional",
    "rates": "occasional",
    "messages": "occasional",
    "blocked": "suppressed",
}
STRENGTH = ("none", "occasional", "regular", "suppressed")


def expected_labels(truth: list[dict[str, Any]]) -> dict[str, str]:
    """Return the label of every person of the truth, by hand from the policy."""
    return {
        person["contact_key"]: max((LABEL_OF_ACT[each["act"]] for each in person["acts"]), key=STRENGTH.index)
        for person in truth
        if not person.get("own") and not person.get("staff")
    }
