"""A scripted platform on loopback: every connector speaks to it through its real SDK."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request as the platform saw it."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    target: str
    body: str = ""


@dataclass(frozen=True)
class Reply:
    """What the platform answers; `cut` ends the connection in the middle of the body."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        """The body as it is sent: bytes as they are, anything else as JSON."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Platform:
    """The server: what it was asked, and the script that answers."""

    base_url: str
    answer: Callable[[Seen], Reply] = lambda _: Reply()
    seen: list[Seen] = field(default_factory=list)

    def always(self, reply: Reply) -> None:
        """Answer every request alike."""
        self.answer = lambda _: reply


@contextmanager
def serving() -> Iterator[Platform]:
    """Serve a scripted platform while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out at once: apart they wait 40 ms for each other.
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer("")

        def _answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(parts.path, query, headers, self.path, body)
            platform.seen.append(seen)
            self._send(platform.answer(seen))

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

        def _send(self, reply: Reply) -> None:
            content = reply.content
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json; charset=utf-8", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content) + (100 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = reply.cut

        def log_message(self, *_: object) -> None:
            """Stay silent: what is logged is under test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform = Platform(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
