"""Settings: how the console looks to whoever uses it; budgets, prices, topics and the installation beside."""

from zoneinfo import available_timezones

from fastapi import FastAPI, Response

from console.web import alerts, budgets, consumers, installation, topics, users, webhooks
from console.web.access import Viewer
from console.web.desk import Desk
from console.web.rendering import after
from console.web.sign_in import own_path
from domain.sign_up import LANGUAGES
from domain.user import THEMES
from store import users as stored


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    for each in (alerts, budgets, topics, users, installation):
        each.add_routes(app)
    consumers.add_token_routes(app)
    webhooks.add_routes(app)

    @app.get("/settings")
    def show(visit: Viewer) -> Response:
        return users.own_page(desk, visit)

    @app.post("/appearance")
    def appearance(visit: Viewer) -> Response:
        known = {"language": LANGUAGES, "theme": THEMES, "time_zone": available_timezones()}
        chosen = {name: visit.sent(name) for name, values in known.items() if visit.sent(name) in values}
        if chosen:
            with desk.database.write() as connection:
                stored.prefer(connection, visit.user.id, **chosen)
        return after(own_path(visit.sent("next", "/")))
