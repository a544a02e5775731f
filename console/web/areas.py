"""Areas: the published table of contacts by area, with a chart, and the button that publishes the next."""

from fastapi import FastAPI, HTTPException, Response

from console.web import charts
from console.web.access import Manager, Viewer
from console.web.desk import Desk, Visit
from console.web.rendering import after, page, words
from domain.area import UNKNOWN, AreaError, AreaTable, quarter_of
from exports.areas import as_csv, hidden
from pipeline.areas import publish_table
from store import areas
from store.halts import HaltedError

PATH = "/messaging/areas"
#: Areas that the chart and the page show: the largest, and as many as a page can hold.
DRAWN, LISTED = 25, 1_000


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Viewer) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def publish(visit: Manager) -> Response:
        with desk.database.read() as connection:
            policy, to_others = (
                desk.runtime.policy_in_force(connection),
                desk.runtime.to_others(connection),
            )
        controller = desk.runtime.settings.controller
        try:
            publish_table(desk.database, policy, controller, visit.actor, to_others=to_others, now=visit.now)
        except HaltedError:
            return _page(desk, visit, 409, halted=True)
        except AreaError as error:
            return _page(desk, visit, 422, wrong=str(error))
        return after(PATH)

    @app.get(PATH + ".csv")
    def as_table(visit: Viewer) -> Response:
        table = _asked(desk, visit.query.get("quarter"))
        name = f"areas-{table.quarter}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(table), media_type="text/csv", headers=headers)

    @app.get("/charts/areas-{quarter}.svg")
    def drawn(visit: Viewer, quarter: str) -> Response:
        table = _asked(desk, quarter)
        return desk.pictures.answer(visit, lambda sheet: charts.ranks(_ranked(table, visit), sheet))


def _asked(desk: Desk, quarter: str | None) -> AreaTable:
    with desk.database.read() as connection:
        table = areas.published(connection, quarter)
    if table is None:
        raise HTTPException(404)
    return table


def _ranked(table: AreaTable, visit: Visit) -> list[tuple[str, int]]:
    """Return the numbers that are shown, the largest first, the unknown above them."""
    unknown = table.counts.get(UNKNOWN)
    shown = [(table.names[code], number) for code, number in table.counts.items() if code and number]
    largest = sorted(shown, key=lambda each: (-each[1], each[0]))[:DRAWN]
    said = words(visit.language)("areas.unknown")
    return [*([(said, unknown)] if unknown is not None else []), *largest]


def _page(desk: Desk, visit: Visit, status: int = 200, *, wrong: str = "", halted: bool = False) -> Response:
    with desk.database.read() as connection:
        quarters = areas.quarters(connection)
        asked = visit.query.get("quarter")
        table = areas.published(connection, asked if asked in quarters else None)
        area_count = areas.size(connection)
        least = desk.runtime.policy_in_force(connection).number("aggregate_k")
    drawn = _ranked(table, visit) if table else []
    counts = table.counts if table else {}
    codes = sorted(counts, key=lambda code: (code != UNKNOWN, -(counts[code] or 0), code))
    return page(
        visit,
        "messaging/areas",
        status,
        table=table,
        codes=codes[:LISTED],
        more=max(0, len(codes) - LISTED),
        hidden=hidden(table) if table else 0,
        height=70 + 22 * len(drawn),
        is_drawn=bool(drawn),
        quarters=quarters,
        next_quarter=quarter_of(visit.now),
        area_count=area_count,
        least=least,
        wrong=wrong,
        halted=halted or bool(visit.halts),
    )
