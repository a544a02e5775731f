"""Queues: whether anything is stuck, what failed and why, who is at work, and what platforms still allow."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy import Connection

from console.web import queue_views
from console.web.access import Operator, Viewer
from console.web.desk import Desk, Visit
from console.web.looks import Looks, looks_of
from console.web.queue_views import QueueView
from console.web.rendering import after, page
from domain.errors import RegularsError
from domain.journal import Act, Entry, as_ranges
from pipeline.failing import DROPPED, REPLAYED, prospects, settle
from pipeline.resume import pause_account, resume_account
from store import accounts, alarming, inbox, jobs, journal, pausing, queues
from workers.broker import CONTROL, QUEUES

_STATES = {"replay": REPLAYED, "drop": DROPPED}
_ACTS = {REPLAYED: Act.FAILURES_REPLAYED, DROPPED: Act.FAILURES_DROPPED}


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    looks = looks_of(app)

    @app.get("/queues")
    def show(visit: Viewer) -> Response:
        done = visit.query.get("done", "")
        with desk.database.read() as connection:
            shown = _standing(connection, desk, looks, visit)
            return page(visit, "queues", tab="", **shown, causes=queue_views.causes(connection), done=done)

    @app.get("/queues/standing")
    def standing(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            return page(visit, "queues/standing", **_standing(connection, desk, looks, visit))

    @app.get("/queues/failed")
    def failed(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            return page(visit, "queues/failed", causes=queue_views.causes(connection))

    @app.post("/queues/pause")
    def pause(visit: Operator) -> Response:
        queue = _queue(visit)
        with desk.database.write() as connection:
            pausing.pause(connection, queue, visit.actor, now=visit.now)
            journal.record(
                connection, Entry(visit.actor, Act.QUEUE_PAUSED, visit.now, details={"queue": queue})
            )
        return after("/queues")

    @app.post("/queues/resume")
    def resume(visit: Operator) -> Response:
        queue = _queue(visit)
        with desk.database.write() as connection:
            if pausing.resume(connection, queue):
                journal.record(
                    connection, Entry(visit.actor, Act.QUEUE_RESUMED, visit.now, details={"queue": queue})
                )
        return after("/queues")

    _add_failures(app, desk)
    _add_limits(app, desk)
    _add_lists(app, desk)


def _standing(connection: Connection, desk: Desk, looks: Looks, visit: Visit) -> dict[str, Any]:
    """Read queues, processes, and how many failures there are."""
    with desk.runtime.inbox.glance() as beside:
        pushes = queue_views.depth_of_pushes(inbox.tallied(beside))
    processes = queue_views.processes(connection, visit.now)
    views = queue_views.queue_views(connection, processes, pushes, visit.now)
    failed = sum(each["failures"] for each in alarming.open_failures(connection))
    living = {each.row["kind"] for each in processes if each.state != "dead"}
    return {
        "queues": views,
        "processes": processes,
        "lead": _lead(views, living, looks.queue_is_away(), failed, visit),
    }


def _lead(
    views: Sequence[QueueView],
    living: set[str],
    is_away: bool,  # noqa: FBT001  # facts
    failed: int,
    visit: Visit,
) -> tuple[str, dict[str, Any]]:
    """Answer the screen's question in one sentence: its words and their values."""
    if "dispatcher" not in living:
        return "queues.lead_no_dispatcher", {}
    if is_away:
        return "queues.lead_queue_away", {}
    if "worker" not in living:
        return "queues.lead_no_worker", {}
    stuck = [each for each in views if each.state(visit.now) in ("stuck", "unread") and each.depth.oldest_at]
    if stuck:
        return "queues.lead_stuck", {"n": len(stuck)}
    if failed:
        return "queues.lead_failed", {"n": failed}
    held = [each for each in views if each.paused]
    return ("queues.lead_paused", {"n": len(held)}) if held else ("queues.lead_well", {})


def _queue(visit: Visit) -> str:
    queue = visit.sent("queue")
    if queue not in QUEUES or queue == CONTROL:  # pushes tell who leaves: they are not held back
        raise HTTPException(404)
    return queue


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 16]


