"""The embedded road: queue server, dispatcher and workers of one installation, up together."""

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

import dramatiq

from config.keys import KeyMissingError
from config.settings import Settings
from domain.errors import RegularsError
from store.interrupts import held_back
from workers import worker
from workers.announcer import Announcer
from workers.broker import QUEUES, process_broker, redis_broker
from workers.children import die_with_parent, work_behind
from workers.dispatcher import Dispatcher
from workers.embedded import QueueServer, server_binary
from workers.life import Life, at_work
from workers.runtime import Runtime, utc_now

log = logging.getLogger("regulars.supervisor")

#: One worker process for each; those of the last have work now and then only.
GROUPS = (("harvest.twitter",), ("harvest.facebook",), ("classify", "export"))
#: Seconds between two looks at the children.
WATCH_S = 0.5


class TakenError(RegularsError):
    """Raised where another process holds the data folder."""


class Supervisor:
    """Everything that carries harvests out, for the time of a `with` block.

    With a `console_port` the console is served there too, to this machine, unless the port is taken.
    """

    def __init__(self, settings: Settings, runtime: Runtime, *, console_port: int = 0) -> None:
        self._console_port = console_port
        self._settings = settings
        self._runtime = runtime
        self._ended = threading.Event()
        self._keyless = threading.Event()
        self._threads: list[threading.Thread] = []
        self._children: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self._environment = dict(os.environ)
        self._server: QueueServer | None = None
        self._in_process: tuple[dramatiq.Worker, Life] | None = None
        self._life = Life(runtime.database, "dispatcher")
        self._lock: IO[str] | None = None
        self.banner: str | None = None

    def __enter__(self) -> Self:
        try:
            with held_back():
                self._lock = _locked(self._settings)
                self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def wait(self, ended: threading.Event) -> None:
        """Wait until `ended`; raises KeyMissingError as soon as a process no longer finds the key."""
        while not ended.wait(WATCH_S):
            if self._keyless.is_set():
                raise KeyMissingError(
                    "A process beside this one no longer finds the key of the database, so everything is "
                    "stopped. Bring the key back (see docs/operations.md, The key) and start again."
                )

    def _start(self) -> None:
        if self._settings.redis_url is None and server_binary() is None:
            self.banner = (
                "No queue server program exists for this system: messages stay in this process. "
                "Nothing can be lost, but only this process works. Set REGULARS_REDIS_URL for more."
            )
            broker: dramatiq.Broker = process_broker()
            self._in_process = worker.start(self._runtime, broker, QUEUES)
        else:
            url = self._url()
            broker = redis_broker(url, allow_volatile=self._settings.allow_volatile_queue)
            self._environment["REGULARS_REDIS_URL"] = url
            for each in GROUPS:
                self._begin("worker", *(part for queue in each for part in ("--queue", queue)))
        if self._settings.receiver_port is not None:
            self._begin("receiver", "--port", str(self._settings.receiver_port))
        if self._settings.pages_port is not None:
            self._begin("pages", "--port", str(self._settings.pages_port))
        if self._console_port and is_free(self._console_port):
            self._begin("serve", "--port", str(self._console_port))
        self._thread(self._watch, "watch")
        self._life.begin()
        dispatcher = Dispatcher(
            self._runtime.database,
            broker,
            self._settings,
            self._runtime.road("dispatcher"),
            ticked=self._life.worked,
            announcer=Announcer(self._runtime),
        )
        self._thread(lambda: dispatcher.run(self._ended), "dispatcher")

    def _url(self) -> str:
        if self._settings.redis_url is not None:
            return self._settings.redis_url.get_secret_value()
        # Known before it starts: who stops us meanwhile stops it too.
        self._server = QueueServer(self._settings.data_dir / "queue")
        self._server.start()
        return self._server.url

    def _begin(self, *words: str) -> None:
        """Run one of our commands beside this process, and again whenever it dies."""
        self._children[words] = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "console.cli.main", *words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Asks the kernel, touches nothing of ours.
            preexec_fn=work_behind if words[0] == "worker" else die_with_parent,  # noqa: PLW1509
        )

    def _watch(self) -> None:
        """Start again what has died."""
        while not self._ended.wait(WATCH_S):
            for words, child in list(self._children.items()):
                if child.poll() == KeyMissingError.exit_code:
                    self._keyless.set()
                elif child.poll() is not None and words[0] == "serve" and not is_free(self._console_port):
                    # Another program took the port: to try for ever would help nobody.
                    log.warning("supervisor.console_port_taken", extra={"port": self._console_port})
                    del self._children[words]
                elif child.poll() is not None:
                    log.warning("supervisor.restarted", extra={"command": " ".join(words)})
                    self._begin(*words)
            if self._server is not None and not self._server.alive():
                log.warning("supervisor.queue_server_restarted")
                self._server.start()

    def _thread(self, act: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=act, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _stop(self) -> None:
        """Drain the workers before their server goes; what cannot be ended well keeps nothing else up."""
        with held_back(), ExitStack() as last:
            if self._lock is not None:
                last.callback(self._lock.close)
            if self._server is not None:
                last.callback(self._server.stop)
            if self._life.began:
                last.callback(self._life.end)
            self._ended.set()
            for thread in self._threads:
                thread.join(timeout=10)
            for child in self._children.values():
                child.send_signal(signal.SIGTERM)
            for child in self._children.values():
                try:
                    child.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            if self._in_process is not None:
                running, life = self._in_process
                running.stop()
                life.end()


def is_free(port: int) -> bool:
    """Tell whether a program may listen on a port of this machine."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def road_is_up(runtime: Runtime, *queues: str) -> bool:
    """Tell whether a dispatcher, and workers of all these queues, are already at work on this database."""
    return {"dispatcher", *queues} <= at_work(runtime.database, now=utc_now())


def _locked(settings: Settings) -> IO[str]:
    """Hold the data folder; raises TakenError where another process does."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = (settings.data_dir / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise TakenError(
            f"Another Regulars is starting or running on {settings.data_dir}; stop it, or use another "
            "REGULARS_DATA_DIR."
        ) from None
    return lock
