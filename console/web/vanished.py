"""Who vanished at once: people whom one walk missed in numbers, and the two decisions about them."""

from typing import Any, NamedTuple

from fastapi import FastAPI, Response
from sqlalchemy import Connection

from console.web.access import Manager
from console.web.desk import Desk, Visit
from console.web.harvesting import account_of
from console.web.rendering import after, page
from domain.account import Account
from domain.errors import RegularsError
from domain.journal import Act, Detail, Entry
from pipeline import brake
from pipeline.withhold import held_out
from store import accounts, journal, withheld


class Vanished(NamedTuple):
    """Who is withheld of an account, and what each decision would do."""

    account: Account
    #: Acts in doubt by kind, run and moment.
    rows: list[Any]
    acts: int
    people: int
    #: Of them out of messaging now: they come back or stay out.
    out: int


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""

    @app.get("/harvests/withheld")
    def show(visit: Manager) -> Response:
        return _page(desk, visit)

    @app.post("/harvests/withheld/confirm")
    def confirm(visit: Manager) -> Response:
        return _settle(desk, visit, brake.confirm, Act.DEPARTURES_CONFIRMED)

    @app.post("/harvests/withheld/release")
    def release(visit: Manager) -> Response:
        return _settle(desk, visit, brake.release, Act.DEPARTURES_RELEASED)


def _page(desk: Desk, visit: Visit, status: int = 200, refused: str | None = None) -> Response:
    with desk.database.read() as connection:
        found = _found(desk, connection, visit) if withheld.exist(connection) else []
    done = visit.query.get("done") if visit.query.get("done") in ("confirmed", "released") else None
    return page(visit, "harvests/withheld", status, found=found, refused=refused, done=done)


def _found(desk: Desk, connection: Connection, visit: Visit) -> list[Vanished]:
    policy = desk.runtime.policy_in_force(connection)
    by_name: dict[str, list[Any]] = {}
    for each in withheld.listed(connection):
        by_name.setdefault(each["account"], []).append(each)
    found = []
    for name, rows in by_name.items():
        account = accounts.find(connection, name)
        acts = withheld.of_account(connection, account.id)
        people = {contact_id for *_, contact_id in acts}
        out = held_out(connection, people, policy, now=visit.now)
        found.append(Vanished(account, rows, len(acts), len(people), len(out)))
    return found


def _settle(desk: Desk, visit: Visit, verb: brake.Verb, act: Act) -> Response:
    with desk.database.read() as connection:
        account = account_of(connection, visit.sent("account"))
        if account is None:
            return after("/harvests/withheld")
        policy = desk.runtime.policy_in_force(connection)

    def enter(connection: Connection, count: int) -> None:
        details: dict[str, Detail] = {"account": account.key, "people": count}
        journal.record(connection, Entry(visit.actor, act, visit.now, None, visit.sent("why"), details))

    try:
        brake.settle(desk.database, verb, account, policy, enter, now=visit.now)
    except RegularsError as error:
        return _page(desk, visit, 409, str(error))
    done = "confirmed" if act is Act.DEPARTURES_CONFIRMED else "released"
    return after(f"/harvests/withheld?done={done}")
