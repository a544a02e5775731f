"""The pull API: what a consumer is told, in which order, and what it is never told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.signal import Signal, SignalKind
from pipeline import halting
from pipeline.admit import review
from pipeline.rights import ERASED, OBJECTED, end_contact
from store import consumers, messaging, suppressions
from store.database import Database
from tests.cast import ADA, BO, CY, DI, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, ask, let_in
from tests.interests import page
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada and Cy regular and Bo occasional."""
    settings = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        page(database, [follows(ADA), Signal(BO, SignalKind.LIKED, "1"), follows(CY)], now=utc_now())
        yield made


@pytest.fixture
def mirror(console: Consoles) -> Mirror:
    """Return a consumer that has read nothing yet."""
    return Mirror(console.port, let_in(console))


def ended(console: Consoles, key: object, reason: str) -> None:
    """Carry out a right."""
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [key], suppressor, reason, now=utc_now())  # type: ignore[list-item]  # a key


def test_a_consumer_mirrors_the_store(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(CY)}
    page(console.database, [follows(DI)], now=utc_now())
    ended(console, CY, OBJECTED)
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(DI)}
    assert mirror.gone == {str(CY): "objected"}


def test_a_tombstone_goes_to_whom_the_contact_was_shown_alone(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    late = Mirror(console.port, let_in(console, "late"))
    ended(console, CY, ERASED)
    late.follow()
    mirror.follow()
    assert mirror.gone == {str(CY): "erased"}
    assert set(late.people) == {str(ADA)}
    assert late.gone == {}
    # An objection after it tells more, and goes to the same.
    page(console.database, [follows(DI)], now=utc_now())
    ended(console, ADA, ERASED)
    late.follow()
    assert late.gone == {str(ADA): "erased"}


def test_who_comes_and_goes_between_two_readings_is_told_of_to_nobody(
    console: Consoles, mirror: Mirror
) -> None:
    mirror.follow()
    cursor = mirror.cursor
    before = mirror.get("/v1/changes", cursor=cursor)
    page(console.database, [follows(DI)], now=utc_now())
    with console.database.read() as connection:
        policy = console.runtime.policy_in_force(connection)
    review(console.database, policy, Controller.PARTY, now=utc_now())
    ended(console, DI, OBJECTED)
    after = mirror.get("/v1/changes", cursor=cursor)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def test_contacts_without_an_answer_get_the_same_404(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    assert mirror.contact(str(ADA)).json["display_name"] == "Ada Lévy 🌻"
    ended(console, CY, OBJECTED)
    not_there = [
        mirror.contact(each) for each in (str(CY), str(BO), "twitter:1", "nobody", "x:y", "a/b:c", "%00:\x00")
    ]
    other = ask(console.port, "GET", "/v1/consumers/77", mirror.token)
    assert {(each.status, each.body) for each in (*not_there, other)} == {(404, not_there[0].body)}
    varying = {"date", "ratelimit"}
    heads = [
        {name: value for name, value in each.headers.items() if name not in varying} for each in not_there
    ]
    assert all(each == heads[0] for each in heads)


def test_who_was_asked_for_alone_has_its_removal_told(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    page(console.database, [follows(DI)], now=utc_now())
    with console.database.read() as connection:
        policy = console.runtime.policy_in_force(connection)
    review(console.database, policy, Controller.PARTY, now=utc_now())
    assert mirror.contact(str(DI)).status == 200
    ended(console, DI, OBJECTED)
    mirror.follow()
    assert mirror.gone == {str(DI): "objected"}


def test_fields_are_those_of_the_token_and_of_the_request(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console, fields=["handle", "topics"]))
    (first, _) = mirror.get("/v1/regular-contacts").json["items"]
    assert set(first) == {"contact_key", "op", "seq", "handle", "topics"}
    (first, _) = mirror.get("/v1/regular-contacts", fields="handle").json["items"]
    assert set(first) == {"contact_key", "op", "seq", "handle"}
    refused = [
        mirror.get("/v1/regular-contacts", fields=each) for each in ("display_name", "nonsense", "handle,")
    ]
    assert {each.status for each in refused} == {400}
    assert len({each.body for each in refused}) == 1


def test_a_filter_leaves_out_who_does_not_match(mirror: Mirror) -> None:
    assert mirror.get("/v1/regular-contacts", platform="facebook").json["items"] == []
    assert len(mirror.get("/v1/regular-contacts", platform="twitter").json["items"]) == 2
    assert mirror.get("/v1/regular-contacts", channel="email").json["items"] == []
    assert mirror.get("/v1/regular-contacts", platform="myspace").status == 400


def test_an_answer_that_has_not_changed_is_304_and_packs_where_wished(
    console: Consoles, mirror: Mirror
) -> None:
    mirror.follow()
    path = f"/v1/changes?cursor={mirror.cursor}"
    first = ask(console.port, "GET", path, mirror.token)
    again = ask(console.port, "GET", path, mirror.token, If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    whole = ask(console.port, "GET", "/v1/regular-contacts", mirror.token)
    packed = ask(console.port, "GET", "/v1/regular-contacts", mirror.token, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert (packed.body, packed.headers["etag"] == whole.headers["etag"]) == (whole.body, False)
    plain = ask(console.port, "GET", "/v1/regular-contacts", mirror.token, Accept_Encoding="gzip;q=0")
    assert "content-encoding" not in plain.headers


def test_the_next_day_the_cursor_moves_whatever_happened(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    console.now = utc_now() + timedelta(days=1)
    moved = mirror.get("/v1/changes", cursor=mirror.cursor).json
    assert (moved["items"], moved["has_more"]) == ([], False)
    assert moved["next_cursor"] != mirror.cursor
    assert mirror.get("/v1/changes", cursor=moved["next_cursor"]).json == moved


def test_a_cursor_beyond_the_life_of_tombstones_is_gone(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    with console.database.read() as connection:
        days = console.runtime.policy_in_force(connection).number("tombstone_days")
    console.now = utc_now() + timedelta(days=days - 1)
    assert mirror.get("/v1/changes", cursor=mirror.cursor).status == 200
    console.now = utc_now() + timedelta(days=days)
    gone = mirror.get("/v1/changes", cursor=mirror.cursor)
    assert (gone.status, gone.json["restart"]) == (410, "/v1/regular-contacts")
    assert gone.headers["content-type"] == "application/problem+json"
    assert gone.headers["link"] == '</v1/regular-contacts>; rel="start"'
    told = ask(console.port, "PUT", "/v1/consumers/me/ack", mirror.token, {"cursor": mirror.cursor})
    assert told.status == 410
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(CY)}


def test_after_a_new_epoch_the_reader_begins_anew(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    with console.database.write() as connection:
        messaging.open_epoch(connection)
    assert mirror.get("/v1/changes", cursor=mirror.cursor).status == 410
    mirror.follow()
    assert mirror.get("/v1/changes", cursor=mirror.cursor).status == 200


def test_a_cursor_of_somebody_else_or_of_nobody_is_gone(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    other = let_in(console, "other")
    assert ask(console.port, "GET", f"/v1/changes?cursor={mirror.cursor}", other).status == 410
    changed = mirror.cursor[:-2] + ("AA" if mirror.cursor[-2:] != "AA" else "BB")
    assert mirror.get("/v1/changes", cursor=changed).status == 410
    assert mirror.get("/v1/changes", cursor="not a cursor").status == 400
    assert mirror.get("/v1/changes").status == 400
    # The cursor of a snapshot is none of the feed, nor the other way round.
    snapshot = mirror.get("/v1/regular-contacts", limit=1).json["next_cursor"]
    assert mirror.get("/v1/changes", cursor=snapshot).status == 400
    assert mirror.get("/v1/regular-contacts", cursor=mirror.cursor).status == 400
    acked = ask(console.port, "PUT", "/v1/consumers/me/ack", mirror.token, {"cursor": snapshot})
    assert acked.status == 400


def test_while_halted_removals_go_on_and_additions_wait(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    before = mirror.cursor
    page(console.database, [follows(DI)], now=utc_now())
    with console.database.write() as connection:
        halting.halt(connection, None, "test", "a mistake", now=utc_now())
    assert mirror.get("/v1/regular-contacts").status == 503
    assert mirror.contact(str(ADA)).status == 503
    assert mirror.contact("twitter:1").status == 503
    mirror.follow()
    assert mirror.cursor == before
    ended(console, CY, OBJECTED)
    mirror.follow()
    assert (mirror.gone, set(mirror.people)) == ({str(CY): "objected"}, {str(ADA)})
    assert mirror.get("/v1/changes", cursor=mirror.cursor).json["items"] == []
    with console.database.read() as connection:
        assert (
            consumers.named(connection, "crm").acked_removals > consumers.named(connection, "crm").acked_seq
        )
    with console.database.write() as connection:
        halting.resume(connection, None)
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(DI)}


def test_an_objection_reported_back_keeps_the_contact_out(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    sent = [
        ask(console.port, "POST", "/v1/objections", mirror.token, {"contact_key": each}, Idempotency_Key="1")
        for each in (str(ADA), str(ADA), "twitter:424242")
    ]
    assert [each.json["state"] for each in sent] == ["suppressed"] * 3
    mirror.follow()
    assert mirror.gone == {str(ADA): "objected"}
    with console.database.write() as connection:
        values = set(console.runtime.suppressor_of(connection).values([ADA, ("twitter", "424242")]))
        assert suppressions.among(connection, values) == values
    refused = [
        ask(console.port, "POST", "/v1/objections", mirror.token, body)
        for body in (
            {},
            {"contact_key": "ada"},
            {"contact_key": str(BO), "more": 1},
            b"{",
            b"\xff",
            orjson.dumps([]),
        )
    ]
    assert {each.status for each in refused} == {400}
    large = ask(console.port, "POST", "/v1/objections", mirror.token, b"x" * 20_000)
    assert large.status == 413
