"""Jobs: work in the background beside harvests, step by step, like runs claimed by a fence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, RowMapping, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.errors import RegularsError
from store import outbox
from store.outbox import Wake
from store.runs import LEASE
from store.tables import Moment, jobs

KIND = "job"
#: What holds of jobs that have not ended, as the index of them is made by.
BEGUN = text("jobs.state = 'running'")
RECLASSIFY, EXPORT, TOPICS, EXPIRE, DELETIONS = "reclassify", "export", "topics", "expire", "deletions"
SCRUB = "scrub"
PART = "part"
REVIEW = "review"
#: The queue on which each kind of job is carried out.
QUEUE_OF = {
    RECLASSIFY: "classify",
    EXPORT: "export",
    TOPICS: "classify",
    EXPIRE: "classify",
    DELETIONS: "harvest.twitter",
    PART: "classify",
    REVIEW: "export",
    SCRUB: "export",  # where our files are written
}


class NoSuchJobError(RegularsError):
    """Raised when a job does not exist or is in no state for what was asked."""


class Job(NamedTuple):
    """A step that a worker holds until its lease ends: what was asked for, and how far it has come."""

    id: int
    fence: int
    kind: str
    arguments: dict[str, Any]
    reached: dict[str, Any]
    attempts: int

    @property
    def wake(self) -> Wake:
        """The message that goes on with it."""
        return Wake(KIND, self.id, self.fence, QUEUE_OF[self.kind])


def begin(connection: Connection, kind: str, arguments: Mapping[str, Any], *, now: datetime) -> int | None:
    """Begin a job; None where one of its kind is running, be it begun by another at this moment."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    job_id: int | None = connection.execute(
        insert(jobs)
        .values(
            kind=kind,
            arguments=orjson.dumps(arguments).decode(),
            reached="{}",
            state="running",
            due_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(jobs.c.id)
    ).scalar()
    if job_id is None:
        return None
    outbox.put(connection, Wake(KIND, job_id, 0, QUEUE_OF[kind]), due_at=now)
    return job_id


def claim(connection: Connection, job_id: int, fence: int, worker: str, *, now: datetime) -> Job | None:
    """Take a job's step at `fence`; None where the message is stale or another worker holds it."""
    row = connection.execute(
        update(jobs)
        .where(
            jobs.c.id == job_id,
            jobs.c.fence == fence,
            jobs.c.state == "running",
            jobs.c.due_at <= now,
            or_(jobs.c.claimed_by.is_(None), jobs.c.claimed_until < now),
        )
        .values(
            claimed_by=worker,
            claimed_until=now + LEASE,
            attempts=jobs.c.attempts + 1,
            started_at=func.coalesce(jobs.c.started_at, literal(now, Moment())),
        )
        .returning(jobs.c.kind, jobs.c.arguments, jobs.c.reached, jobs.c.attempts)
    ).first()
    if row is None:
        return None
    return Job(job_id, fence, row.kind, orjson.loads(row.arguments), orjson.loads(row.reached), row.attempts)


def advance(  # noqa: PLR0913  # one parameter more than the rule for a step that waits
    connection: Connection,
    held: Job,
    worker: str,
    reached: Mapping[str, Any],
    *,
    done: bool,
    now: datetime,
    due_at: datetime | None = None,
) -> Job | None:
    """Keep how far a held job has come, and end it where it is done; None where it is no longer ours.

    Its next step is due at once, or at `due_at`: then the dispatcher sends for it.
    """
    values: dict[str, Any] = {"reached": orjson.dumps(reached).decode(), "attempts": 0} | (
        {"due_at": due_at} if due_at else {}
    )
    if not _move(connection, held, worker, values | ({"state": "done", "ended_at": now} if done else {})):
        return None
    moved = held._replace(fence=held.fence + 1, reached=dict(reached))
    if done:
        outbox.drop(connection, KIND, held.id)
    else:
        outbox.put(connection, moved.wake, due_at=due_at or now, sent_at=None if due_at else now)
    return moved


def retry(connection: Connection, held: Job, worker: str, due_at: datetime) -> None:
    """Give a step back to be tried again at `due_at`."""
    if _move(connection, held, worker, {"due_at": due_at}):
        outbox.put(connection, held._replace(fence=held.fence + 1).wake, due_at=due_at)


def fail(connection: Connection, held: Job, worker: str, error: str, *, now: datetime) -> bool:
    """End a held job as failed; False where it is no longer ours."""
    ended = _move(connection, held, worker, {"state": "failed", "ended_at": now, "error": error})
    if ended:
        outbox.drop(connection, KIND, held.id)
    return ended


def replay(connection: Connection, job_id: int, *, now: datetime) -> None:
    """Let a failed job go on from where it came to; raises NoSuchJobError where it has not failed."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id, jobs.c.state == "failed")).first()
    if row is None:
        raise NoSuchJobError(f"Job {job_id} has not failed, so there is nothing to replay.")
    other = running(connection, row.kind)
    if other is not None:
        raise RegularsError(f"Job {other['id']} has taken this one's place; drop the failure.")
    fence = row.fence + 1
    again = {
        "state": "running",
        "due_at": now,
        "fence": fence,
        "attempts": 0,
        "ended_at": None,
        "error": None,
    }
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(**again))
    outbox.put(connection, Wake(KIND, job_id, fence, QUEUE_OF[row.kind]), due_at=now)


def running(connection: Connection, kind: str) -> dict[str, Any] | None:
    """Return the job of a kind that has not ended."""
    found = select(jobs).where(jobs.c.kind == kind, jobs.c.state == "running")
    row = connection.execute(found).mappings().first()
    return _read(row) if row else None


def newest(connection: Connection, kind: str) -> dict[str, Any] | None:
    """Return the job of a kind that was begun last."""
    found = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(1)
    row = connection.execute(found).mappings().first()
    return _read(row) if row else None


def get(connection: Connection, job_id: int) -> dict[str, Any]:
    """Return one job; raises NoSuchJobError."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
    if row is None:
        raise NoSuchJobError(f"There is no job {job_id}. `regulars jobs list` shows the jobs.")
    return _read(row)


def listed(connection: Connection, *, count: int) -> Sequence[dict[str, Any]]:
    """Return jobs, newest first."""
    found = connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(count)).mappings()
    return [_read(each) for each in found]


def _move(connection: Connection, held: Job, worker: str, values: Mapping[str, Any]) -> bool:
    moved = connection.execute(
        update(jobs)
        .where(
            jobs.c.id == held.id,
            jobs.c.fence == held.fence,
            jobs.c.claimed_by == worker,
            jobs.c.state == "running",
        )
        .values(fence=held.fence + 1, claimed_by=None, claimed_until=None, **values)
    )
    return moved.rowcount == 1


def _read(row: RowMapping) -> dict[str, Any]:
    return {**row, "arguments": orjson.loads(row["arguments"]), "reached": orjson.loads(row["reached"])}
