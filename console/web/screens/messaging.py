"""Messaging store: who may be written to, who is held back, who left."""

from collections import Counter
from collections.abc import Iterable

from fastapi import FastAPI, Response

from console.web import areas, charts, consumers, delivery, recipients, segments
from console.web.access import Viewer
from console.web.desk import Desk
from console.web.pictures import Sheet
from console.web.rendering import page
from store import tallies
from store.tallies import Tally


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    delivery.add_routes(app)
    recipients.add_routes(app)
    consumers.add_routes(app)
    segments.add_routes(app)
    areas.add_routes(app)

    @app.get("/messaging")
    def show(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            counted = tallies.newest(connection)
            files = delivery.files(connection)
        inside = _sum(counted, "inside")
        held = _by(counted, "refused:")
        return page(
            visit,
            "messaging",
            inside=inside,
            admitted=inside - sum(held.values()),
            held=held,
            open=_by(counted, "open:"),
            left=_by(counted, "left:"),
            flow=_flow(counted),
            **files,
            counted_at=max((each.counted_at for each in counted), default=None),
        )

    @app.get("/charts/flow.svg")
    def flow(visit: Viewer) -> Response:
        def draw(sheet: Sheet) -> bytes:
            with desk.database.read() as connection:
                counted = tallies.newest(connection)
            return charts.flow(_flow(counted), _sum(counted, "inside"), sheet)

        return desk.pictures.answer(visit, draw)


def _sum(counted: Iterable[Tally], name: str) -> int:
    return sum(each.number for each in counted if each.name == name)


def _by(counted: Iterable[Tally], prefix: str) -> dict[str, int]:
    """Add up all tallies of a prefix, the most first."""
    found: Counter[str] = Counter()
    for each in counted:
        if each.name.startswith(prefix):
            found[each.name.removeprefix(prefix)] += each.number
    return dict(found.most_common())


def _flow(counted: Iterable[Tally]) -> list[tuple[str, str, str, int]]:
    """Return platform, kind of act, label and contacts of whoever is held."""
    rows: list[tuple[str, str, str, int]] = []
    for each in counted:
        if each.name.startswith("flow:"):
            _, kind, label = each.name.split(":")
            rows.append((each.platform, kind, label, each.number))
    return sorted(rows, key=lambda row: -row[3])
