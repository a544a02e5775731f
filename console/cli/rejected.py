"""Where the rejected rows of a list lie: noted, for they hold people."""

from connectors.files.rejects import RejectsFile
from console.cli.start import runtime
from store import written_files
from store.written_files import REJECTS, REJECTS_KEPT
from workers.runtime import utc_now


def note_rejects(rejects: RejectsFile) -> None:
    """Note where rejects lie, if there are any, also where the list ended in an error."""
    if rejects.path is not None:
        now = utc_now()
        with runtime().database.write() as connection:
            written_files.note(connection, REJECTS, [rejects.path], now=now, expires_at=now + REJECTS_KEPT)
