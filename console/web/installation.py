"""The installation: what is missing before people may be collected, and the settings in force."""

from fastapi import FastAPI, Response

from config.settings import PREFIX, Settings
from console.examination import examine
from console.web.access import Admin
from console.web.desk import Desk
from console.web.rendering import page
from console.web.settings_tabs import TABS


def add_routes(app: FastAPI) -> None:
    """Add the route."""
    desk: Desk = app.state.desk

    @app.get("/settings/installation")
    def show(visit: Admin) -> Response:
        settings = desk.runtime.settings
        values = [
            (PREFIX + name.upper(), getattr(settings, name), field.description)
            for name, field in Settings.model_fields.items()
        ]
        return page(visit, "settings/installation", tabs=TABS, findings=examine(settings), values=values)
