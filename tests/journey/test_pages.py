"""The pages as a process: they start, take a sign-up, end cleanly, and come up with everything else."""

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from tests.journey.road import Installation, Simulator, simulator

WAIT_S = 60


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Start a simulator."""
    with simulator(tmp_path_factory.mktemp("world"), seed=4, audience=50) as running:
        yield running


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process after a block; it must end well."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WAIT_S) == 0


def asked(port: int, method: str, path: str, **fields: str) -> tuple[int, str]:
    """Ask, again until somebody listens."""
    deadline = time.monotonic() + WAIT_S
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, path, urlencode(fields), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            assert time.monotonic() < deadline, "the pages do not answer"
            time.sleep(0.1)
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_pages_run_alone_and_what_they_keep_is_theirs(world: Simulator, tmp_path: Path) -> None:
    port = free_port()
    installation = Installation(
        tmp_path,
        world,
        REGULARS_CONTROLLER_NAME="The Club",
        REGULARS_PUBLIC_URL=f"http://127.0.0.1:{port}",
        REGULARS_LOG_LEVEL="INFO",
    )
    ready = tmp_path / "pages.json"
    process = installation.start("pages", "--port", str(port), "--ready-file", str(ready))
    with ended(process):
        assert asked(port, "GET", "/join?lang=en")[0] == 200
        told: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
        assert told["join"] == f"http://127.0.0.1:{port}/join"
        assert told["pid"] == process.pid
        sent = asked(port, "POST", "/join?lang=en", email="ada@club.example", consent="email")
        assert sent[0] == 200
    (mail,) = tmp_path.rglob("*.eml")
    text = mail.read_bytes().replace(b"=\r\n", b"").decode()
    path = text.partition(f"http://127.0.0.1:{port}")[2].partition("?")[0]
    with ended(installation.start("pages", "--port", str(port))):
        assert asked(port, "POST", path)[0] == 200
    listed = installation.run("contacts", "list", "--json")
    assert '"regular"' in str(listed)


def test_up_serves_the_pages_where_a_port_is_set_and_again_after_a_crash(
    world: Simulator, tmp_path: Path
) -> None:
    port = free_port()
    up = Installation(tmp_path, world, REGULARS_PAGES_PORT=str(port)).start("up")
    with ended(up):
        assert asked(port, "GET", "/object")[0] == 200
        pages = next(each for each in psutil.Process(up.pid).children() if "pages" in each.cmdline())
        pages.send_signal(signal.SIGKILL)
        pages.wait(timeout=WAIT_S)
        assert asked(port, "GET", "/object")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
