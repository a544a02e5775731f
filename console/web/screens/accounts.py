"""Accounts: whether we can harvest, and at what price."""

from typing import Any

from fastapi import FastAPI, Response
from starlette.exceptions import HTTPException

from connectors.base import Connector
from console.connecting import check
from console.patience import AT_A_PAGE
from console.paying import price_of_check, price_of_proof
from console.web import account_cards, connecting, pasting
from console.web.access import Admin, Manager, Viewer
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.errands import Errand, Errands
from console.web.rendering import after, page
from domain.account import Account
from domain.errors import PlatformError, RegularsError
from domain.journal import Act
from pipeline.parting import begin_parting
from pipeline.resume import resume_account
from store import accounts, parting


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    connecting.add_routes(app)
    pasting.add_routes(app)
    _add_reading(app, desk)
    _add_checking(app, desk)
    _add_parting(app, desk)


def _add_reading(app: FastAPI, desk: Desk) -> None:
    @app.get("/accounts")
    def show(visit: Viewer) -> Response:
        return page(visit, "accounts", cards=_cards(desk, visit))

    @app.get("/accounts/cards")
    def cards(visit: Viewer) -> Response:
        return page(visit, "accounts/cards", cards=_cards(desk, visit))

    @app.get("/accounts/{account_id}")
    def one(visit: Viewer, account_id: int) -> Response:
        with desk.database.read() as connection:
            row = _row(connection, account_id)
            shown = account_cards.card(connection, row, now=visit.now)
        return page(visit, "accounts/account", card=shown, done=visit.query.get("done", ""))

    @app.post("/accounts/{account_id}/resume")
    def resume(visit: Manager, account_id: int) -> Response:
        with desk.database.write() as connection:
            _row(connection, account_id)
            found = accounts.get(connection, account_id)
            if found.paused:
                resumed = resume_account(connection, found, now=visit.now)
                enter(connection, visit, Act.ACCOUNT_RESUMED, account=found.key, resumed=resumed)
        return after(f"/accounts/{account_id}?done=resumed")


def _add_checking(app: FastAPI, desk: Desk) -> None:
    errands = Errands()

    @app.get("/accounts/{account_id}/check")
    def ask(visit: Manager, account_id: int) -> Response:
        account, connector = _connector(desk, account_id)
        return _check_page(visit, account, connector, errand=errands.newest(account_id))

    @app.get("/accounts/{account_id}/check/state")
    def state(visit: Manager, account_id: int) -> Response:
        account, _ = _connector(desk, account_id)
        return page(visit, "accounts/checking", account=account, **_said(errands.newest(account_id)))

    @app.post("/accounts/{account_id}/check")
    def look(visit: Manager, account_id: int) -> Response:
        account, connector = _connector(desk, account_id)
        with desk.database.write() as connection:
            enter(connection, visit, Act.ACCOUNT_CHECKED, account=account.key)
        errand = errands.begin(account_id, lambda: check(desk.runtime, account, connector, AT_A_PAGE))
        if not errand.wait():
            return after(f"/accounts/{account_id}/check")
        if errand.wrong:
            return _check_page(visit, account, connector, 422, errand)
        return after(f"/accounts/{account_id}?done=checked")


def _said(errand: Errand | None) -> dict[str, Any]:
    """Return what a page says of an errand: whether it runs, and what went wrong."""
    wrong = errand.wrong if errand else None
    code = code_of(wrong) if isinstance(wrong, RegularsError) else "unexpected"
    return {
        "running": errand is not None and errand.is_running,
        "wrong": wrong,
        "code": code if wrong else "",
    }


def _check_page(
    visit: Visit, account: Account, connector: Connector, status: int = 200, errand: Errand | None = None
) -> Response:
    most = price_of_check(account, connector) + price_of_proof(account)
    said = _said(errand if errand and (errand.is_running or status != 200) else None)
    shown = {"account": account, "most": most, "requests": len(connector.streams) + 1, **said}
    return page(visit, "accounts/check", status, **shown)


def _add_parting(app: FastAPI, desk: Desk) -> None:
    @app.get("/accounts/{account_id}/disconnect")
    def ask(visit: Admin, account_id: int) -> Response:
        with desk.database.read() as connection:
            row = _row(connection, account_id)
        return page(visit, "accounts/disconnect", row=row, wrong=visit.query.get("wrong", ""))

    @app.get("/accounts/{account_id}/disconnect/effect")
    def weigh(visit: Admin, account_id: int) -> Response:
        with desk.database.read() as connection:
            row = _row(connection, account_id)
            goes = parting.with_account(connection, account_id)
        return page(visit, "accounts/effect", row=row, goes=goes)

    @app.post("/accounts/{account_id}/disconnect")
    def part(visit: Admin, account_id: int) -> Response:
        with desk.database.write() as connection:
            row = _row(connection, account_id)
            if visit.sent("name") != row.name:
                return after(f"/accounts/{account_id}/disconnect?wrong=name")
            found, why = accounts.get(connection, account_id), visit.sent("why")
            try:
                job = begin_parting(connection, found, visit.actor, why, now=visit.now)
            except RegularsError:
                return after(f"/accounts/{account_id}/disconnect?wrong=busy")
            enter(connection, visit, Act.ACCOUNT_PAUSED, why=why, account=found.key, job=job)
        return after("/accounts")


def code_of(error: RegularsError | None) -> str:
    """Return the name under which there may be words for an error."""
    return error.code if isinstance(error, PlatformError) else ""


def _cards(desk: Desk, visit: Visit) -> list[account_cards.Card]:
    with desk.database.read() as connection:
        return account_cards.cards(connection, now=visit.now)


def _row(connection: Any, account_id: int) -> Any:
    """Return an account's row; raises HTTPException where there is none."""
    found = accounts.row(connection, account_id)
    if found is None:
        raise HTTPException(404)
    return found


def _connector(desk: Desk, account_id: int) -> tuple[Account, Connector]:
    with desk.database.read() as connection:
        _row(connection, account_id)
        account = accounts.get(connection, account_id)
        try:
            return account, desk.runtime.connector_of(connection, account)
        except PlatformError:  # the account of sign-ups
            raise HTTPException(404) from None
