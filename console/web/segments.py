"""Segments: saved filters of the messaging store; how many one holds is counted when somebody asks."""

from datetime import date

from fastapi import FastAPI, HTTPException, Response

from console.numbers import told_of
from console.web.access import Manager
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from domain.segment import Segment, SegmentError
from domain.sign_up import SIGNUP
from domain.topic import TOPICS
from exports.narrowing import needs_consent
from pipeline.segments import add_segment, remove_segment
from store import accounts, areas, segments, targetings

PATH = "/messaging/segments"
#: Areas that a list offers; of more their code is typed.
MOST_OFFERED = 500


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Manager) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def add(visit: Manager) -> Response:
        try:
            segment = _sent(visit)
            with desk.database.write() as connection:
                add_segment(connection, segment, visit.actor, now=visit.now)
        except SegmentError as error:
            return _page(desk, visit, 422, wrong=str(error))
        return after(PATH)

    @app.post(PATH + "/{number}/remove")
    def remove(visit: Manager, number: int) -> Response:
        try:
            with desk.database.write() as connection:
                remove_segment(connection, min(number, 2**62), visit.actor, now=visit.now)
        except SegmentError as error:
            raise HTTPException(404) from error
        return after(PATH)


def _sent(visit: Visit) -> Segment:
    """Return what the form asks; raises SegmentError for a day that is none."""
    account, since = visit.sent("account"), visit.sent("since")
    try:
        day = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise SegmentError("This is no day: give it as year-month-day.") from error
    return Segment(
        visit.sent("name"),
        visit.sent("topic") or None,
        visit.sent("area") or None,
        int(account) if account.isdecimal() and len(account) < 18 else None,
        day,
    )


def _page(desk: Desk, visit: Visit, status: int = 200, wrong: str = "") -> Response:
    with desk.database.read() as connection:
        policy = desk.runtime.policy_in_force(connection)
        saved = segments.every(connection)
        used = {each.id: targetings.last_at(connection, each) for each in saved}
        asked = next((each for each in saved if str(each.id) == visit.query.get("count")), None)
        told = told_of(connection, asked, policy) if asked else None
        size = areas.size(connection)
        there = areas.partition(connection)[1] if size <= MOST_OFFERED else []
        known = [each for each in accounts.every(connection) if each.platform != SIGNUP]
    return page(
        visit,
        "messaging/segments",
        status,
        segments=saved,
        used=used,
        asked=asked,
        told=told,
        names={each.code: each.name for each in there},
        accounts={each.id: each.name for each in known},
        topics=list(TOPICS),
        has_areas=size > 0,
        least=policy.number("aggregate_k"),
        strict=needs_consent(policy),
        wrong=wrong,
        sent={name: visit.sent(name) for name in ("name", "topic", "area", "account", "since")},
    )
