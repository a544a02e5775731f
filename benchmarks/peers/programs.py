"""Programs that are measured beside ours: how each is started, watched and killed, and what it then holds."""

import csv
import json
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.journey.road import Simulator  # the journeys' own tools

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".peers" / "bin"
TOLD = "benchmarks.peers."


class Peer(NamedTuple):
    """A program: the command that harvests into a folder, and how many contacts the folder then holds."""

    name: str
    command: str
    held: Callable[[Path], int]


def _rows(folder: Path) -> int:
    file = folder / "followers.db"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as connection, suppress(sqlite3.OperationalError):
        return int(connection.execute("SELECT count(*) FROM users").fetchone()[0])
    return 0


def _in_csv(folder: Path) -> int:
    keys: set[str] = set()
    for each in folder.glob("users*.csv"):
        with each.open(encoding="utf-8", newline="") as file:
            keys.update(row["id"] for row in csv.DictReader(file))
    return len(keys)


def _python(module: str) -> str:
    return f'"{PEERS}/python" -m {TOLD}{module} "$OUT"'


ALONE = "reading and parsing alone"
_TARGET = f'"{PEERS}/target-csv" --config "$OUT/target.json"'
BESIDE = (
    Peer(ALONE, _python("reading"), lambda _: 0),
    Peer("tweepy + sqlite-utils", _python("sqlite_utils_two_tables"), _rows),
    Peer("files, then loaded (twarc's way)", _python("files_then_load"), _rows),
    Peer("dlt, merged into SQLite", _python("dlt_merge"), _rows),
    Peer("Singer tap, target-csv", f'{_python("singer_tap")} | {_TARGET} >>"$OUT/state.json"', _in_csv),
)


class Running:
    """A program under way, in a session of its own; notes its peak of memory in MB."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.peak_mb = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def kill(self) -> None:
        """End it and all its children at once, as a power cut would."""
        for each in self._all():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()

    def _all(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def _watch(self) -> None:
        while self.process.poll() is None:
            for each in self._all():
                with suppress(psutil.NoSuchProcess):
                    self.peak_mb = max(self.peak_mb, each.memory_info().rss / 1e6)
            time.sleep(0.1)


def start(peer: Peer, world: Simulator, folder: Path) -> Running:
    """Start a peer."""
    (folder / "target.json").write_text(json.dumps({"output_path": str(folder)}), encoding="utf-8")
    told = world.ready["twitter"]
    environment = {
        "PATH": os.environ["PATH"],
        "OUT": str(folder),
        "PYTHONPATH": str(ROOT),
        "PEER_URL": told["base_url"],
        "PEER_TOKEN": told["user_token"],
        "PEER_ACCOUNT": told["account_id"],
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
    }
    command = ["/bin/sh", "-c", peer.command]
    with (folder / "log").open("ab") as log:
        return Running(
            subprocess.Popen(
                command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        )
