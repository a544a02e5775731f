"""Tokens open what they are for, to whom they are for, as long as they are good; and stand nowhere."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from config.settings import Settings
from console.api.limiting import ALLOWED, Windows
from domain.admission import Controller
from domain.consumer import ConsumerError
from domain.recipient import Part, Recipient, RecipientError
from domain.user import Role
from exports.feed import OFFERED
from pipeline.consumers import Wanted, add_consumer, revoke_consumer, rotate_token
from pipeline.recipients import remove_recipient
from store import consumers, recipients
from store.database import Database
from tests import area_tables
from tests.cast import ADA, NOW, follows
from tests.consoles import Consoles, listening
from tests.consumers import CRM, Mirror, ask, let_in
from tests.interests import page
from workers.runtime import utc_now

#: What each operation is asked with.
ASKED: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "/v1/regular-contacts"): ("/v1/regular-contacts", None),
    ("GET", "/v1/changes"): ("/v1/changes?cursor=CURSOR", None),
    ("GET", "/v1/contacts/{contact_key:path}"): (f"/v1/contacts/{ADA}", None),
    ("GET", "/v1/consumers/{consumer}"): ("/v1/consumers/me", None),
    ("PUT", "/v1/consumers/{consumer}/ack"): ("/v1/consumers/me/ack", {"cursor": "CURSOR"}),
    ("POST", "/v1/objections"): ("/v1/objections", {"contact_key": "twitter:5"}),
    ("GET", "/v1/topics"): ("/v1/topics", None),
    ("GET", "/v1/areas"): ("/v1/areas", None),
}
OPEN = {("GET", "/v1/openapi.json")}


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada regular."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(ADA)], now=utc_now())
        with database.write() as connection:
            area_tables.publish(connection)
        yield made


def test_each_route_opens_to_tokens_that_stand_alone(console: Consoles) -> None:
    routes: list[Any] = console.app.api.inner.routes
    known = {(method, each.path) for each in routes if isinstance(each, APIRoute) for method in each.methods}
    assert known == ASKED.keys() | OPEN
    good = let_in(console)
    mirror = Mirror(console.port, good)
    mirror.follow()
    shut = let_in(console, "shut")
    over = let_in(console, "over", days=1)
    with console.database.write() as connection:
        revoke_consumer(connection, consumers.named(connection, "shut"), "test", now=utc_now())
    admin = console.as_(Role.ADMIN)
    console.now = utc_now() + timedelta(days=2)
    for (method, _), (path, body) in ASKED.items():
        filled = path.replace("CURSOR", mirror.cursor)
        sent = {name: value.replace("CURSOR", mirror.cursor) for name, value in (body or {}).items()} or None
        bad = [
            ask(console.port, method, filled, body=sent, **headers)
            for headers in (
                {},
                {"Authorization": f"Bearer {shut}"},
                {"Authorization": f"Bearer {over}"},
                {"Authorization": f"Bearer {good[:-1]}"},
                {"Authorization": f"Basic {good}"},
                {"Authorization": good},
                {"Cookie": admin.cookie},
                {"X_Token": good},
            )
        ]
        bad.append(
            ask(console.port, method, f"{filled}{'&' if '?' in filled else '?'}token={good}", body=sent)
        )
        assert {each.status for each in bad} == {401}, (method, path)
        assert len({each.body for each in bad}) == 1
        assert {each.headers["www-authenticate"] for each in bad} == {'Bearer realm="regulars"'}
        told = ask(console.port, method, filled, good, sent)
        assert told.status == 200, (method, path, told.body)
        assert told.headers["ratelimit-policy"] == f'"default";q={ALLOWED};w=60'
        assert told.headers["cache-control"] == "no-store"


def test_a_token_opens_nothing_of_the_console(console: Consoles) -> None:
    token = let_in(console)
    for path in ("/messaging", "/contacts", "/settings/tokens"):
        told = ask(console.port, "GET", path, token, Accept="text/html")
        assert (told.status, told.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert ask(console.port, "GET", "/v1", token).status == 404
    assert ask(console.port, "GET", "/v1/nothing", token).status == 404
    wrong = ask(console.port, "DELETE", "/v1/topics", token)
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET")
    assert wrong.headers["content-type"] == "application/problem+json"


def test_a_token_is_in_no_log_no_row_and_no_file(
    console: Consoles, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="regulars")  # a command before may have set it
    token = let_in(console)
    mirror = Mirror(console.port, token)
    mirror.follow()
    mirror.contact(str(ADA))
    mirror.contact("twitter:404404")
    ask(console.port, "POST", "/v1/objections", token, {"contact_key": "twitter:777666"})
    ask(console.port, "GET", f"/v1/topics?token={token}", "wrong" + token)
    ask(console.port, "PUT", "/v1/consumers/me/ack", token, {"cursor": token})
    said = "\n".join(f"{each.getMessage()} {each.__dict__}" for each in caplog.records)
    assert "/v1/contacts/{contact_key" in said
    for secret in (token, mirror.cursor, "777666", "404404", ADA.platform_id):
        assert secret not in said
    assert not [
        each for each in tmp_path.rglob("*") if each.is_file() and token.encode() in each.read_bytes()
    ]


def test_a_new_token_overlaps_the_former_for_a_day(console: Consoles) -> None:
    former = let_in(console)
    with console.database.write() as connection:
        consumer = consumers.named(connection, "crm")
        fresh = rotate_token(connection, consumer, "test", now=utc_now())

    def statuses() -> list[int]:
        return [ask(console.port, "GET", "/v1/topics", each).status for each in (former, fresh)]

    assert statuses() == [200, 200]
    console.now = utc_now() + timedelta(days=1, minutes=1)
    assert statuses() == [401, 200]
    with console.database.write() as connection:
        rotate_token(connection, consumer, "test", now=console.now, overlap=timedelta(0))
    assert statuses() == [401, 401]


def test_a_recipient_that_ends_takes_its_tokens_with_it(console: Consoles) -> None:
    token = let_in(console)
    with console.database.write() as connection:
        (recipient,) = recipients.every(connection)
        remove_recipient(connection, recipient.id, "test", now=utc_now())
    assert ask(console.port, "GET", "/v1/topics", token).status == 401


def test_who_may_get_no_file_gets_no_token(database: Database) -> None:
    third = Recipient("Others", "FR", Part.THIRD_PARTY, None)
    with database.write() as connection:
        third = third._replace(id=recipients.add(connection, third, now=NOW))
        ours = CRM._replace(id=recipients.add(connection, CRM, now=NOW))

        def add(wanted: Wanted) -> None:
            add_consumer(connection, wanted, OFFERED, "test", now=NOW)

        add(Wanted("others", third))  # which reads those who consented to it
        with pytest.raises(RecipientError, match="no recipient any more"):
            add(Wanted("others", ours._replace(ended_at=NOW)))
        for wrong in (
            Wanted("Not good", ours),
            Wanted("a" * 61, ours),
            Wanted("crm", ours, ["nonsense"]),
            Wanted("crm", ours, days=0),
            Wanted("crm", ours, days=9_999),
        ):
            with pytest.raises(ConsumerError):
                add(wrong)
        add(Wanted("crm", ours, []))
        with pytest.raises(ConsumerError, match="already"):
            add(Wanted("crm", ours))
        assert consumers.named(connection, "crm").fields == ()


def test_a_token_that_may_read_no_field_reads_keys_alone(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console, fields=[]))
    (only,) = mirror.get("/v1/regular-contacts").json["items"]
    assert set(only) == {"contact_key", "op", "seq"}
    assert mirror.get("/v1/consumers/me").json["fields"] == []


def test_too_many_requests_wait_for_the_next_window() -> None:
    windows = Windows(2)
    left = [windows.take(1, NOW) for _ in range(3)]
    assert [each.requests for each in left] == [1, 0, -1]
    assert left[2].headers(2) == {"ratelimit-policy": '"default";q=2;w=60', "ratelimit": '"default";r=0;t=60'}
    assert windows.take(2, NOW).requests == 1
    assert windows.take(1, NOW + timedelta(seconds=59)).requests == -2
    assert windows.take(1, NOW + timedelta(seconds=60)).requests == 1


def test_one_request_too_many_is_429(console: Consoles) -> None:
    console.app.api.inner.state.windows = Windows(1)
    token = let_in(console)
    assert ask(console.port, "GET", "/v1/topics", token).status == 200
    told = ask(console.port, "GET", "/v1/topics", token)
    assert told.status == 429
    assert 0 < int(told.headers["retry-after"]) <= 60
