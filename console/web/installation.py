"""The installation: what is missing before people may be collected, and the settings in force."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Response

from config.settings import PREFIX, Settings
from console.examination import examine
from console.web.access import Admin
from console.web.desk import Desk
from console.web.rendering import page
from console.web.settings_tabs import TABS
from console.web.told import french


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
        shown: dict[str, Any] = {"findings": examine(settings), "values": values}
        return page(visit, "settings/installation", tabs=TABS, found=_found_in(visit.language), **shown)


def _found_in(language: str) -> Callable[[str], str]:
    """Return how a finding is written; a value of a setting stays as it is."""
    return lambda found: (french(found) if language == "fr" else None) or found
