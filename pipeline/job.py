"""The next step of a job: claimed, carried out and saved; what cannot go on becomes a row with its cause."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from config.crashes import where_it_failed
from domain.errors import RegularsError
from pipeline.outcome import LostClaimError
from pipeline.road import Road
from store import failures, jobs
from store.database import Database, DatabaseError
from store.failures import Failure
from store.jobs import Job
from store.outbox import Wake

#: How often a step is begun before it counts as one that cannot be done.
MAX_ATTEMPTS = 8
#: The pause after a step that the database did not allow, doubled each time.
FIRST_PAUSE = timedelta(seconds=1)


class Save(Protocol):
    """Saves how far a job has come, in the transaction that brought it there."""

    def __call__(
        self,
        connection: Connection,
        reached: Mapping[str, Any],
        *,
        done: bool,
        due_at: datetime | None = None,
    ) -> None:
        """Raise LostClaimError where another worker holds the job; the next step waits until `due_at`."""


#: One step of a kind of job; it calls `Save` once.
Step = Callable[[Database, Job, Save, datetime], None]


def carry_out(road: Road, steps: Mapping[str, Step], job_id: int, fence: int) -> Wake | None:
    """Carry out the next step of a job; returns the message that goes on with it, if any is due."""
    now = road.now()
    held = road.database.transact(
        lambda connection: jobs.claim(connection, job_id, fence, road.worker, now=now)
    )
    if held is None:
        return None
    left: list[Wake] = []

    def save(
        connection: Connection, reached: Mapping[str, Any], *, done: bool, due_at: datetime | None = None
    ) -> None:
        moved = jobs.advance(connection, held, road.worker, reached, done=done, now=road.now(), due_at=due_at)
        if moved is None:
            raise LostClaimError(f"Job {job_id} went on elsewhere; this step is dropped.")
        left[:] = [] if done or due_at else [moved.wake]

    if held.attempts > MAX_ATTEMPTS:
        _fail(road, held, "kills_workers", f"A step of job {job_id} was begun {MAX_ATTEMPTS} times in vain.")
        return None
    try:
        with road.company.together():
            steps[held.kind](road.database, held, save, now)
        road.note("steps", {"queue": held.wake.queue, "kind": held.kind})
    except LostClaimError:
        raise
    except DatabaseError as error:
        if held.attempts < MAX_ATTEMPTS:
            _retry(road, held)
        else:
            _fail(road, held, "database", str(error))
    except RegularsError as error:
        _fail(road, held, "refused", str(error))
    except Exception as error:  # noqa: BLE001  # whatever it is, the job must not stay held and silent
        sentence = f"Job {job_id} failed in our own code ({where_it_failed(error)})."
        _fail(road, held, "unexpected", sentence)
    return left[0] if left else None


def _retry(road: Road, held: Job) -> None:
    due_at = road.now() + FIRST_PAUSE * 2 ** (held.attempts - 1)
    road.database.transact(lambda connection: jobs.retry(connection, held, road.worker, due_at))


def _fail(road: Road, held: Job, cause: str, sentence: str) -> None:
    advice = "Mend what the sentence names, then replay."
    failure = Failure(None, None, None, cause, sentence, advice, held.attempts, held.id)

    def act(connection: Connection) -> None:
        if jobs.fail(connection, held, road.worker, sentence, now=road.now()):
            failures.add(connection, failure, now=road.now())

    road.database.transact(act)
