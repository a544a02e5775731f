"""Begin a harvest: choose, see what it will take, then one button."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from sqlalchemy import Connection

from console.web.access import Manager
from console.web.desk import Desk, Visit
from console.web.harvesting import account_of, amount_of, streams_of
from console.web.rendering import after, page
from domain.account import Account
from domain.contact import Platform
from domain.errors import RegularsError
from domain.journal import Act, Entry, as_ranges
from domain.stream import COUNT
from pipeline import collecting
from pipeline.begin import Wanted, begin_harvest, chosen_streams
from pipeline.estimating import estimate_harvest
from store import accounts, budgets, halts, journal, runs


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""

    @app.get("/harvests/new")
    def ask(visit: Manager, request: Request) -> Response:
        named = request.query_params.getlist("stream")
        return _page(desk, visit, visit.query.get("account", ""), named)

    @app.post("/harvests/new")
    def begin(visit: Manager) -> Response:
        named = visit.form.get("stream", [])
        with desk.database.read() as connection:
            account = account_of(connection, visit.sent("account"))
        if account is None:
            return _page(desk, visit, "", named, status=422)
        try:
            budget = amount_of(visit.sent("budget"))
            collecting.require_settled(desk.runtime.road("console"), account)
            with desk.database.write() as connection:
                halts.require_none_over(connection, account.id)
                connector = desk.runtime.connector_of(connection, account)
                wanted = Wanted(named, budget_micro_usd=budget)
                begun = begin_harvest(connection, account, connector, wanted, now=visit.now)
                details = {"account": account.key, "runs": as_ranges(begun.values())}
                journal.record(
                    connection, Entry(visit.actor, Act.HARVEST_BEGUN, visit.now, None, "", details)
                )
        except RegularsError as error:
            return _page(desk, visit, visit.sent("account"), named, status=409, refused=str(error))
        return after(f"/harvests/{min(begun.values())}" if len(begun) == 1 else "/harvests")


def _page(
    desk: Desk,
    visit: Visit,
    chosen: str,
    named: Sequence[str],
    *,
    status: int = 200,
    refused: str | None = None,
) -> Response:
    shown: dict[str, Any] = {
        "account": None,
        "streams": [],
        "named": named,
        "estimate": None,
        "hindrance": None,
        "reading": {},
        "unknown": None,
    }
    with desk.database.read() as connection:
        known = [each for each in accounts.every(connection) if each.platform in set(Platform)]
        account = account_of(connection, chosen)
        if account is None and known:
            account = accounts.get(connection, known[0].id)
        if account is not None:
            try:
                shown |= _of_account(desk, connection, account, named, visit)
            except RegularsError as error:
                refused = refused or str(error)
            shown["account"] = account
    return page(
        visit,
        "harvests/new",
        status,
        accounts=known,
        refused=refused,
        budget=visit.sent("budget"),
        span=lambda seconds: timedelta(seconds=seconds),
        **shown,
    )


def _of_account(
    desk: Desk, connection: Connection, account: Account, named: Sequence[str], visit: Visit
) -> dict[str, Any]:
    """Return what an account has, what is in the way, and what the harvest would take."""
    connector = desk.runtime.connector_of(connection, account)
    shown: dict[str, Any] = {
        "streams": [each for each in streams_of(desk, connection, account) if each != COUNT],
        "hindrance": _hindrance(desk, connection, account, visit),
    }
    known = [each for each in named if each in connector.streams]
    chosen = chosen_streams(account, connector, known)
    active = runs.reading(connection, account.id)
    shown["reading"] = {stream: run_id for stream, run_id in active.items() if stream in chosen}
    shown["named"] = known
    try:
        shown["estimate"] = estimate_harvest(connection, account, connector, known, now=visit.now)
    except RegularsError as error:
        shown["unknown"] = str(error)
    return shown


def _hindrance(desk: Desk, connection: Connection, account: Account, visit: Visit) -> tuple[str, str] | None:
    """Return the words and the detail of what would refuse a harvest now."""
    halt = halts.over(connection, account.id)
    if halt is not None:
        return "halted", f"{halt.by}: {halt.why}"
    if account.paused:
        stopped = account.paused.startswith("Its campaign ends")
        return ("campaign" if stopped else "paused"), account.paused
    duty = desk.runtime.duty_of(account)
    lacking = collecting.missing(duty) if duty else []
    if lacking:
        return "settings", ", ".join(each.what for each in lacking)
    for each in budgets.listed(connection, now=visit.now):
        if (
            each["account_id"] in (None, account.id)
            and (each["committed_micro_usd"] or 0) >= each["amount_micro_usd"]
        ):
            return "budget", each["account"] or ""
    return None
