"""Delivery: exports as downloads, the files that are somewhere, and the removals for each."""

import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from console.delivering import deliver, deliver_removals
from console.web.access import Manager, Viewer
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from domain.errors import RegularsError
from domain.journal import Act
from domain.recipient import RecipientError, may_receive, require_receiving
from exports.files import LOOK_S, Order
from exports.forms import FORMS
from exports.presets import PRESETS, Preset
from store import exports, halts, leavers, recipients, segments, tallies, transfers
from store.halts import HaltedError

PATH = "/messaging/export"
#: Bytes that are sent at a time, and how many exports that are over are listed.
CHUNK, ENDED = 256 * 1024, 5
#: How long a receiver may know nothing of somebody who left before it is told in red.
LATE = timedelta(days=1)


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def ask(visit: Manager) -> Response:
        return _asked(desk, visit)

    @app.post(PATH)
    def export(visit: Manager) -> Response:
        try:
            form, order = _ordered(desk, visit)
        except RecipientError as error:
            return _asked(desk, visit, 422, wrong=str(error))
        try:
            return _downloaded(desk, lambda folder: _export(desk, visit, form, order, folder), stops=True)
        except HaltedError:
            return _asked(desk, visit, 409, halted=True)
        except RegularsError as error:
            return _asked(desk, visit, 422, wrong=str(error))

    @app.get("/messaging/files")
    def part(visit: Viewer) -> Response:
        with desk.database.read() as connection:
            return page(visit, "messaging/files", **files(connection))

    _add_acts(app, desk)


def _add_acts(app: FastAPI, desk: Desk) -> None:
    @app.post("/messaging/exports/{number}/removals")
    def removals(visit: Manager, number: int) -> Response:
        found = _known(desk, number)
        name = f"regulars-removals-of-{number}.zip"

        def written(folder: Path) -> str:
            deliver_removals(desk.runtime, found, folder, visit.actor, now=visit.now)
            return name

        return _downloaded(desk, written, stops=False)

    @app.post("/messaging/exports/{number}/destroyed")
    def destroyed(visit: Manager, number: int) -> Response:
        _known(desk, number)
        with desk.database.write() as connection:
            if exports.end(connection, number, exports.DESTROYED, now=visit.now):
                enter(connection, visit, Act.EXPORT_ENDED, export=number)
        with desk.database.read() as connection:
            left = leavers.by_platform(connection)
        with desk.database.write() as connection:
            leavers.keep_by_platform(connection, left, now=visit.now)
        return after("/messaging#files")


def files(connection: Connection) -> dict[str, Any]:
    """Read what the messaging screen tells of files."""
    standing = exports.standing(connection)
    counted = sum(each.number for each in tallies.newest(connection) if each.name == leavers.IN_FILES)
    holding = [each for each in standing if each.left]
    #: The tally may be a minute old; nobody is in several files fewer times than in one.
    people = max([counted, *(each.left for each in holding)], default=0) if holding else 0
    over = exports.ended(connection, ENDED)
    return {"standing": standing, "holding": len(holding), "people": people, "over": over, "late": LATE}


def _asked(desk: Desk, visit: Visit, status: int = 200, **more: Any) -> Response:
    """Ask for whom and in which form, with what the file will hold."""
    with desk.database.read() as connection:
        counted = tallies.newest(connection)
        known = recipients.every(connection)
        earlier = exports.standing(connection)
        saved = segments.every(connection)
        agreed = transfers.counts(connection)
    numbers: dict[str, int] = {}
    for each in counted:
        kind = "held" if each.name.startswith("refused:") else each.name
        numbers[kind] = numbers.get(kind, 0) + each.number
    shown = {
        "forms": list(FORMS),
        "presets": [(each, _reached(each, numbers)) for each in PRESETS.values()],
        "recipients": known,
        "segments": saved,
        "agreed": {each.id: agreed.get(each.id, 0) for each in known if each.needs_consent},
        "refused": {each.id for each in known if not may_receive(each)},
        "earlier": [each for each in earlier if visit.now - each.at < timedelta(days=60)],
        "numbers": numbers,
        "is_counted": bool(counted),
        "halted": bool(visit.halts),
        "wrong": "",
        "sent": {name: visit.sent(name) for name in ("format", "recipient", "since", "segment", "why")},
    }
    return page(visit, "messaging/export", status, **{**shown, **more})


