"""Ten thousand sign-ups by a robot: bounded in mails, rows and memory, whoever it says that it is."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from console.pages.crowd import BOUNDS
from store.database import Database
from tests.contents import rows
from tests.visiting import FACE, PUBLIC, Visit, visiting

FORMS = 10_000
MAILS = 50
NETWORKS = 5_000


async def robot(visit: Visit) -> Counter[int]:
    """Send the forms without a socket between; returns how often each status was answered."""
    answers: Counter[int] = Counter()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answers[message["status"]] += 1

    for number in range(FORMS):
        body = urlencode({"email": f"robot{number}@club.example", "consent": "email"}).encode()
        place = number % NETWORKS
        scope = {
            "type": "http", "method": "POST", "path": "/join", "raw_path": b"/join", "query_string": b"",
            "root_path": "", "scheme": "https", "http_version": "1.1", "server": ("127.0.0.1", 1),
            "client": (f"10.{place // 256}.{place % 256}.1", 1),
            "headers": [
                (b"origin", PUBLIC.encode()), (b"content-type", b"application/x-www-form-urlencoded")
            ],
        }  # fmt: skip

        async def receive(body: bytes = body) -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        await visit.app(scope, receive, send)
    return answers


@pytest.mark.parametrize("kind", ["sqlite"])
def test_ten_thousand_forms_are_bounded(database: Database) -> None:
    visit = Visit(database, FACE._replace(mails_a_day=MAILS), join=BOUNDS["join"]._replace(of_all=200))
    answers = asyncio.run(robot(visit))
    assert answers == {200: 200, 429: FORMS - 200}
    assert len(visit.letterbox.mails) == len(rows(database, "asked_mails")) == MAILS
    assert len(visit.crowd) <= NETWORKS
    assert rows(database, "contacts") == []


def test_forms_at_the_same_moment_are_bounded_exactly(database: Database) -> None:
    visit = Visit(database, FACE._replace(mails_a_day=3))
    with visiting(visit), ThreadPoolExecutor(8) as threads:
        addresses = [f"robot{each % 12}@club.example" for each in range(20)]
        answers = list(threads.map(lambda each: visit.join(each).status, addresses))
    assert answers == [200] * 20
    assert len(visit.letterbox.mails) == len(rows(database, "asked_mails")) == 3
