"""What went wrong with a page or a push on our own side."""

from config.bodies import BodyError
from config.crashes import where_it_failed
from domain.errors import UnexpectedError
from store.database import DatabaseError


def unexpected(run_id: int, error: Exception) -> UnexpectedError:
    """Make an error of a page that failed on our side into one by consequence."""
    if isinstance(error, DatabaseError):  # a full disk, a server that is away: its sentence says so
        return UnexpectedError(str(error), code="database")
    where = where_it_failed(error)
    return UnexpectedError(f"A page of run {run_id} failed in our own code ({where}).", code="unexpected")


def problem_of(error: Exception) -> str:
    """Say why a push could not be taken in, without what its text may hold."""
    if isinstance(error, BodyError):
        return str(error)
    return f"It failed in our own code ({where_it_failed(error)})."
