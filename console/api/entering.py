"""Entering: whose token a request carries; nothing but its header says so."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from console.api.limiting import Windows
from console.api.problems import ProblemError
from console.web.desk import Desk
from domain.consumer import Consumer
from pipeline.consumers import hash_of
from store import consumers

#: Where headers that every answer to a known consumer has stand in the scope.
HEADERS = "regulars.api_headers"
_TOKEN = re.compile(r"Bearer +([A-Za-z0-9_-]{20,200})", re.IGNORECASE)

#: Describes the token; the check is `enter`'s own.
bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token of `regulars consumer add`.")


class Call(NamedTuple):
    """One request of a consumer that may make it."""

    consumer: Consumer
    now: datetime


def enter(request: Request, _: Annotated[object, Depends(bearer)] = None) -> Call:
    """Let in whoever carries a token that stands; raises ProblemError."""
    desk: Desk = request.app.state.desk
    windows: Windows = request.app.state.windows
    found, now = _TOKEN.fullmatch(request.headers.get("authorization", "")), desk.now()
    if found is None:
        raise ProblemError("unauthorized")
    with desk.database.read() as connection:
        consumer = consumers.known_by(connection, hash_of(found[1]), now=now)
    if consumer is None:
        raise ProblemError("unauthorized")
    left = windows.take(consumer.id, now)
    headers: Mapping[str, str] = left.headers(windows.allowed)
    request.scope[HEADERS] = headers
    if left.requests < 0:
        raise ProblemError("too-many-requests", **{"retry-after": str(left.seconds)})
    if consumer.seen_at is None or now - consumer.seen_at > consumers.NOTED_EVERY:
        with desk.database.write() as connection:
            consumers.note_seen(connection, consumer, now=now)
    return Call(consumer, now)


Caller = Annotated[Call, Depends(enter)]
