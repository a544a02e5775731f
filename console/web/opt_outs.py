"""Opt-outs of another system: its list is uploaded, shown with its effect, and carried out by a button."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.files.rejects import harmless
from connectors.files.sign_up_list import Reject
from console.opt_out_lists import look_at, open_list, people_of, slices
from console.uploading import MAX_UPLOAD, Upload
from console.web.access import UPLOAD, Manager
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.lists import Lists, Waiting
from console.web.rendering import after, page
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from exports.presets import PRESETS
from pipeline.opting_out import opt_out
from pipeline.scrubbing import follow_up

PATH = "/privacy/opt_outs"
#: People and faulty rows of one list; whoever has more says `regulars object --file`.
MOST = 20_000
#: Faulty rows that the page shows.
SHOWN = 20


def add_routes(app: FastAPI, tabs: Sequence[str]) -> None:
    """Add the routes; `tabs` are those of the screen."""
    desk: Desk = app.state.desk
    lists = Lists()

    def shown(visit: Visit, status: int = 200, **more: Any) -> Response:
        limits = {"megabytes": MAX_UPLOAD // 1_000_000, "most": MOST, "shown": SHOWN}
        sent = {"preset": visit.sent("preset")}
        return page(
            visit, "privacy/opt_outs", status, tabs=tabs, presets=PRESETS, sent=sent, **{**limits, **more}
        )

    @app.get(PATH)
    def ask(visit: Manager) -> Response:
        done = visit.query.get("done", "")
        return shown(visit, done=int(done) if done.isdecimal() and len(done) < 9 else None)

    @app.post(PATH)
    def look(request: Request, visit: Manager) -> Response:
        upload: Upload | None = request.scope.get(UPLOAD)
        if upload is None:
            return shown(visit, 422, missing=True)
        try:
            seen = _look(desk, visit, upload)
        except RegularsError as error:
            return shown(visit, 422, wrong=str(error))
        return shown(visit, seen=seen, known_by=lists.keep(seen))

    _add_acts(app, desk, lists, shown)


def _add_acts(app: FastAPI, desk: Desk, lists: Lists, shown: Callable[..., Response]) -> None:
    @app.post(f"{PATH}/rejects")
    def rejects(visit: Manager) -> Response:
        seen = lists.of(visit)
        if seen is None:
            return shown(visit, 409, over=True)
        named = {"content-disposition": 'attachment; filename="opt-outs.rejects.csv"'}
        return Response(_rejects(seen), media_type="text/csv; charset=utf-8", headers=named)

    @app.post(f"{PATH}/done")
    def carry_out(visit: Manager) -> Response:
        seen = lists.of(visit)
        if seen is None:
            return shown(visit, 409, over=True)
        if seen.sight.takes_most and not visit.sent("even_most"):
            return shown(visit, 409, seen=seen, known_by=visit.sent("list"), most_unsaid=True)
        if lists.of(visit, done=True) is None:  # two buttons at once: one carries it out
            return shown(visit, 409, over=True)
        _carry_out(desk, visit, seen)
        return after(f"{PATH}?done={len(seen.people)}")


def _look(desk: Desk, visit: Visit, upload: Upload) -> Waiting:
    """Read a list and count what it does; raises RegularsError where it cannot be read or is too long."""
    preset = visit.sent("preset") if visit.sent("preset") in PRESETS else ""
    rejects: list[Reject] = []

    def reject(faulty: Reject) -> None:
        rejects.append(faulty)
        if len(rejects) > MOST:
            raise RegularsError(
                f"The list has more than {MOST:,} faulty rows; choose the system that wrote it."
            )

    read, reading = open_list(io.BytesIO(upload.content), upload.name, preset or None)
    people, staying = people_of(read, reading, reject)
    if len(people) > MOST:
        raise RegularsError(
            f"The list names more than {MOST:,} people: `regulars object --file` takes it, or cut it."
        )
    with desk.database.read() as connection:
        sight = look_at(connection, people, desk.runtime.suppressor_of(connection))
    return Waiting(visit.user.name, visit.now, preset, read.columns, people, staying, rejects, sight)


def _carry_out(desk: Desk, visit: Visit, seen: Waiting) -> None:
    gone: set[ContactKey] = set()
    for keys, handles in slices(seen.people):
        with desk.database.write() as connection:
            suppressor = desk.runtime.suppressor_of(connection)
            gone |= opt_out(connection, keys, handles, suppressor, now=visit.now)
            enter(
                connection, visit, Act.OBJECTED, people=len(keys) + len(handles), preset=seen.preset or None
            )
    if seen.people:
        follow_up(desk.runtime.road("console"), *sorted(gone), now=visit.now)


def _rejects(seen: Waiting) -> bytes:
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(harmless(["row", "reason", *seen.columns]))
    for each in seen.rejects:
        rows.writerow(harmless([str(each.row.number), each.reason, *each.row.cells]))
    return written.getvalue().encode("utf-8-sig")
