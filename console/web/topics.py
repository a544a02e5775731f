"""Topics: which there are, how many contacts each, and what a text speaks of."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

from classifier.topics.reader import Reader
from config.own_topics import vocabulary
from config.reading import reader_by
from console.web.access import Operator, Viewer
from console.web.desk import Desk, Visit
from console.web.rendering import page
from console.web.settings_tabs import TABS
from domain.topic import TOPICS

PATH = "/settings/topics"
#: Longest text that is tried, in characters.
LONGEST = 5_000


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Viewer) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def try_text(visit: Operator) -> Response:
        """Read a text that somebody typed; it is stored nowhere."""
        tried = visit.sent("text")[:LONGEST]
        (found,) = _reader(desk.runtime.settings.topics_file).read([tried])
        return _page(desk, visit, tried=tried, found=found)


@lru_cache(maxsize=1)
def _reader(own: Path | None) -> Reader:
    return reader_by(vocabulary(own))


def _page(desk: Desk, visit: Visit, **more: Any) -> Response:
    own = desk.runtime.settings.topics_file
    return page(visit, "settings/topics", tabs=TABS, topics=list(TOPICS), own=own and own.name, **more)
