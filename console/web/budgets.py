"""Budgets and prices: what may be spent on reading, and what an item costs."""

from typing import Any

from fastapi import FastAPI, Response

from config.prices import prices
from console.web.access import Manager, Viewer
from console.web.desk import Desk, Visit
from console.web.harvesting import amount_of
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from domain.budget import AtEnd, Period
from domain.errors import RegularsError
from domain.journal import Act, Entry
from pipeline.budgeting import set_budget, take_away
from store import accounts, journal
from store import budgets as stored
from store.budgets import Scope

PATH = "/settings/budgets"


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Viewer) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def put(visit: Manager) -> Response:
        try:
            _put(desk, visit)
        except (RegularsError, ValueError) as error:
            return _page(desk, visit, 422, wrong=str(error))
        return after(PATH)

    @app.post(PATH + "/{budget}/remove")
    def remove(visit: Manager, budget: int) -> Response:
        try:
            with desk.database.write() as connection:
                take_away(connection, budget, now=visit.now)
                entry = Entry(visit.actor, Act.BUDGET_REMOVED, visit.now, details={"budget": budget})
                journal.record(connection, entry)
        except RegularsError as error:
            return _page(desk, visit, 404, wrong=str(error))
        return after(PATH)


def _put(desk: Desk, visit: Visit) -> None:
    """Set a budget as the form says; raises RegularsError, ValueError with a sentence."""
    amount, period, at_end = (
        amount_of(visit.sent("usd")),
        Period(visit.sent("per")),
        AtEnd(visit.sent("at_end")),
    )
    if amount is None:
        raise RegularsError("Write an amount in dollars.")
    if period is Period.ONCE and at_end is AtEnd.WAIT:
        raise RegularsError("An amount for once never renews, so nothing can wait for it; choose stop.")
    with desk.database.write() as connection:
        found = accounts.find(connection, visit.sent("account")) if visit.sent("account") else None
        scope = Scope(account_id=found.id if found else None)
        budget = set_budget(connection, scope, amount, period, at_end, now=visit.now)
        told = {"budget": budget, "account": found.key if found else None, "micro_usd": amount}
        details = {**told, "per": period, "at_end": at_end}
        journal.record(connection, Entry(visit.actor, Act.BUDGET_SET, visit.now, details=details))


def _page(desk: Desk, visit: Visit, status: int = 200, **more: Any) -> Response:
    with desk.database.read() as connection:
        rows = stored.listed(connection, now=visit.now)
        names = [each.name for each in accounts.every(connection)]
    return page(
        visit, "settings/budgets", status, tabs=TABS, budgets=rows, accounts=names, prices=prices(), **more
    )
