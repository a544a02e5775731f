"""Objections that a consumer reports back."""

from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from console.api import described
from console.api.answers import answer
from console.api.entering import Caller
from console.api.problems import ProblemError
from console.web.desk import Desk
from domain.contact import ContactKey
from domain.journal import Act, Entry
from exports.binding import concerns, source_of
from pipeline.rights import OBJECTED, end_contact
from pipeline.scrubbing import follow_up
from store import journal


class Objection(BaseModel):
    """Who objects to being written to."""

    model_config = ConfigDict(extra="forbid")
    contact_key: str = Field(pattern=described.KEY_PATTERN, max_length=300, description=described.KEY)


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.post("/v1/objections", **described.OBJECTION)
    def objection(
        request: Request,
        caller: Caller,
        body: Objection,
        _: Annotated[
            str | None, Header(alias="idempotency-key", max_length=200, description=described.AGAIN)
        ] = None,
    ) -> Response:
        """Do what `regulars object` does; the unknown, and the second time, are answered alike.

        A bound consumer reports of those whom its segment holds, or whom it was shown; of others it
        learns nothing.
        """
        key = ContactKey(*body.contact_key.split(":", 1))
        with desk.database.write() as connection:
            source = source_of(connection, caller.consumer, desk.runtime.policy_in_force(connection))
            if not concerns(connection, source, *key):
                raise ProblemError("not-found")
            suppressor = desk.runtime.suppressor_of(connection)
            end_contact(connection, [key], suppressor, OBJECTED, now=caller.now)
            journal.record(connection, Entry(caller.consumer.actor, Act.OBJECTED, caller.now))
        follow_up(desk.runtime.road("api"), key, now=caller.now)
        return answer(request, {"contact_key": str(key), "state": "suppressed"})
