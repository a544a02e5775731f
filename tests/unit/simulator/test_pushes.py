"""The simulator pushes what happened on a day: signed, in documented shapes, as often as it is told to."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.unit.simulator.served import Serve, Served


class Ear(ThreadingHTTPServer):
    """Hears pushes and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hand)
        self.heard: list[tuple[bytes, dict[str, str]]] = []
        self.status = 200

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/push"


class Hand(BaseHTTPRequestHandler):
    """Takes one push."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # its name
        """Take it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((body, {name.lower(): value for name, value in self.headers.items()}))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Listen for pushes."""
    with Ear() as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def push(served: Served, ear: Ear, platform: str, **more: Any) -> dict[str, Any]:
    return served.command("push", {"platform": platform, "url": ear.url, "secret": "our secret", **more})


@pytest.fixture
def day(serve: Serve) -> Served:
    """Start a simulator on its third day."""
    served = serve(seed=3, size=2000)
    served.command("day", {"advance": 3})
    return served


def events(ear: Ear) -> list[Any]:
    return [json.loads(body)["data"] for body, _ in ear.heard]


def changes(ear: Ear) -> list[Any]:
    entries = [each for body, _ in ear.heard for each in json.loads(body)["entry"]]
    return [each for entry in entries for each in entry.get("changes", entry.get("messaging", []))]


def test_x_tells_of_a_day(day: Served, ear: Ear) -> None:
    told = push(day, ear, "twitter")
    assert told["answers"] == {"200": told["events"]}
    kinds = {each["event_type"] for each in events(ear)}
    assert kinds == {
        "follow.follow", "follow.unfollow", "like.create", "post.reply.create", "post.mention.create",
        "post.quote.create", "post.repost.create",
    }  # fmt: skip
    body, headers = ear.heard[0]
    mac = base64.b64encode(hmac.new(b"our secret", body, hashlib.sha256).digest()).decode()
    assert headers["x-twitter-webhooks-signature"] == f"sha256={mac}"
    follow = next(each for each in events(ear) if each["event_type"] == "follow.follow")
    metrics = follow["payload"]["source"]["data"]["public_metrics"]
    assert metrics["followers_count_str"] == str(metrics["followers_count"])
    assert "timestamp_ms" not in follow["payload"]


def test_what_x_told_is_what_changed_in_its_listing(serve: Serve, ear: Ear) -> None:
    served = serve(seed=3, size=2000)
    path = f"users/{served.me}/followers"
    before = {each["id"] for each in served.items(path, {"max_results": 1000})}
    served.command("day", {"advance": 1})
    now = {each["id"] for each in served.items(path, {"max_results": 1000})}
    push(served, ear, "twitter", what=["follow", "unfollow"])
    told: dict[str, set[str]] = {"follow.follow": set(), "follow.unfollow": set()}
    for each in events(ear):
        told[each["event_type"]].add(each["payload"]["source"]["data"]["id"])
    assert told == {"follow.follow": now - before, "follow.unfollow": before - now}
    assert told["follow.follow"]
    assert told["follow.unfollow"]


def test_facebook_tells_of_a_day_in_batches_with_escapes(day: Served, ear: Ear) -> None:
    told = push(day, ear, "facebook", batch=10)
    assert len(ear.heard) == -(-told["events"] // 10)
    for body, headers in ear.heard:
        assert body.isascii()
        mac = hmac.new(b"our secret", body, hashlib.sha256).hexdigest()
        assert headers["x-hub-signature-256"] == f"sha256={mac}"
    assert any(rb"\u00" in body for body, _ in ear.heard)
    shown = changes(ear)
    assert {(each.get("field"), each["value"]["item"]) for each in shown if "value" in each} == {
        ("feed", "comment"),
        ("feed", "reaction"),
        ("mention", "post"),
        ("ratings", "rating"),
    }
    assert {each["value"]["verb"] for each in shown if "value" in each} == {"add", "remove"}
    assert {"from", "sender_id"} <= {name for each in shown for name in each.get("value", ())}
    assert told["untold"]


def test_opt_ins_begin_and_end(serve: Serve, ear: Ear) -> None:
    served = serve(seed=3, size=2000)
    for _ in range(8):
        served.command("day", {"advance": 1})
        push(served, ear, "facebook", what=["opt_in", "opt_out"])
    status = {each["optin"].get("notification_messages_status") for each in changes(ear)}
    assert status == {None, "STOP_NOTIFICATIONS"}


def test_protected_people_are_never_told(serve: Serve, ear: Ear) -> None:
    served = serve(seed=3, size=2000)
    untold: set[str] = set()
    for _ in range(5):
        served.command("day", {"advance": 1})
        untold |= set(push(served, ear, "twitter")["untold"])
    authors = {each["payload"].get("author_id") for each in events(ear)}
    assert untold
    assert not {key.partition(":")[2] for key in untold} & authors


def test_order_and_repetition(day: Served, ear: Ear) -> None:
    told = push(day, ear, "twitter")
    straight = [each["event_uuid"] for each in events(ear)]
    for order, expected in (("reversed", straight[::-1]), ("shuffled", None)):
        ear.heard.clear()
        push(day, ear, "twitter", order=order)
        found = [each["event_uuid"] for each in events(ear)]
        assert sorted(found) == sorted(straight)
        assert found == expected if expected else found not in (straight, straight[::-1])
    ear.heard.clear()
    assert push(day, ear, "twitter", times=2)["answers"] == {"200": 2 * told["events"]}
    assert len({body for body, _ in ear.heard}) == 2 * told["events"], "twice the same is not the same bytes"


def test_what_was_not_taken_and_what_was_kept_comes_later(day: Served, ear: Ear) -> None:
    ear.status = 503
    told = push(day, ear, "twitter", what=["follow"])
    assert told["answers"] == {"503": told["events"]}
    assert push(day, ear, "twitter", what=["unfollow"], keep=True)["kept"] > told["events"]
    ear.status, later = 200, len(ear.heard)
    again = push(day, ear, "twitter", what=[], kept=True)
    kinds = [each["event_type"] for each in events(ear)[later:]]
    assert again["kept"] == 0
    assert kinds == sorted(kinds), "first what came to nothing, then what was kept"
    assert {"follow.follow", "follow.unfollow"} == set(kinds)


def test_nobody_there_is_no_answer(day: Served, ear: Ear) -> None:
    url = ear.url
    ear.server_close()
    told = day.command("push", {"platform": "facebook", "url": url, "secret": "x", "batch": 1000})
    assert (told["answers"], told["kept"]) == ({"unreachable": 1}, 1)


def test_a_wrong_signature_and_a_loss(day: Served, ear: Ear) -> None:
    whole = push(day, ear, "twitter")
    told = push(day, ear, "twitter", wrong_signature=True, lost=3)
    assert told["events"] < whole["events"]
    assert set(whole["untold"]) < set(told["untold"])
    body, headers = ear.heard[-1]
    mac = base64.b64encode(hmac.new(b"our secret", body, hashlib.sha256).digest()).decode()
    assert headers["x-twitter-webhooks-signature"] != f"sha256={mac}"


def test_follows_may_bear_a_moment_and_nothing_happened_before_the_first_day(serve: Serve, ear: Ear) -> None:
    served = serve(seed=3, size=2000)
    assert push(served, ear, "twitter")["events"] == 0
    served.command("day", {"advance": 1})
    push(served, ear, "twitter", what=["follow"], dated=True)
    assert all("timestamp_ms" in each["payload"] for each in events(ear))


def test_an_unknown_order_is_refused(day: Served, ear: Ear) -> None:
    given = {"platform": "twitter", "url": ear.url, "secret": "x", "order": "by heart"}
    answer = day.session.post(f"{day.ready['control_url']}/push", json=given, timeout=10)
    assert answer.status_code == 400
    assert "shuffled" in answer.json()["error"]
