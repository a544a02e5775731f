"""The process: it says when it listens, ends at once, and explains what it cannot do."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulator.run import Wanted

ROOT = Path(__file__).parents[3]


def start(*words: str) -> subprocess.Popen[bytes]:
    """Start the simulator as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "simulator", *words], cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_from_its_ready_file_on_and_ends_at_once(
    tmp_path: Path, ending: signal.Signals
) -> None:
    ready = tmp_path / "ready.json"
    with start("--audience", "40", "--hang-s", "60", "--ready-file", str(ready)) as process:
        while not ready.exists():
            assert process.poll() is None
        told = json.loads(ready.read_text(encoding="utf-8"))
        assert {"base_url", "account_id", "user_token", "app_token"} <= set(told["twitter"])
        assert {"base_url", "page_id", "page_token", "user_token"} <= set(told["facebook"])
        with requests.get(told["truth_url"], timeout=10) as answer:
            assert answer.status_code == 200
        process.send_signal(ending)
        process.wait(timeout=5)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == [ready]


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            _, told = process.communicate(timeout=20)
    assert process.returncode == 2
    assert told.decode() == f"Port {port} is taken; choose another one, or 0 for any that is free.\n"


@pytest.mark.parametrize("wrong", [Wanted(audience=-1), Wanted(window_s=0), Wanted(hang_s=-1)])
def test_what_cannot_be_is_refused(wrong: Wanted) -> None:
    with pytest.raises(ValueError, match="must not be"):
        wrong.world()
