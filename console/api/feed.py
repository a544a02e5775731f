"""The routes of the feed: a snapshot, what changed behind it, and what a consumer has carried out."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from console.api import described
from console.api.answers import answer
from console.api.entering import Call, Caller
from console.api.problems import ProblemError
from console.web.desk import Desk
from domain.contact import ContactKey
from domain.journal import Act, Entry
from exports import feed
from exports.binding import begin, source_of
from exports.cursors import PURPOSE, SHAPE, Cursors, GoneError, Place
from exports.feed import OFFERED, Item, Page, Reading
from pipeline.admit import review_newcomers
from store import consumers, halts, journal
from store.tombstones import forget_acknowledged

#: Records of a page, unless asked otherwise, and at most.
SIZE, MOST = 1_000, 5_000
#: The names of consumers in addresses: a number, or whoever asks.
ME = "me"
KEY = re.compile(described.KEY_PATTERN)

Cursor = Annotated[str, Query(pattern=SHAPE, description=described.CURSOR)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many steps of the feed a page tells at most.")]
Fields = Annotated[
    str | None, Query(max_length=500, description=described.FIELDS, json_schema_extra=described.OF_FIELDS)
]
Platform = Annotated[Literal["twitter", "facebook", "signup"] | None, Query(description="Only of this one.")]
Channel = Annotated[
    Literal["x_message", "messenger", "email", "sms"] | None,
    Query(description="Only who may be written to by this channel now."),
]


class Acknowledgement(BaseModel):
    """Up to where a consumer has carried out what it was told."""

    model_config = ConfigDict(extra="forbid")
    cursor: str = Field(pattern=SHAPE, description=described.CURSOR)


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/v1/regular-contacts", **described.SNAPSHOT)
    def regular_contacts(  # noqa: PLR0913  # what a snapshot can be asked for
        request: Request,
        caller: Caller,
        *,
        cursor: Cursor | None = None,
        limit: Limit = SIZE,
        fields: Fields = None,
        platform: Platform = None,
        channel: Channel = None,
    ) -> Response:
        reading = _reading(desk, caller, fields, limit)
        matches = _filter(platform, channel)
        return answer(request, _told(desk, _snapshot(desk, caller, reading, cursor, matches), of="snapshot"))

    @app.get("/v1/changes", **described.CHANGES)
    def changes(
        request: Request, caller: Caller, cursor: Cursor, limit: Limit = SIZE, fields: Fields = None
    ) -> Response:
        page = _changes(desk, _reading(desk, caller, fields, limit), cursor)
        return answer(request, _told(desk, page, of="changes"))

    @app.get("/v1/contacts/{contact_key:path}", **described.CONTACT)
    def contact(
        request: Request,
        caller: Caller,
        contact_key: Annotated[str, Path(max_length=300, description=described.KEY)],
        fields: Fields = None,
    ) -> Response:
        reading = _reading(desk, caller, fields, 1)
        return answer(request, _one(desk, caller, reading, contact_key))

    _add_consumers(app, desk)


def _add_consumers(app: FastAPI, desk: Desk) -> None:
    @app.get("/v1/consumers/{consumer}", **described.CONSUMER)
    def consumer(
        request: Request,
        caller: Caller,
        consumer: Annotated[str, Path(max_length=20, description=described.WHO)],
    ) -> Response:
        _require_self(caller, consumer)
        told = {
            "id": caller.consumer.id,
            "name": caller.consumer.name,
            "fields": [*(caller.consumer.fields if caller.consumer.fields is not None else OFFERED)],
            "acknowledged_at": caller.consumer.acked_at,
        }
        return answer(request, told)

    @app.put("/v1/consumers/{consumer}/ack", **described.ACK)
    def acknowledge(
        request: Request,
        caller: Caller,
        consumer: Annotated[str, Path(max_length=20, description=described.WHO)],
        body: Acknowledgement,
    ) -> Response:
        _require_self(caller, consumer)
        with desk.database.write() as connection:
            try:
                place = cursors(desk).open(body.cursor)
                feed.place_in(connection, place, _reading(desk, caller, None, 1))
            except GoneError:
                raise ProblemError("cursor-expired") from None
            if place.upto:  # of a snapshot that was not read to its end
                raise ProblemError("bad-request")
            former = caller.consumer
            consumers.acknowledge(connection, former.id, place.seq, place.ahead, now=caller.now)
            if former.segment_id is None:
                upto = max(place.seq, place.ahead)
                forget_acknowledged(connection, former.acked_removals, upto)
            else:  # whose numbers are not the feed's
                forget_acknowledged(connection)
        return answer(request, {"acknowledged_at": caller.now})


def cursors(desk: Desk) -> Cursors:
    """Return what seals cursors; those of a former key of the installation have expired."""
    return Cursors(desk.runtime.sealer.derived(PURPOSE, b""))


def _reading(desk: Desk, caller: Call, fields: str | None, limit: int) -> Reading:
    allowed = frozenset(caller.consumer.fields if caller.consumer.fields is not None else OFFERED)
    wanted = frozenset(fields.split(",")) if fields else allowed
    if not wanted <= allowed:
        raise ProblemError("bad-request")
    with desk.database.read() as connection:
        policy = desk.runtime.policy_in_force(connection)
        source = source_of(connection, caller.consumer, policy)
    return Reading(caller.consumer, wanted, limit, policy.number("tombstone_days"), caller.now, source)


def _snapshot(
    desk: Desk, caller: Call, reading: Reading, cursor: str | None, matches: Callable[[Item], bool]
) -> Page:
    if cursor is None:
        _ask_newcomers(desk, reading)
    with desk.database.write() as connection:
        if halts.every(connection):
            raise ProblemError("halted")
        try:
            if cursor is None:
                policy = desk.runtime.policy_in_force(connection)
                begin(connection, reading.consumer, policy, now=reading.now)
            place = cursors(desk).open(cursor) if cursor else feed.begin(connection, reading)
            if not place.upto and cursor:
                raise ProblemError("bad-request")
            page = feed.snapshot(connection, place, reading, matches)
        except GoneError:
            raise ProblemError("cursor-expired") from None
        if cursor is None:
            details = {"consumer": reading.consumer.id}
            journal.record(
                connection, Entry(caller.consumer.actor, Act.FEED_BEGUN, caller.now, details=details)
            )
        return page


def _changes(desk: Desk, reading: Reading, cursor: str) -> Page:
    try:
        place = cursors(desk).open(cursor)
        if place.upto:
            raise ProblemError("bad-request")
        is_bound = reading.consumer.segment_id is not None
        # Whom the gates let in beside its segment is no business of a bound consumer: no answer tells of it.
        if is_bound:
            _ask_newcomers(desk, reading)
        with desk.database.read() as connection:
            still = feed.stands_still(connection, place, reading)
        if still and (is_bound or not _ask_newcomers(desk, reading)):
            return Page([], place, has_more=False)
        page = _changed(desk, reading, place)
        # Whoever has read to the end asks for those who came in since.
        if not is_bound and not page.has_more and not still and _ask_newcomers(desk, reading):
            page = page._replace(has_more=True)
    except GoneError:
        raise ProblemError("cursor-expired") from None
    return page


def _changed(desk: Desk, reading: Reading, place: Place) -> Page:
    with desk.database.write() as connection:
        halted = bool(halts.every(connection))
        return feed.changed(connection, place, reading, halted=halted)


def _one(desk: Desk, caller: Call, reading: Reading, contact_key: str) -> Item:
    if not KEY.fullmatch(contact_key):
        raise ProblemError("not-found")
    platform, _, platform_id = contact_key.partition(":")
    with desk.database.write() as connection:
        if halts.every(connection):
            raise ProblemError("halted")
        found = feed.one(connection, platform, platform_id, reading)
        if found is None:
            raise ProblemError("not-found")
        subject = ContactKey(platform, platform_id)
        journal.record(connection, Entry(caller.consumer.actor, Act.CONTACT_SHOWN, caller.now, subject))
        return found


def _ask_newcomers(desk: Desk, reading: Reading) -> bool:
    """Ask the gates of some who came in since they were asked; returns whether there were any."""
    runtime = desk.runtime
    with desk.database.read() as connection:
        policy, others = runtime.policy_in_force(connection), runtime.to_others(connection)
    controller = runtime.settings.controller
    return review_newcomers(desk.database, policy, controller, now=reading.now, to_others=others)


def _told(desk: Desk, page: Page, *, of: str) -> dict[str, Any]:
    at = cursors(desk).seal(page.place)
    told: dict[str, Any] = {"items": page.items, "has_more": page.has_more}
    if of == "changes":
        return {**told, "next_cursor": at}
    over = not page.has_more
    return {**told, "next_cursor": None if over else at, "changes_cursor": at if over else None}


def _filter(platform: str | None, channel: str | None) -> Callable[[Item], bool]:
    def matches(item: Item) -> bool:
        of_platform = platform is None or item["platform"] == platform
        return of_platform and (channel is None or channel in item["addressable"])

    return matches


def _require_self(caller: Call, consumer: str) -> None:
    if consumer not in (ME, str(caller.consumer.id)):
        raise ProblemError("not-found")
