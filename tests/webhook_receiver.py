"""A receiver of webhooks in tests: it checks what it is sent by itself, as the specification says."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Sent(NamedTuple):
    """One try as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """By what it is known."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    def is_signed(self, secret: str) -> bool:
        """Tell whether one of its signatures is by a secret."""
        key = base64.b64decode(secret.split("_", 1)[1], validate=True)
        content = b"%s.%s.%s" % (
            self.id.encode(),
            self.headers["webhook-timestamp"].encode(),
            self.body,
        )
        wanted = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
        given = self.headers["webhook-signature"].encode().split(b" ")
        return any(hmac.compare_digest(wanted, each) for each in given)


class Receiver(ThreadingHTTPServer):
    """Keeps what it was sent, and answers as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[Sent] = []
        self.status = 200
        self.answers: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    @property
    def last(self) -> Sent:
        """What came last."""
        return self.taken[-1]


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.taken.append(Sent(self.path, headers, body))
        self.send_response(self.server.status)
        for name, value in {**self.server.answers, "content-length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Let a receiver listen for the time of a block."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
