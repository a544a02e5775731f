"""Settings: how the console looks to whoever uses it; budgets, prices, topics and the installation beside."""

from zoneinfo import available_timezones

from fastapi import FastAPI, Response

from console.web import alerts, budgets, installation, topics
from console.web.access import Viewer
from console.web.desk import Desk
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from console.web.sign_in import own_path
from domain.sign_up import LANGUAGES
from domain.user import THEMES
from store import users


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    for each in (alerts, budgets, topics, installation):
        each.add_routes(app)

    @app.get("/settings")
    def show(visit: Viewer) -> Response:
        return page(visit, "settings/own", tabs=TABS, zones=sorted(available_timezones()))

    @app.post("/appearance")
    def appearance(visit: Viewer) -> Response:
        known = {"language": LANGUAGES, "theme": THEMES, "time_zone": available_timezones()}
        chosen = {name: visit.sent(name) for name, values in known.items() if visit.sent(name) in values}
        if chosen:
            with desk.database.write() as connection:
                users.prefer(connection, visit.user.id, **chosen)
        return after(own_path(visit.sent("next", "/")))
