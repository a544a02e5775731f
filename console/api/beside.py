"""What stands beside the records: the topics that they speak of, and how many live in each area."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response

from console.api import described
from console.api.answers import answer
from console.api.entering import Caller, enter
from console.api.problems import ProblemError
from console.pages.words import words
from console.web.desk import Desk
from domain.sign_up import LANGUAGES
from domain.topic import TOPICS
from exports.areas import as_values
from store import areas


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/v1/topics", dependencies=[Depends(enter)], **described.TOPICS_)
    def topics(request: Request) -> Response:
        names = {language: words(language) for language in LANGUAGES}
        told = [
            {"topic": each, **{language: names[language][f"topic_{each}"] for language in LANGUAGES}}
            for each in TOPICS
        ]
        return answer(request, {"topics": told})

    @app.get("/v1/areas", **described.AREAS)
    def of_areas(
        request: Request,
        caller: Caller,
        quarter: Annotated[
            str | None, Query(pattern=described.QUARTER_PATTERN, description=described.QUARTER)
        ] = None,
    ) -> Response:
        if caller.consumer.segment_id is not None:  # the table counts everybody
            raise ProblemError("not-found")
        with desk.database.read() as connection:
            table = areas.published(connection, quarter)
        if table is None:
            raise ProblemError("not-found")
        return answer(request, as_values(table))