def _reached(preset: Preset, numbers: Mapping[str, int]) -> int | None:
    """Return how many at least can be reached of those a preset takes; None where it takes anybody."""
    return max(numbers.get(f"open:{each}", 0) for each in preset.takes) if preset.takes else None


def _ordered(desk: Desk, visit: Visit) -> tuple[str, Order]:
    """Read what is asked for; raises RecipientError for somebody who may get nothing."""
    form = visit.sent("format")
    if form not in FORMS and form not in PRESETS:
        raise HTTPException(404)
    with desk.database.read() as connection:
        named = {str(each.id): each for each in recipients.every(connection)}
        since = visit.sent("since")
        narrowed = {str(each.id): each for each in segments.every(connection)}
        former = exports.one(connection, int(since)) if since.isdecimal() and len(since) < 18 else None
    recipient = named.get(visit.sent("recipient"))
    if recipient is None and visit.sent("recipient"):
        raise HTTPException(404)
    if recipient is not None:
        require_receiving(recipient)
    segment = narrowed.get(visit.sent("segment"))
    if segment is None and visit.sent("segment"):
        raise HTTPException(404)
    step = former.seq if former else 0
    whom: dict[str, Any] = {"segment": segment, "signer": desk.runtime.signer(), "is_download": True}
    return form, Order(recipient, step, visit.actor, visit.sent("why"), **whom)


def _export(desk: Desk, visit: Visit, form: str, order: Order, folder: Path) -> str:
    done = deliver(desk.runtime, form, folder, order, now=visit.now)
    return f"regulars-{done.number}-{form}.zip"


def _downloaded(desk: Desk, write: Callable[[Path], str], *, stops: bool) -> Response:
    """Let files be written, and send them as one archive; no copy of them stays here.

    What `stops` is torn as soon as something is halted: browsers tell that the file is not whole.
    """
    place = desk.runtime.settings.data_dir
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".download-", dir=place) as folder:
        name = write(Path(folder))
        archive = _archive(Path(folder), place)
    size = archive.seek(0, 2)
    headers: Mapping[str, str] = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-length": str(size),
    }
    return Sent(archive, _pieces(desk, archive, stops=stops), headers)


class Sent(StreamingResponse):
    """An archive on its way; closed however it ends, even where nobody waited for its first byte."""

    def __init__(self, archive: IO[bytes], pieces: Iterator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(pieces, headers=headers, media_type="application/zip")
        self._archive = archive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._archive:
            await super().__call__(scope, receive, send)


def _archive(folder: Path, place: Path) -> IO[bytes]:
    """Join the files of a folder in an archive without a name, which ends with whoever reads it."""
    archive: IO[bytes] = tempfile.TemporaryFile(dir=place)  # noqa: SIM115  # closed when it is sent
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as joined:
        for each in sorted(found for found in folder.rglob("*") if found.is_file()):
            # Without a moment: the same files make the same archive.
            about = zipfile.ZipInfo(each.relative_to(folder).as_posix())
            about.compress_type = zipfile.ZIP_DEFLATED
            about.file_size = each.stat().st_size
            with each.open("rb") as file, joined.open(about, "w") as inside:
                while piece := file.read(CHUNK):
                    inside.write(piece)
    return archive


def _pieces(desk: Desk, archive: IO[bytes], *, stops: bool) -> Iterator[bytes]:
    looked_at = float("-inf")
    archive.seek(0)
    while piece := archive.read(CHUNK):
        if stops and time.monotonic() - looked_at >= LOOK_S:
            looked_at = time.monotonic()
            with desk.database.read() as connection:
                halts.require_none(connection)
        yield piece


def _known(desk: Desk, number: int) -> exports.Export:
    with desk.database.read() as connection:
        found = exports.one(connection, number) if number < 2**63 else None
    if found is None:
        raise HTTPException(404)
    return found
