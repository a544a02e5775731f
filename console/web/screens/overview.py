"""Overview: what needs somebody, and how we stand."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import FastAPI, Response

from console.web import charts
from console.web.access import Viewer
from console.web.desk import Desk
from console.web.looks import looks_of
from console.web.needs import needs
from console.web.pictures import Sheet
from console.web.rendering import page
from store import budgets, ledger, runs, tallies
from store.tallies import Tally

#: How far the chart looks back, and how far figures compare.
CHART, WEEK = timedelta(days=90), timedelta(days=7)
#: The figures, and the tally of each.
NAMES = {"regular": "label:regular", "occasional": "label:occasional", "inside": "inside"}
_SHOWN = {name: figure for figure, name in NAMES.items()}


class Figure(NamedTuple):
    """How many there are now and how many there were a week ago, where that is known."""

    now: int
    before: int | None


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    looks = looks_of(app)

    @app.get("/")
    def show(visit: Viewer) -> Response:
        wrong = looks.wrong()
        with desk.database.read() as connection:
            counted = tallies.since(connection, (visit.now - CHART).date(), *NAMES.values())
            set_budgets = budgets.listed(connection, now=visit.now)
            asking = needs(connection, visit, wrong, set_budgets)
            spent = ledger.spent_since(connection, visit.now.date().replace(day=1))
            newest = runs.listed(connection, count=6)
        return page(
            visit,
            "overview",
            needs=asking,
            figures={each: _figure(counted, each, visit.now.date()) for each in NAMES},
            counted_at=max((each.counted_at for each in counted), default=None),
            days=_days(counted),
            spent=spent,
            month_budget=next((each for each in set_budgets if each["period"] == "month"), None),
            runs=newest,
        )

    @app.get("/overview/needs")
    def asking(visit: Viewer) -> Response:
        wrong = looks.wrong()
        with desk.database.read() as connection:
            return page(visit, "overview/needs", needs=needs(connection, visit, wrong))

    @app.get("/charts/contacts.svg")
    def chart(visit: Viewer) -> Response:
        def draw(sheet: Sheet) -> bytes:
            with desk.database.read() as connection:
                counted = tallies.since(connection, (visit.now - CHART).date(), *NAMES.values())
            return charts.lines(_days(counted), ("regular", "occasional"), sheet)

        return desk.pictures.answer(visit, draw)


def _days(counted: Iterable[Tally]) -> dict[date, dict[str, int]]:
    """Add the tallies of all platforms up, by day and figure."""
    days: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in counted:
        days[each.day][_SHOWN[each.name]] += each.number
    return days


def _figure(counted: Iterable[Tally], name: str, today: date) -> Figure:
    days = _days(counted)
    if not days:
        return Figure(0, None)
    week_ago = max((each for each in days if each <= today - WEEK), default=None)
    return Figure(days[max(days)][name], days[week_ago][name] if week_ago else None)
