"""Schedules: when accounts are harvested by themselves, in words; their next times, and their last ones."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_datetime
from fastapi import FastAPI, HTTPException, Request, Response
from sqlalchemy import Connection

from classifier.scheduling import checked, next_moments
from connectors.base import Connector
from console.cron_words import in_words
from console.web.access import Manager, Viewer
from console.web.desk import Desk, Visit
from console.web.harvesting import account_of, amount_of, require_number, streams_of
from console.web.rendering import after, page
from console.web.schedule_form import EVERY, LONGEST, Wished, as_wished, timing_of, wish_of, wished_by
from domain.account import Account
from domain.contact import Platform
from domain.errors import RegularsError
from domain.journal import Act, Detail, Entry
from domain.schedule import CatchUp, ScheduleError, Timing
from domain.stream import COUNT
from pipeline import scheduling
from pipeline.estimating import Estimate, estimate_harvest
from store import accounts, journal, schedules
from store.schedules import Schedule

#: How many moments are shown ahead and back.
AHEAD, BACK = 5, 20
#: How the moments of a schedule are written, by its own clock.
_WRITTEN = {"fr": ("EEE d MMM y, HH:mm (ZZZZ)", "fr_FR"), "en": ("EEE d MMM y, HH:mm (ZZZZ)", "en_GB")}


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""

    @app.get("/harvests/schedules")
    def listed(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            found = schedules.listed(connection)
            last = schedules.last_told(connection)
            spent = schedules.spent(connection, now=visit.now)
        return page(visit, "harvests/schedules", schedules=found, last=last, spent=spent, said=in_words)

    @app.get("/harvests/schedules/new")
    def ask(visit: Manager, request: Request) -> Response:
        streams = request.query_params.getlist("stream")
        return _form(
            desk, visit, wished_by(visit, visit.query, streams), preview="cron" in request.query_params
        )

    @app.post("/harvests/schedules/new")
    def add(visit: Manager) -> Response:
        sent = {name: values[0] for name, values in visit.form.items()}
        wished = wished_by(visit, sent, visit.form.get("stream", []))
        try:
            with desk.database.write() as connection:
                account = account_of(connection, wished.account)
                if account is None:
                    return _form(desk, visit, wished, refused="")
                wish = wish_of(wished, account.id)
                road = desk.runtime.road("console")
                number = scheduling.add_schedule(connection, road, account, wish, now=visit.now)
                details: dict[str, Detail] = {"account": account.key, "schedule": number}
                journal.record(connection, Entry(visit.actor, Act.SCHEDULE_SET, visit.now, None, "", details))
        except RegularsError as error:
            return _form(desk, visit, wished, refused=str(error))
        return after(f"/harvests/schedules/{number}")

    _add_one(app, desk)


def _add_one(app: FastAPI, desk: Desk) -> None:
    @app.get("/harvests/schedules/{schedule_id}")
    def show(visit: Viewer, schedule_id: str) -> Response:
        with desk.database.read() as connection:
            found = _required(connection, schedule_id)
            told = schedules.told(connection, found.id, count=BACK)
            spent = schedules.spent(connection, now=visit.now).get(found.id, 0)
        ahead = scheduling.next_of(found, AHEAD, now=visit.now)
        return page(
            visit,
            "harvests/schedule",
            schedule=found,
            told=told,
            spent=spent,
            said=in_words,
            ping_host=urlsplit(found.ping_url).hostname if found.ping_url else None,
            ahead=[written(each, found.timing.time_zone, visit.language) for each in ahead],
        )

    @app.get("/harvests/schedules/{schedule_id}/change")
    def ask(visit: Manager, schedule_id: str, request: Request) -> Response:
        with desk.database.read() as connection:
            found = _required(connection, schedule_id)
        wished = as_wished(found)
        if "cron" in request.query_params:
            wished = wished_by(visit, visit.query, request.query_params.getlist("stream"))
        wished = wished._replace(account=str(found.account_id), ping=found.ping_url or "")
        return _form(desk, visit, wished, preview="cron" in request.query_params, changed=found)

    @app.post("/harvests/schedules/{schedule_id}/change")
    def change(visit: Manager, schedule_id: str) -> Response:
        sent = {name: values[0] for name, values in visit.form.items()}
        wished = wished_by(visit, sent, visit.form.get("stream", []))
        with desk.database.read() as connection:
            found = _required(connection, schedule_id)
        wished = wished._replace(account=str(found.account_id))
        try:
            with desk.database.write() as connection:
                wish = wish_of(wished, found.account_id)
                road = desk.runtime.road("console")
                scheduling.change_schedule(connection, road, found.id, wish, now=visit.now)
                journal.record(connection, _entry(visit, Act.SCHEDULE_SET, found))
        except RegularsError as error:
            return _form(desk, visit, wished, refused=str(error), changed=found)
        return after(f"/harvests/schedules/{found.id}")

    _add_switches(app, desk)


def _add_switches(app: FastAPI, desk: Desk) -> None:
    @app.post("/harvests/schedules/{schedule_id}/pause")
    def pause(visit: Manager, schedule_id: str) -> Response:
        with desk.database.write() as connection:
            found = _required(connection, schedule_id)
            scheduling.pause_schedule(connection, found.id, now=visit.now)
            journal.record(connection, _entry(visit, Act.SCHEDULE_PAUSED, found))
        return after(f"/harvests/schedules/{found.id}")

    @app.post("/harvests/schedules/{schedule_id}/resume")
    def resume(visit: Manager, schedule_id: str) -> Response:
        with desk.database.write() as connection:
            found = _required(connection, schedule_id)
            scheduling.resume_schedule(connection, found.id, now=visit.now)
            journal.record(connection, _entry(visit, Act.SCHEDULE_RESUMED, found))
        return after(f"/harvests/schedules/{found.id}")

    @app.post("/harvests/schedules/{schedule_id}/remove")
    def remove(visit: Manager, schedule_id: str) -> Response:
        with desk.database.write() as connection:
            found = _required(connection, schedule_id)
            schedules.remove(connection, found.id)
            journal.record(connection, _entry(visit, Act.SCHEDULE_REMOVED, found))
        return after("/harvests/schedules")


def written(moment: Any, zone: str, language: str) -> str:
    """Write a moment by the clock of a zone."""
    form, locale = _WRITTEN[language]
    return str(format_datetime(moment, form, tzinfo=ZoneInfo(zone), locale=locale))


def _required(connection: Connection, written_number: str) -> Schedule:
    try:
        return schedules.get(connection, require_number(written_number))
    except ScheduleError:
        raise HTTPException(404) from None


def _entry(visit: Visit, act: Act, schedule: Schedule) -> Entry:
    return Entry(visit.actor, act, visit.now, None, "", {"schedule": schedule.id})


def _form(
    desk: Desk,
    visit: Visit,
    wished: Wished,
    *,
    preview: bool = False,
    refused: str | None = None,
    changed: Schedule | None = None,
) -> Response:
    """Show the form, and what it would do where somebody wants to see that."""
    status = 200 if refused is None else 422
    shown: dict[str, Any] = {"ahead": [], "words": None, "estimate": None, "a_month": None}
    with desk.database.read() as connection:
        known = [each for each in accounts.every(connection) if each.platform in set(Platform)]
        account = account_of(connection, wished.account or (str(known[0].id) if known else ""))
        streams: list[str] = []
        try:
            if account is not None:
                streams = [each for each in streams_of(desk, connection, account) if each != COUNT]
            if preview and account is not None:
                shown |= _preview(desk, connection, account, wished, visit)
        except RegularsError as error:
            refused = refused or str(error)
    return page(
        visit,
        "harvests/schedule-new",
        status,
        accounts=known,
        account=account,
        streams=streams,
        wished=wished,
        every=[*EVERY, "own"],
        zones=sorted(available_timezones()),
        catch_ups=[each.value for each in CatchUp],
        refused=refused,
        longest=LONGEST,
        changed=changed,
        action=f"/harvests/schedules/{changed.id}/change" if changed else "/harvests/schedules/new",
        **shown,
    )


def _preview(
    desk: Desk, connection: Connection, account: Account, wished: Wished, visit: Visit
) -> dict[str, Any]:
    """Return when it would be due, and what each harvest and a month would take."""
    timing = checked(timing_of(wished), now=visit.now)
    amount_of(wished.budget)
    connector = desk.runtime.connector_of(connection, account)
    named = [each for each in wished.streams if each in connector.streams]
    ahead = next_moments(timing, visit.now, AHEAD)
    return {
        "ahead": [written(each, timing.time_zone, visit.language) for each in ahead],
        "words": in_words(timing.cron, visit.language),
        "estimate": _estimate(connection, account, connector, named, visit),
        "a_month": _a_month(timing, visit),
    }


def _estimate(
    connection: Connection, account: Account, connector: Connector, named: list[str], visit: Visit
) -> Estimate | None:
    """Return what each harvest would take; None where nobody knows."""
    try:
        return estimate_harvest(connection, account, connector, named, now=visit.now)
    except RegularsError:
        return None


def _a_month(timing: Timing, visit: Visit) -> int:
    """Count how often a timing is due in the next thirty days."""
    month_s = 30 * 86_400
    return sum(
        (each - visit.now).total_seconds() <= month_s for each in next_moments(timing, visit.now, 3_000)
    )
