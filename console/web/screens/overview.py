"""Overview: what needs somebody, and how we stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from fastapi import FastAPI, Response

from console.web import charts
from console.web.access import Viewer
from console.web.desk import Desk
from console.web.rendering import page
from store import budgets, ledger, runs, tallies
from store import overview as stored
from store.tallies import Tally

#: How far the chart looks back, and how far figures compare.
CHART, WEEK = timedelta(days=90), timedelta(days=7)
#: From which share of a budget on somebody should know.
NEAR_END = 0.8
_MOST_NEEDS = 5
#: The figures, and the tally of each.
NAMES = {"regular": "label:regular", "occasional": "label:occasional", "inside": "inside"}
_SHOWN = {name: figure for figure, name in NAMES.items()}


class Need(NamedTuple):
    """One sentence that asks for somebody, with where to go."""

    words: str
    values: dict[str, object]
    href: str
    grave: bool = False


class Figure(NamedTuple):
    """How many there are now and how many there were a week ago, where that is known."""

    now: int
    before: int | None


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/")
    def show(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            counted = tallies.since(connection, (visit.now - CHART).date(), *NAMES.values())
            waiting = stored.waiting(connection, now=visit.now, soon=visit.now + WEEK)
            set_budgets = budgets.listed(connection, now=visit.now)
            spent = ledger.spent_since(connection, visit.now.date().replace(day=1))
            newest = runs.listed(connection, count=6)
        return page(
            visit,
            "overview",
            needs=_needs(waiting, set_budgets)[:_MOST_NEEDS],
            figures={each: _figure(counted, each, visit.now.date()) for each in NAMES},
            counted_at=max((each.counted_at for each in counted), default=None),
            days=_days(counted),
            spent=spent,
            month_budget=next((each for each in set_budgets if each["period"] == "month"), None),
            runs=newest,
        )

    @app.get("/charts/contacts.svg")
    def chart(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            counted = tallies.since(connection, (visit.now - CHART).date(), *NAMES.values())
        drawn = charts.lines(
            _days(counted),
            ("regular", "occasional"),
            visit.language,
            visit.query.get("theme"),
            narrow="narrow" in visit.query,
        )
        return Response(drawn, media_type="image/svg+xml")


def _needs(waiting: stored.Waiting, set_budgets: Iterable[Mapping[Any, Any]]) -> list[Need]:
    """Write down what needs somebody, the gravest first."""
    needs = [
        Need("overview.paused", {"account": name}, "/accounts", grave=True) for name, _ in waiting.paused
    ]
    if waiting.notices_overdue:
        needs.append(Need("overview.notices_overdue", {"n": waiting.notices_overdue}, "/privacy", grave=True))
    if waiting.open_failures:
        needs.append(Need("overview.failures", {"n": waiting.open_failures}, "/queues"))
    needs += [_near_end(each) for each in set_budgets if _share(each) >= NEAR_END]
    if waiting.withheld:
        needs.append(Need("overview.withheld", {"n": waiting.withheld}, "/harvests/withheld"))
    if waiting.notices_due:
        needs.append(Need("overview.notices_due", {"n": waiting.notices_due}, "/privacy"))
    return needs


def _share(budget: Mapping[Any, Any]) -> float:
    return float((budget["committed_micro_usd"] or 0) / max(budget["amount_micro_usd"], 1))


def _near_end(budget: Mapping[Any, Any]) -> Need:
    share = _share(budget)
    name = "overview.budget_ended" if share >= 1 else "overview.budget_near"
    return Need(name, {"share": f"{share:.0%}", "account": budget["account"] or ""}, "/settings", share >= 1)


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
