"""Written files: where files of ours lie that hold people, by the machine that wrote them."""

import socket
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from store import sets
from store.tables import changes, written_files

EXPORT, ACCESS, BACKUP, REJECTS = "export", "access", "backup", "rejects"
#: What is deleted at a date of its own.
ENDING = (BACKUP, REJECTS)
#: How long rejects may lie beside a list: they were brought to be mended, and nobody else looks after them.
REJECTS_KEPT = timedelta(days=30)


class Written(NamedTuple):
    """A file; `left` counts who has left the messaging store since an export was written."""

    host: str
    path: Path
    kind: str
    at: datetime
    expires_at: datetime | None
    left: int

    @property
    def here(self) -> bool:
        """Whether this machine wrote it."""
        return self.host == host()


def host() -> str:
    """Return how this machine is called."""
    return socket.gethostname()


def note(
    connection: Connection,
    kind: str,
    paths: Iterable[Path],
    *,
    now: datetime,
    seq: int | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Note files that are written; one that is written anew takes its former place."""
    for each in paths:
        row = {"host": host(), "path": str(each.absolute()), "kind": kind, "at": now}
        sets.put(connection, written_files, {**row, "seq": seq, "expires_at": expires_at})


def note_first(connection: Connection, kind: str, paths: Iterable[Path], *, now: datetime) -> None:
    """Note files that are about to be written: as long as a former one lies there, that one stays noted."""
    for each in paths:
        row = {"host": host(), "path": str(each.absolute()), "kind": kind, "at": now}
        sets.add(connection, written_files, {**row, "seq": 0 if kind == EXPORT else None})


def every(connection: Connection) -> Sequence[Written]:
    """Return all of them, by path."""
    since = (changes.c.op == "remove", changes.c.seq > written_files.c.seq)
    left = select(func.count()).select_from(changes).where(*since).scalar_subquery()
    columns = (written_files.c.host, written_files.c.path, written_files.c.kind, written_files.c.at)
    statement = select(*columns, written_files.c.expires_at, left).order_by(written_files.c.path)
    return [Written(row[0], Path(row[1]), *row[2:]) for row in connection.execute(statement)]


def drop(connection: Connection, gone: Iterable[Written]) -> None:
    """Forget files that are there no more."""
    for each in gone:
        ours = (written_files.c.host == each.host, written_files.c.path == str(each.path))
        connection.execute(delete(written_files).where(*ours))


def forget(connection: Connection, paths: Iterable[Path]) -> None:
    """Forget files of this machine that were to be written and were not."""
    for each in paths:
        ours = (written_files.c.host == host(), written_files.c.path == str(each.absolute()))
        connection.execute(delete(written_files).where(*ours, written_files.c.seq == 0))
