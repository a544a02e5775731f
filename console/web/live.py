"""Live parts: one stream of events a page, which says only that something changed, never what."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from console.web.access import Viewer
from console.web.desk import Desk, Visit
from pipeline.signing_in import hash_of
from store import pulse, sessions

#: Seconds between two looks at the database, for all who watch together; and between two at the session.
LOOK_S, SESSION_S = 1.0, 5.0

#: Seconds between two changes of the topic `clock`, for what grows old by itself.
CLOCK_S = 5.0


class Pulse:
    """Looks at the database at most once a second, however many watch."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._marks: Mapping[str, str] = {}

    def marks(self) -> Mapping[str, str]:
        """Return a mark of each topic, which changes with what it stands for."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_S:
                with self._desk.database.glance() as connection:
                    clock = str(int(time.monotonic() / CLOCK_S))
                    self._marks = {**pulse.marks(connection), "clock": clock}
                self._looked_at = time.monotonic()
            return self._marks


def add_routes(app: FastAPI) -> None:
    """Add the stream."""
    desk: Desk = app.state.desk
    beat = Pulse(desk)

    @app.get("/live")
    def live(visit: Viewer, request: Request) -> StreamingResponse:
        topics = request.query_params.getlist("on")[:20]
        return StreamingResponse(_events(desk, beat, visit, topics), media_type="text/event-stream")


async def _events(desk: Desk, beat: Pulse, visit: Visit, topics: list[str]) -> AsyncIterator[str]:
    before = await run_in_threadpool(beat.marks)
    asked_at = time.monotonic()
    yield "retry: 3000\n\n"
    while True:
        await asyncio.sleep(LOOK_S)
        if time.monotonic() - asked_at >= SESSION_S:
            asked_at = time.monotonic()
            if not await run_in_threadpool(_is_open, desk, visit):
                yield "event: end\ndata: \n\n"
                return
            yield ": still here\n\n"
        now = await run_in_threadpool(beat.marks)
        for each in topics:
            if now.get(each) != before.get(each):
                yield f"event: {each}\ndata: \n\n"
        if "second" in topics:  # for what no table shows
            yield "event: second\ndata: \n\n"
        before = now


def _is_open(desk: Desk, visit: Visit) -> bool:
    """Tell whether the session is still open, which another page or an administrator may have ended."""
    with desk.database.glance() as connection:
        return sessions.opened(connection, hash_of(visit.token), now=desk.now()) is not None
