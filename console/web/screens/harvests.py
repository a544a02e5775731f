"""Harvests: what is running, what comes next, and what was read before."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI, Response
from sqlalchemy import Connection

from console.web import charts, harvest_begin, harvest_runs, schedule_pages, vanished
from console.web.access import Viewer
from console.web.desk import Desk, Visit
from console.web.harvesting import number_of, progress
from console.web.pictures import Sheet
from console.web.rendering import page, render
from domain.contact import Platform
from pipeline.scheduling import next_of_all
from store import accounts, overview, run_pages, schedules
from store.run_pages import Wanted
from workers.life import at_work_in

#: The states by which the history can be filtered.
STATES = ("running", "waiting", "done", "failed", "stopped", "cancelled")
#: How many runs a page of the history shows, how many schedules come next, how many days the chart shows.
PAGE, NEXT, DAYS = 25, 5, timedelta(days=30)
_NAMES = {Platform.TWITTER.value: "X", Platform.FACEBOOK.value: "Facebook"}


def add_routes(app: FastAPI) -> None:
    """Add the routes of this screen and of those behind it, fixed addresses before those with a number."""
    desk: Desk = app.state.desk

    @app.get("/harvests")
    def show(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            account_id = number_of(visit.query.get("account", ""))
            state = visit.query.get("state") if visit.query.get("state") in STATES else None
            before = number_of(visit.query.get("before", ""))
            wanted = Wanted(account_id, state, before)
            found = run_pages.history(connection, wanted, count=PAGE + 1)
            known = [each for each in accounts.every(connection) if each.platform in _NAMES]
            read = run_pages.read_a_day(connection, since=visit.now - DAYS)
            ahead = next_of_all(schedules.listed(connection), NEXT, now=visit.now)
            running = _running(desk, connection, visit)
            withheld = overview.people_withheld(connection)
        return page(
            visit,
            "harvests",
            **running,
            ahead=ahead,
            days=_days(read, visit.now.date()),
            platforms=[each for each in _NAMES if any(each in counts for counts in read.values())],
            runs=found[:PAGE],
            more=found[PAGE - 1]["id"] if len(found) > PAGE else None,
            accounts=known,
            wanted=wanted,
            states=STATES,
            withheld=withheld,
        )

    @app.get("/harvests/running")
    def running(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            shown = _running(desk, connection, visit)
        return Response(render(visit, "harvests/running", **shown), media_type="text/html")

    @app.get("/harvests/coming")
    def coming(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            ahead = next_of_all(schedules.listed(connection), NEXT, now=visit.now)
        return Response(render(visit, "harvests/coming", ahead=ahead), media_type="text/html")

    @app.get("/charts/harvests.svg")
    def chart(visit: Viewer) -> Response:
        def draw(sheet: Sheet) -> bytes:
            with desk.database.read() as connection:
                read = run_pages.read_a_day(connection, since=visit.now - DAYS)
            read_of = {each for counts in read.values() for each in counts}
            names = {each: name for each, name in _NAMES.items() if each in read_of}
            days = _days(read, visit.now.date())
            return charts.columns(days, names, sheet)

        return desk.pictures.answer(visit, draw)

    for each in (harvest_begin, vanished, schedule_pages, harvest_runs):
        each.add_routes(app, desk)


def _running(desk: Desk, connection: Connection, visit: Visit) -> dict[str, Any]:
    active = run_pages.under_way(connection)
    shown = [progress(connection, desk, each, now=visit.now) for each in active]
    return {"running": shown, "idle": _idle(connection, active, visit)}


def _idle(connection: Connection, active: Sequence[Mapping[Any, Any]], visit: Visit) -> bool:
    """Tell whether something is to be read and nothing is at work that reads it."""
    wanted = {"dispatcher", *(f"harvest.{each['platform']}" for each in active)}
    return bool(active) and not wanted <= at_work_in(connection, now=visit.now)


def _days(read: Mapping[date, Mapping[str, int]], today: date) -> dict[date, Mapping[str, int]]:
    """Return every day of the chart; nothing where nothing was read on any."""
    days = (today - timedelta(each) for each in reversed(range(DAYS.days)))
    return {each: read.get(each, {}) for each in days} if read else {}
