"""The receiver over real HTTP: what is ours is stored before it is answered, all else leaves no trace."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from console.receiver import app as receiving
from console.receiver.app import Receiver
from console.receiver.intake import Intake
from console.receiver.secrets import AppSecret, Secrets
from store.database import Database, DatabaseError
from tests.contents import rows
from tests.hosting import hosting
from tests.travel import BODIES
from workers.runtime import utc_now

PAGE_SECRET, X_SECRET = "a page's app secret", "a consumer secret"
#: As Facebook writes it: the name stands there with escapes.
BODY = rb'{"object":"page","entry":[{"id":"4001","name":"\u00c9lodie"}]}'
KEEP = timedelta(days=3)
VERIFY = "our word"


class Door:
    """A receiver that listens, and what it knows."""

    def __init__(self, database: Database) -> None:
        self.known = [AppSecret("facebook", "4001", PAGE_SECRET), AppSecret("twitter", "5000", X_SECRET)]
        self.reads = 0
        self.away = False
        self.time = 0.0
        self.intake = Intake(database, KEEP, BODIES.seal)
        secrets = Secrets(self._read, clock=lambda: self.time)
        self.app = Receiver(self.intake, secrets, VERIFY, utc_now)
        self.port = 0

    def _read(self) -> list[AppSecret]:
        self.reads += 1
        if self.away:
            raise DatabaseError("The database is away.")
        return list(self.known)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Any:
        """Ask; returns status, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body if method != "GET" else None, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def push(
        self, body: bytes = BODY, *, secret: str = PAGE_SECRET, platform: str = "facebook", path: str = ""
    ) -> int:
        """Push as a platform does; returns the status."""
        status, _ = self.ask("POST", f"/push/{platform}{path}", body, signed(body, secret, platform))
        return int(status)


def signed(body: bytes, secret: str, platform: str) -> dict[str, str]:
    """Sign as the documents of the platform say."""
    mac = hmac.new(secret.encode(), body, hashlib.sha256)
    if platform == "facebook":
        return {"X-Hub-Signature-256": f"sha256={mac.hexdigest()}"}
    return {"x-twitter-webhooks-signature": f"sha256={base64.b64encode(mac.digest()).decode()}"}


@contextmanager
def served(door: Door) -> Iterator[Door]:
    try:
        with hosting(door.app) as door.port:
            yield door
    finally:
        door.intake.close()


@pytest.fixture
def door(database: Database) -> Iterator[Door]:
    """Let a receiver listen on an inbox of each kind."""
    with served(Door(database)) as listening:
        yield listening


def test_a_signed_push_is_stored_before_it_is_answered(door: Door, database: Database) -> None:
    assert door.push() == 200
    (kept,) = rows(database, "inbox")
    assert (kept["platform"], kept["state"]) == ("facebook", "waiting")
    assert BODIES.open(bytes(kept["body"])) == BODY
    assert b"lodie" not in bytes(kept["body"])
    assert kept["expires_at"] - kept["received_at"] == KEEP


def test_the_same_push_twice_is_one(door: Door, database: Database) -> None:
    assert [door.push(), door.push()] == [200, 200]
    assert len(rows(database, "inbox")) == 1


def test_a_push_of_x_is_signed_in_its_own_way(door: Door, database: Database) -> None:
    assert door.push(b'{"data":{}}', secret=X_SECRET, platform="twitter") == 200
    assert door.push(b'{"data":{}}', secret=X_SECRET, platform="twitter", path="/5000") == 200
    assert door.push(b'{"data": {}}', secret=X_SECRET, platform="twitter", path="/5001") == 403
    assert [each["platform"] for each in rows(database, "inbox")] == ["twitter"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="unsigned"),
        pytest.param(signed(BODY, X_SECRET, "facebook"), 403, id="signed-by-another-app"),
        pytest.param(signed(BODY + b" ", PAGE_SECRET, "facebook"), 403, id="signed-for-other-bytes"),
        pytest.param(signed(BODY, PAGE_SECRET, "twitter"), 401, id="signed-as-the-other-platform-does"),
        pytest.param({"X-Hub-Signature": "sha1=" + "0" * 40}, 401, id="signed-with-sha-1"),
    ],
)
def test_what_is_not_signed_by_our_app_leaves_nothing(
    door: Door, database: Database, headers: dict[str, str], status: int
) -> None:
    assert door.ask("POST", "/push/facebook", BODY, headers)[0] == status
    assert rows(database, "inbox") == []


