"""Real servers for tests: a PostgreSQL and a Valkey of our own, each in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psutil
import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from workers.children import die_with_parent
from workers.embedded import server_binary

#: Looks at a starting server, and seconds between two of them.
LOOKS, LOOK_S = 500, 0.04
ROOM_BYTES = 2 * 1024**3


def unavailable(server: str) -> NoReturn:
    """Skip on a laptop and fail in CI, where every server must be there."""
    sentence = f"{server} is not installed, so what needs it was not tested."
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


class PostgreSQL:
    """A PostgreSQL server of our own that can be killed and recovers from what it had written down."""

    def __init__(self, binaries: Path, folder: Path, *options: str) -> None:
        self.place = f"host={folder}"
        self._folder = folder
        self._identity = _unprivileged(folder)
        data = folder / "data"
        initdb = [
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        command = [*initdb, "--locale=C"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **self._identity)
        # Nothing here outlives the machine, so nothing is forced to the disk.
        hasty = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")
        listening = ("listen_addresses=", f"unix_socket_directories={folder}")
        chosen = [part for each in (*hasty, *listening, *options) for part in ("-c", each)]
        self._command = [str(binaries / "postgres"), "-D", str(data), *chosen]
        self._stack = ExitStack()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._stack.enter_context(_running(self._command, self._folder, self._identity))
        _await(self._process, self._answer)

    def kill_and_restart(self) -> None:
        """Kill it with SIGKILL and start it on the same folder."""
        backends = psutil.Process(self._process.pid).children()
        self._process.kill()
        self._process.wait()
        psutil.wait_procs(backends, timeout=20)  # as long as one lives, no other server may start
        self.start()

    def restart(self) -> None:
        """Stop it as an operator does, and start it again."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=20)
        self.start()

    def stop(self) -> None:
        """Stop it."""
        self._stack.close()

    def _answer(self) -> None:
        psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres").close()


@contextmanager
def postgresql_server(*options: str) -> Iterator[PostgreSQL]:
    """Run a PostgreSQL server that can be killed; what it has answered for outlives that."""
    binaries = _postgresql_binaries()
    if binaries is None:
        unavailable("PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-", dir=in_memory()))
    try:
        server = PostgreSQL(binaries, folder, *options)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL server; yields what stands behind `postgresql://postgres@/<database>?`."""
    with postgresql_server("synchronous_commit=off") as server:
        yield server.place


class Queue:
    """A Valkey server of our own that can be killed and comes back with what it had written down."""

    def __init__(self, binary: str, folder: Path, options: Sequence[str]) -> None:
        self.url = f"unix://{folder}/queue.sock"
        durable = (
            "--appendonly",
            "yes",
            "--appendfsync",
            "no",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        )
        listening = ("--port", "0", "--unixsocket", f"{folder}/queue.sock", "--dir", str(folder))
        self._command = [binary, *listening, *durable, *options]
        self._folder = folder
        self._stack = ExitStack()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = self._stack.enter_context(_running(self._command, self._folder, {}))
        _await(self._process, lambda: _ping(self.url))

    def kill_and_restart(self) -> None:
        """Kill it with SIGKILL and start it on the same folder."""
        self._process.kill()
        self._process.wait()
        self.start()

    def restart(self) -> None:
        """Stop it as an operator does, and start it again."""
        self._process.terminate()
        self._process.wait(timeout=20)
        self.start()

    def stop(self) -> None:
        """Stop it."""
        self._stack.close()


@contextmanager
def queue(*options: str) -> Iterator[Queue]:
    """Run a Valkey server that persists and never evicts unless `options` say otherwise."""
    binary = server_binary()
    if binary is None:
        unavailable("Valkey")
    folder = Path(tempfile.mkdtemp(prefix="regulars-vk-"))
    server = Queue(binary, folder, options)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey(*options: str) -> Iterator[str]:
    """Run such a server; yields its URL."""
    with queue(*options) as server:
        yield server.url


def in_memory() -> str | None:
    """Find a folder in memory with room for a database a test, where there is one: it halves the time."""
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder of our own in it
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    return str(memory) if roomy and psutil.virtual_memory().available > ROOM_BYTES else None


def _postgresql_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (each for each in folders if (each / "initdb").exists() and (each / "postgres").exists()), None
    )


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Give the folder to another user where we are root, as whom PostgreSQL refuses to start."""
    if os.geteuid() != 0:
        return {}
    users = {each.pw_name for each in pwd.getpwall()}
    name = "postgres" if "postgres" in users else "nobody"
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def _running(
    command: Sequence[str | Path], folder: Path, identity: dict[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # asks the kernel, touches nothing of ours
            **identity,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(2)  # SIGINT: PostgreSQL then waits for no client
        process.wait(timeout=20)


def _await(process: subprocess.Popen[bytes], answers: Any) -> None:
    for _ in range(LOOKS):
        try:
            answers()
        except (psycopg.OperationalError, RedisError, OSError):
            try:
                process.wait(timeout=LOOK_S)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail("A server for tests ended before it answered.")
        else:
            return
    pytest.fail("A server for tests does not answer.")


def _ping(url: str) -> None:
    with Redis.from_url(url) as client:
        client.ping()
