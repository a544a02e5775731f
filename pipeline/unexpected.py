"""What went wrong in our own code: its kind and its place, never its text, which may hold a name."""

from pathlib import Path
from traceback import extract_tb

from domain.errors import UnexpectedError
from store.database import DatabaseError


def where_it_failed(error: BaseException) -> str:
    """Say what failed and where; not the error's own text, which may hold a name."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, {Path(last.filename).name}:{last.lineno}"


def unexpected(run_id: int, error: Exception) -> UnexpectedError:
    """Make an error of a page that failed on our side into one by consequence."""
    if isinstance(error, DatabaseError):  # a full disk, a server that is away: its sentence says so
        return UnexpectedError(str(error), code="database")
    where = where_it_failed(error)
    return UnexpectedError(f"A page of run {run_id} failed in our own code ({where}).", code="unexpected")
