"""One run: how far it is, what it cost, what went wrong, whom it read; stop, resume, replay."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Response
from sqlalchemy import Connection

from console.web.access import Manager, Operator, Viewer
from console.web.desk import Desk, Visit
from console.web.entering import reading
from console.web.harvesting import amount_of, kinds_of, progress, require_number
from console.web.rendering import after, page, render
from domain.errors import RegularsError
from domain.journal import Act, Detail, Entry, as_ranges
from pipeline.begin import resume_run
from pipeline.run_again import run_again
from store import accounts, halts, journal, run_pages, runs

#: How many requests and contacts a page shows.
REQUESTS, PEOPLE = 50, 50
#: What carries an act out; returns what the journal is told of it.
_Verb = Callable[[Connection, int], dict[str, Detail]]


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""

    @app.get("/harvests/{run_id}")
    def show(visit: Viewer, run_id: str) -> Response:
        return page(visit, "harvests/run", **_of_run(desk, visit, require_number(run_id)))

    @app.get("/harvests/{run_id}/figures")
    def figures(visit: Viewer, run_id: str) -> Response:
        shown = _of_run(desk, visit, require_number(run_id))
        return Response(render(visit, "harvests/figures", **shown), media_type="text/html")

    _add_contacts(app, desk)
    _add_acts(app, desk)


def _add_contacts(app: FastAPI, desk: Desk) -> None:
    @app.get("/harvests/{run_id}/contacts")
    def contacts(visit: Operator, run_id: str) -> Response:
        run = _required(desk, require_number(run_id))
        with reading(desk, visit, Act.CONTACTS_LISTED, run=run["id"]) as connection:
            account = accounts.get(connection, run["account_id"])
            kinds = kinds_of(desk, connection, account, run["stream"])
            found = run_pages.people(connection, run, kinds, count=PEOPLE)
        return page(visit, "harvests/contacts", run=run, people=found)


def _add_acts(app: FastAPI, desk: Desk) -> None:
    @app.post("/harvests/{run_id}/stop")
    def stop(visit: Operator, run_id: str) -> Response:
        def verb(connection: Connection, number: int) -> dict[str, Detail]:
            runs.cancel(connection, number, now=visit.now)
            return {"run": number}

        return _carry_out(desk, visit, require_number(run_id), Act.RUN_CANCELLED, verb)

    @app.post("/harvests/{run_id}/resume")
    def resume(visit: Manager, run_id: str) -> Response:
        def verb(connection: Connection, number: int) -> dict[str, Detail]:
            halts.require_none_over(connection, runs.get(connection, number)["account_id"])
            budget = amount_of(visit.sent("budget"))
            resumed = resume_run(connection, number, budget, now=visit.now)
            return {"runs": as_ranges(resumed), "budget_micro_usd": budget}

        return _carry_out(desk, visit, require_number(run_id), Act.RUN_RESUMED, verb)

    @app.post("/harvests/{run_id}/replay")
    def replay(visit: Operator, run_id: str) -> Response:
        def verb(connection: Connection, number: int) -> dict[str, Detail]:
            return {"failures": as_ranges(run_again(connection, number, now=visit.now))}

        return _carry_out(desk, visit, require_number(run_id), Act.FAILURES_REPLAYED, verb)


def _required(desk: Desk, number: int) -> Mapping[Any, Any]:
    """Return a run; answers 404 where there is none."""
    with desk.database.read() as connection:
        run = run_pages.one(connection, number)
    if run is None:
        raise HTTPException(404)
    return run


def _carry_out(desk: Desk, visit: Visit, number: int, act: Act, verb: _Verb) -> Response:
    """Carry out an act on a run and enter it; a refusal shows on the run's page."""
    try:
        with desk.database.write() as connection:
            details = verb(connection, number)
            journal.record(connection, Entry(visit.actor, act, visit.now, None, "", details))
    except RegularsError as error:
        shown = _of_run(desk, visit, number)
        return page(visit, "harvests/run", 409, **shown, refused=str(error))
    return after(f"/harvests/{number}")


def _of_run(desk: Desk, visit: Visit, number: int) -> dict[str, Any]:
    """Read all that the page of a run shows; answers 404 where there is no such run."""
    run = _required(desk, number)
    with desk.database.read() as connection:
        return {
            "run": run,
            "told": progress(connection, desk, run, now=visit.now),
            "failures": run_pages.failures_of(connection, number),
            "unread": run_pages.unread_of(connection, number),
            "paid": run_pages.paid(connection, number, count=REQUESTS),
            "walks": run_pages.walks_of(connection, run["account_id"], run["stream"], number),
        }
