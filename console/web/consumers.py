"""Consumers: programs that read contacts by the API; how far they are, and their tokens, each shown once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Response
from sqlalchemy import Connection

from console.binding import add_bound
from console.web.access import Admin, Viewer
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from domain.consumer import DAYS, MOST_DAYS, Consumer, ConsumerError
from domain.recipient import Recipient, RecipientError, may_receive
from domain.segment import Segment, SegmentError
from exports.feed import OFFERED
from pipeline.consumers import Wanted, revoke_consumer, rotate_token
from store import consumers, recipients, segments

PATH = "/settings/tokens"
#: How long a consumer may leave something unacknowledged before it is shown in red.
LATE = timedelta(days=1)


def add_routes(app: FastAPI) -> None:
    """Add the routes of the screen Messaging."""
    desk: Desk = app.state.desk

    @app.get("/messaging/consumers")
    def show(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            known = consumers.every(connection, now=visit.now)
        return page(visit, "messaging/consumers", consumers=known, late=LATE, most=consumers.MOST_COUNTED)


def add_token_routes(app: FastAPI) -> None:
    """Add the routes of the settings."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Admin) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def add(visit: Admin) -> Response:
        days = visit.sent("days")
        chosen = [each for each in visit.form.get("field", []) if each in OFFERED]
        fields = None if set(chosen) == set(OFFERED) else chosen
        try:
            with desk.database.write() as connection:
                recipient = _recipient(connection, visit.sent("recipient"))
                segment = _segment(connection, visit.sent("segment"))
                good_for = int(days) if _is_short(days) else 0
                bound_to = segment.id if segment else None
                wanted = Wanted(visit.sent("name"), recipient, fields, good_for, bound_to, visit.sent("why"))
                policy = desk.runtime.policy_in_force(connection)
                token = add_bound(connection, wanted, segment, policy, visit.actor, now=visit.now)
        except (ConsumerError, RecipientError, SegmentError) as error:
            return _page(desk, visit, 422, wrong=str(error), chosen=chosen)
        return _page(desk, visit, token=token, of=wanted.name)

    @app.post(PATH + "/{number}/rotate")
    def rotate(visit: Admin, number: int) -> Response:
        def act(connection: Connection, consumer: Consumer) -> str:
            return rotate_token(connection, consumer, visit.actor, now=visit.now)

        consumer, token = _acted(desk, number, act)
        return _page(desk, visit, token=token, of=consumer.name)

    @app.post(PATH + "/{number}/revoke")
    def revoke(visit: Admin, number: int) -> Response:
        _acted(
            desk, number, lambda connection, one: revoke_consumer(connection, one, visit.actor, now=visit.now)
        )
        return after(PATH)


def _acted(desk: Desk, number: int, act: Callable[[Connection, Consumer], Any]) -> tuple[Consumer, Any]:
    """Do something with a consumer; 404 where there is none of this number."""
    try:
        with desk.database.write() as connection:
            consumer = consumers.get(connection, number if number < 2**63 else 0)
            return consumer, act(connection, consumer)
    except ConsumerError as error:
        raise HTTPException(404) from error


def _recipient(connection: Connection, sent: str) -> Recipient:
    found = next((each for each in recipients.every(connection) if str(each.id) == sent), None)
    if found is None:
        raise HTTPException(404)
    return found


def _segment(connection: Connection, sent: str) -> Segment | None:
    """Return the segment that was chosen, None for all contacts; 404 where there is none of its number."""
    if not sent:
        return None
    found = next((each for each in segments.every(connection) if str(each.id) == sent), None)
    if found is None:
        raise HTTPException(404)
    return found


def _page(desk: Desk, visit: Visit, status: int = 200, **more: Any) -> Response:
    with desk.database.read() as connection:
        known = consumers.every(connection, now=visit.now)
        receivers = [each for each in recipients.every(connection) if may_receive(each)]
        filters = segments.every(connection)
    shown: dict[str, Any] = {"chosen": OFFERED, "offered": OFFERED, "most": MOST_DAYS, "tabs": TABS}
    sent = {name: visit.sent(name) for name in ("name", "recipient", "days", "segment", "why")}
    sent["days"] = sent["days"] or str(DAYS)
    return page(
        visit,
        "settings/tokens",
        status,
        **{**shown, "consumers": known, "recipients": receivers, "segments": filters, "sent": sent, **more},
    )


def _is_short(number: str) -> bool:
    return number.isdecimal() and len(number) < 6