def _add_failures(app: FastAPI, desk: Desk) -> None:
    @app.get("/queues/failures")
    def look(visit: Operator, request: Request) -> Response:
        """Show what a replay or a drop would do; it does nothing."""
        asked = request.query_params
        what, cause = asked.get("act", "replay"), asked.get("cause")
        ids = _numbers(asked.getlist("id"))
        if what not in _STATES:
            raise HTTPException(404)
        with desk.database.read() as connection:
            found = prospects(connection, ids if ids or not (cause or "all" in asked) else None)
        if cause:
            found = [each for each in found if each.row["cause"] == cause]
        going = [each for each in found if what == "drop" or each.hindrance in ("", "same")]
        return page(
            visit,
            "queues/failures",
            what=what,
            found=found,
            going=going,
            staying=[each for each in found if each not in going],
            runs=len({each.row["run_id"] for each in going if each.row["run_id"]}),
            jobs=len({each.row["job_id"] for each in going if each.row["job_id"]}),
            names=sorted({each.row["account"] for each in going if each.row["account"]}),
            wrong="",
        )

    @app.post("/queues/failures")
    def act(visit: Operator) -> Response:
        ids, state = _numbers(visit.form.get("id", [])), _STATES.get(visit.sent("act"))
        if not ids or state is None:
            return after("/queues")
        try:
            with desk.database.write() as connection:
                settle(connection, ids, state, now=visit.now)
                details = {"failures": as_ranges(sorted(ids))}
                journal.record(connection, Entry(visit.actor, _ACTS[state], visit.now, details=details))
        except RegularsError:  # somebody was quicker: the page shows what is open now
            return after("/queues?done=changed")
        return after(f"/queues?done={state}")


def _add_limits(app: FastAPI, desk: Desk) -> None:
    @app.get("/queues/limits")
    def limits(visit: Viewer) -> Response:
        return page(visit, "queues/limits", tab="limits", **_limits(desk, visit))

    @app.get("/queues/limits/clocks")
    def clocks(visit: Viewer) -> Response:
        return page(visit, "queues/clocks", **_limits(desk, visit))

    @app.post("/queues/accounts/{account_id}/pause")
    def pause(visit: Operator, account_id: int) -> Response:
        with desk.database.write() as connection:
            account = _account(connection, account_id)
            if not account.paused:
                pause_account(connection, account, visit.actor)
                details = {"account": account.key}
                journal.record(connection, Entry(visit.actor, Act.ACCOUNT_PAUSED, visit.now, details=details))
        return after("/queues/limits")

    @app.post("/queues/accounts/{account_id}/resume")
    def resume(visit: Operator, account_id: int) -> Response:
        with desk.database.write() as connection:
            account = _account(connection, account_id)
            if account.paused:
                resumed = resume_account(connection, account, now=visit.now)
                details = {"account": account.key, "runs": resumed}
                journal.record(
                    connection, Entry(visit.actor, Act.ACCOUNT_RESUMED, visit.now, details=details)
                )
        return after("/queues/limits")


def _account(connection: Any, account_id: int) -> Any:
    if account_id not in {each.id for each in accounts.every(connection)}:
        raise HTTPException(404)
    return accounts.get(connection, account_id)


def _limits(desk: Desk, visit: Visit) -> dict[str, Any]:
    with desk.database.read() as connection:
        known = [each for each in accounts.every(connection) if each.token_sealed]
        windows = queues.windows(connection, now=visit.now)
    of_account: dict[str, list[Any]] = {}
    for each in windows:
        of_account.setdefault(each["account"] or "", []).append(each)
    return {"accounts": known, "windows": of_account}


def _add_lists(app: FastAPI, desk: Desk) -> None:
    @app.get("/queues/jobs")
    def listed_jobs(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            return page(visit, "queues/jobs", tab="jobs", jobs=jobs.listed(connection, count=50))

    @app.get("/queues/quarantine")
    def quarantine(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            items = queues.quarantined(connection)
        return page(visit, "queues/quarantine", tab="quarantine", items=items)

    @app.get("/queues/pushes")
    def pushes(visit: Viewer) -> Response:
        with desk.runtime.inbox.read() as connection:
            tallied, aside = inbox.tallied(connection), inbox.put_aside(connection)
        return page(visit, "queues/pushes", tab="pushes", tallied=tallied, aside=aside)

    @app.post("/queues/pushes/replay")
    def replay(visit: Operator) -> Response:
        ids = _numbers(visit.form.get("id", []))
        with desk.database.write() as connection:  # the inbox may be a file of its own
            details = {"pushes": as_ranges(ids) or "all"}
            journal.record(connection, Entry(visit.actor, Act.PUSHES_REPLAYED, visit.now, details=details))
        with desk.runtime.inbox.write() as connection:
            inbox.replay(connection, ids)
        return after("/queues/pushes")
