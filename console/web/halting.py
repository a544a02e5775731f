"""The one stop in the console: a button on every page, and who halted what and why while it lasts."""

from typing import Any

from fastapi import FastAPI, HTTPException, Response

from console.web.access import Manager, Viewer
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from console.web.sign_in import own_path
from domain.errors import RegularsError
from domain.journal import Act, Entry
from pipeline import halting
from store import accounts, journal, reading


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/halt")
    def ask(visit: Manager) -> Response:
        return _asked(desk, visit)

    @app.get("/halt/banner")
    def banner(visit: Viewer) -> Response:
        return page(visit, "halt/banner")

    @app.post("/halt")
    def halt(visit: Manager) -> Response:
        why = visit.sent("why")[:200]
        if not why:
            return _asked(desk, visit, wrong=True)
        with desk.database.write() as connection:
            account = _account(connection, visit)
            halting.halt(connection, account, visit.actor, why, now=visit.now)
            details = {"account": account.key if account else ""}
            journal.record(connection, Entry(visit.actor, Act.HALTED, visit.now, None, why, details))
        return after("/")

    @app.post("/halt/end")
    def end(visit: Manager) -> Response:
        with desk.database.write() as connection:
            account = _account(connection, visit)
            try:
                halting.resume(connection, account)
            except RegularsError:  # somebody was quicker
                return after(own_path(visit.sent("next", "/")))
            details = {"account": account.key if account else ""}
            journal.record(connection, Entry(visit.actor, Act.RESUMED, visit.now, details=details))
        return after(own_path(visit.sent("next", "/")))


def _asked(desk: Desk, visit: Visit, *, wrong: bool = False) -> Response:
    with desk.database.read() as connection:
        known = accounts.every(connection)
        running = reading.active_runs(connection)
    return page(visit, "halt", 422 if wrong else 200, accounts=known, running=running, wrong=wrong)


def _account(connection: Any, visit: Visit) -> Any:
    """Return the account that a form names, None for everything."""
    place = visit.sent("place", "0")
    if place == "0":
        return None
    if place not in {str(each.id) for each in accounts.every(connection)}:
        raise HTTPException(404)
    return accounts.get(connection, int(place))
