"""Alerts: what a user wishes to be told without looking, how, and a trial of each address."""

from typing import Any

from fastapi import FastAPI, Response

from connectors.outbound import check_url
from console.web.access import Viewer
from console.web.desk import Desk, Visit
from console.web.needs import said_of
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from domain.address import email_of
from domain.alert import AlertKind, Way
from domain.errors import RegularsError
from store import alerts as stored
from store.alerts import Due
from workers.alerter import Alerter

PATH = "/settings/alerts"


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    alerter = Alerter(desk.database, desk.runtime.settings, desk.now)

    @app.get(PATH)
    def show(visit: Viewer) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def wish(visit: Viewer) -> Response:
        try:
            kinds, way, address, hour = _wished(visit)
        except RegularsError as error:
            return _page(desk, visit, 422, wrong=str(error))
        with desk.database.write() as connection:
            stored.wish(connection, visit.user.id, kinds, way, address, hour)
        return after(PATH)

    @app.post(PATH + "/{wish_id}/remove")
    def remove(visit: Viewer, wish_id: int) -> Response:
        try:
            with desk.database.write() as connection:
                stored.forget(connection, visit.user.id, wish_id)
        except RegularsError as error:
            return _page(desk, visit, 404, wrong=str(error))
        return after(PATH)

    @app.post(PATH + "/{wish_id}/test")
    def test(visit: Viewer, wish_id: int) -> Response:
        with desk.database.read() as connection:
            mine = [each for each in stored.wishes(connection, visit.user.id) if each["id"] == wish_id]
        if not mine:
            return _page(desk, visit, 404, wrong="There is no such wish.")
        nothing: dict[str, Any] = {}
        told = ((0, "test", nothing, visit.now),)
        due = Due(wish_id, mine[0]["way"], mine[0]["address"], visit.language, visit.user.time_zone, told, 1)
        error = alerter.deliver(due)
        return _page(desk, visit, **({"wrong": error} if error else {"tried": mine[0]["address"]}))


def _wished(visit: Visit) -> tuple[list[AlertKind], Way, str, int | None]:
    """Read a wish; raises RegularsError with a sentence."""
    kinds = [each for each in AlertKind if each in visit.form.get("kind", [])]
    if not kinds:
        raise RegularsError("Choose at least one thing to be told.")
    way, address, hour = Way(visit.sent("way", Way.MAIL)), visit.sent("address"), visit.sent("hour")
    if way is Way.WEBHOOK:
        check_url(address)
    elif email_of(address) is None:
        raise RegularsError("This is no e-mail address.")
    return kinds, way, address[:300], int(hour) if hour.isdigit() and int(hour) < 24 else None


def _page(desk: Desk, visit: Visit, status: int = 200, **more: Any) -> Response:
    with desk.database.read() as connection:
        wishes = stored.wishes(connection, visit.user.id)
        standing = [(said_of(visit, each), each["at"]) for each in stored.standing(connection)]
    told = {"tabs": TABS, "wishes": wishes, "standing": standing, "kinds": list(AlertKind)}
    return page(visit, "settings/alerts", status, **{**told, **more})