def test_too_long_a_body_is_refused_whether_or_not_it_says_so(
    door: Door, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_BODY", 1000)
    assert door.push(b" " * 1001) == 413
    body = b" " * 1001
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    connection.request(
        "POST", "/push/facebook", iter([body]), signed(body, PAGE_SECRET, "facebook"), encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()
    assert door.push(b" " * 1000) == 200
    assert len(rows(database, "inbox")) == 1


def test_too_slow_a_body_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "BODY_TIME_OUT_S", 0.1)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as slow:
        slow.sendall(
            b"POST /push/facebook HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: x\r\ncontent-length: 9\r\n\r\n{"
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_where_nothing_can_be_stored_the_platform_is_asked_to_send_again(
    door: Door, database: Database
) -> None:
    with database.write() as connection:
        connection.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    assert door.push() == 503
    with database.write() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
    assert door.push() == 200
    assert len(rows(database, "inbox")) == 1


def test_more_than_the_database_keeps_up_with_is_sent_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.receiver.intake.MAX_WAITING", 10)
    assert door.push() == 503


def test_secrets_that_cannot_be_read_are_waited_for(door: Door) -> None:
    door.away = True
    assert door.push() == 503
    assert door.ask("GET", "/push/twitter?crc_token=x")[0] == 503
    door.away = False
    assert door.push() == 200
    door.away, door.time = True, 100.0
    assert door.push(BODY + b" ") == 200, "those that are known still count"


def test_a_new_account_is_known_soon_and_a_stranger_cannot_make_us_look_all_the_time(door: Door) -> None:
    assert door.push(secret="new") == 403
    door.known.append(AppSecret("facebook", "4002", "new"))
    assert door.push(secret="new") == 403
    door.time = 2.0
    assert door.push(secret="new") == 200
    reads = door.reads
    for _ in range(5):
        assert door.push(secret="a stranger's") == 403
    assert door.reads == reads


def test_many_at_once_are_all_stored(door: Door, database: Database) -> None:
    with ThreadPoolExecutor(20) as senders:
        answered = list(senders.map(lambda each: door.push(BODY + b" " * each), range(200)))
    assert answered == [200] * 200
    assert len(rows(database, "inbox")) == 200


def test_facebook_is_told_that_the_address_is_ours(door: Door) -> None:
    asked = "/push/facebook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert door.ask("GET", asked + "our%20word") == (200, b"1158201444")
    assert door.ask("GET", asked + "theirs")[0] == 403
    assert door.ask("GET", (asked + "our%20word").replace(".", "_"))[0] == 403


def test_x_is_told_that_the_address_is_ours(door: Door) -> None:
    status, body = door.ask("GET", "/push/twitter?crc_token=challenge")
    mac = base64.b64encode(hmac.new(X_SECRET.encode(), b"challenge", hashlib.sha256).digest()).decode()
    assert (status, json.loads(body)) == (200, {"response_token": f"sha256={mac}"})
    assert door.ask("GET", "/push/twitter")[0] == 400
    assert door.ask("GET", "/push/twitter?crc_token=" + "x" * 1001)[0] == 400


def test_two_apps_of_x_have_an_address_each(door: Door) -> None:
    door.known.append(AppSecret("twitter", "5001", "the other's"))
    assert door.ask("GET", "/push/twitter?crc_token=challenge")[0] == 404
    first, second = (
        json.loads(door.ask("GET", f"/push/twitter/{each}?crc_token=x")[1]) for each in (5000, 5001)
    )
    assert first != second
    assert door.ask("GET", "/push/twitter/5002?crc_token=x")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/push", 404),
        ("POST", "/push/instagram", 404),
        ("POST", "/push/facebook/1/2", 404),
        ("POST", "/push/../push/facebook", 404),
        ("DELETE", "/push/facebook", 405),
        ("HEAD", "/push/twitter", 405),
    ],
)
def test_nothing_else_is_there(door: Door, method: str, path: str, status: int) -> None:
    assert door.ask(method, path)[0] == status
