"""A consumer as a command: run to read on, run with `--dump` to tell whom it holds."""

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field

from config.settings import PREFIX
from console.verifying.consumer import Ended, Held, How, Mistake, read
from domain.errors import RegularsError

#: How a command ends that wants to be started again later (sysexits.h: EX_TEMPFAIL).
AGAIN_STATUS = 75
#: The word by which a command is asked to print what it holds.
DUMP = "--dump"
_LONGEST_REASON = 200


@dataclass
class Command:
    """A command that reads the feed to its end, and prints what it holds where `--dump` is added."""

    words: list[str]
    time_out_s: float
    _running: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, written: str, time_out_s: float) -> "Command":
        """Read a command as a shell does; nothing of it is run by one. Raises RegularsError."""
        try:
            words = shlex.split(written)
        except ValueError as error:
            raise RegularsError(f"--command cannot be read ({error}); close its quotes.") from None
        if not words:
            raise RegularsError('--command is empty; name a program, such as "python mirror.py held.json".')
        return cls(words, time_out_s)

    def sync(self, url: str, token: str) -> Ended:
        status, _, said = self._run([], {"CONSUMER_URL": url, "CONSUMER_TOKEN": token}, self.time_out_s)
        if status == 0:
            return Ended(How.DONE)
        if status == AGAIN_STATUS:
            return Ended(How.AGAIN)
        if status is None:
            return Ended(How.FAILED, f"did not end within {self.time_out_s:g} s")
        return Ended(How.FAILED, f"ended with status {status}{said}")

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        time_out_s = within_s or self.time_out_s
        status, out, said = self._run([DUMP], {}, time_out_s, beside=True)
        if status is None:
            raise Mistake(f"With {DUMP} it did not end within {time_out_s:g} s: print what it holds and end.")
        if status != 0:
            raise Mistake(
                f"With {DUMP} it ended with status {status}{said}: print what it holds and end with 0."
            )
        return read(out, f"Its {DUMP}")

    def kill(self) -> bool:
        with self._lock:
            if self._running and self._running.poll() is None:
                _end(self._running)
        return True

    def _run(
        self, more: list[str], given: dict[str, str], time_out_s: float, *, beside: bool = False
    ) -> tuple[int | None, bytes, str]:
        """Run it to its end; returns its status (None: it was too slow), its output, its last words."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
            try:
                running = subprocess.Popen(  # noqa: S603  # what the user named is what shall run
                    [*self.words, *more],
                    env={**inherited, **given},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=said,
                    start_new_session=True,
                )
            except OSError as error:
                raise RegularsError(
                    f"{self.words[0]} cannot be run ({error.strerror or error}); name another program."
                ) from None
            if not beside:
                with self._lock:
                    self._running = running
            try:
                status: int | None = running.wait(time_out_s)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                if running.poll() is None:
                    _end(running)
                    running.wait()
                if not beside:
                    with self._lock:
                        self._running = None
            out.seek(0)
            said.seek(0)
            return status, out.read(), _last_words(said.read())


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_words(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f" ({lines[-1][:_LONGEST_REASON]})" if lines else ""
