"""The consumer under test: a command or an address, which is told to read and asked what it holds."""

import contextlib
import http.client
import os
import shlex
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

import orjson

from config.settings import PREFIX
from domain.errors import RegularsError

#: How a command ends that wants to be started again later (sysexits.h: EX_TEMPFAIL).
AGAIN_STATUS = 75
#: Seconds within which a consumer says what it holds while it waits for an answer.
WHILE_WAITING_S = 10.0
#: The words of a command that is to print what it holds.
DUMP = "--dump"
_LONGEST_REASON = 200


class Mistake(Exception):  # noqa: N818  # of the consumer's, told to whoever writes it
    """Raised with a sentence for what a consumer did wrong."""


class How(Enum):
    """How a reading ended."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"


class Ended(NamedTuple):
    """How a reading ended, and what was said of it."""

    how: How
    told: str = ""


class Held(NamedTuple):
    """What a consumer holds of one contact, as it tells; `barred` where only that it is never written to."""

    name: str | None
    barred: bool


class Consumer(Protocol):
    """A consumer under test."""

    def sync(self, url: str, token: str) -> Ended:
        """Let it read to the end of the feed."""
        ...

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        """Ask whom it holds, by key; raises Mistake where it does not say so in the agreed form."""
        ...

    def kill(self) -> bool:
        """End it at once, wherever it stands; returns whether that can be done."""
        ...


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


@dataclass
class Address:
    """A consumer that listens: POST /sync lets it read, GET /contacts tells what it holds."""

    url: str
    time_out_s: float

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise RegularsError(
                "The address of a consumer begins with http:// or https://, such as http://127.0.0.1:8000."
            )
        self.url = self.url.rstrip("/")

    def sync(self, url: str, token: str) -> Ended:
        status, _ = self._ask("POST", "/sync", self.time_out_s, {"url": url, "token": token})
        if status is None:
            return Ended(How.FAILED, f"did not answer POST /sync within {self.time_out_s:g} s")
        if 200 <= status < 300:
            return Ended(How.DONE)
        return Ended(How.AGAIN) if status == 503 else Ended(How.FAILED, f"answered POST /sync with {status}")

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        time_out_s = within_s or self.time_out_s
        status, content = self._ask("GET", "/contacts", time_out_s)
        if status is None:
            raise Mistake(f"It did not answer GET /contacts within {time_out_s:g} s: answer it at any time.")
        if status != 200:
            raise Mistake(f"It answered GET /contacts with {status}: answer 200 with what it holds.")
        return read(content, "Its answer to GET /contacts")

    def kill(self) -> bool:
        return False

    def _ask(
        self, method: str, path: str, time_out_s: float, body: dict[str, str] | None = None
    ) -> tuple[int | None, bytes]:
        """Ask it; the status is None where it was too slow. Raises RegularsError where nobody listens."""
        sent = orjson.dumps(body) if body else None
        request = urllib.request.Request(  # noqa: S310  # http or https, see above
            self.url + path, sent, {"Content-Type": "application/json"}, method=method
        )
        try:
            with _OPENER.open(request, timeout=time_out_s) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
        except TimeoutError:
            return None, b""
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                return None, b""
            raise RegularsError(
                f"Nobody answers {method} {path} at the consumer's address ({reason}): start it first."
            ) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nowhere: the body holds a token."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def read(content: bytes, what: str) -> dict[str, Held]:
    """Read what a consumer holds: one JSON object a line; raises Mistake."""
    held: dict[str, Held] = {}
    for line, each in enumerate(content.splitlines(), start=1):
        if not each.strip():
            continue
        value = _object(each)
        key = value.get("contact_key")
        if not isinstance(key, str):
            raise Mistake(
                f"{what} has in line {line} no JSON object with a contact_key: one a line, as UTF-8."
            )
        if key in held:
            raise Mistake(
                f"{what} has {key} twice: a record replaces the former one of the same contact_key."
            )
        name = value.get("display_name")
        held[key] = Held(name if isinstance(name, str) else None, value.get("do_not_contact") is True)
    return held


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_words(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f" ({lines[-1][:_LONGEST_REASON]})" if lines else ""
