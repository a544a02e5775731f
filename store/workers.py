"""Signs of life of the processes, what dead ones held, and what they do, counted as they go."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, RowMapping, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store import jobs as jobs_
from store import runs
from store.tables import harvest_runs, jobs, outbox, totals, worked_minutes, workers

#: How long a dead process stays to be seen, and how long it is known what was done in a minute.
SHOWN, MINUTES_KEPT = timedelta(hours=1), timedelta(hours=2)


def sign(
    connection: Connection, values: dict[str, object], told: Mapping[str, object], *, now: datetime
) -> None:
    """Write a sign of life of the process `values["id"]`, with what it tells of itself now."""
    lives = {"seen_at": now, "died_at": None, **told}
    seen = connection.execute(update(workers).where(workers.c.id == values["id"]).values(**lives))
    if not seen.rowcount:
        connection.execute(insert(workers).values(**values, started_at=now, **lives))


def every(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return all processes that signed and were not taken off."""
    living = select(workers).where(workers.c.died_at.is_(None))
    return connection.execute(living.order_by(workers.c.started_at)).all()


def seen(connection: Connection) -> Sequence[RowMapping]:
    """Return all processes with what they hold, those that died in the last hour among them."""
    run = and_(harvest_runs.c.claimed_by == workers.c.id, runs.BEGUN)
    job = and_(jobs.c.claimed_by == workers.c.id, jobs_.BEGUN)
    statement = (
        select(
            workers,
            harvest_runs.c.id.label("run_id"),
            harvest_runs.c.stream,
            harvest_runs.c.pages,
            harvest_runs.c.fence,
            harvest_runs.c.attempts,
            harvest_runs.c.claimed_until,
            jobs.c.id.label("job_id"),
            jobs.c.kind.label("job_kind"),
        )
        .outerjoin(harvest_runs, run)
        .outerjoin(jobs, job)
        .order_by(workers.c.died_at.is_not(None), workers.c.queues, workers.c.started_at)
    )
    return connection.execute(statement).mappings().all()


def bury(connection: Connection, ids: Iterable[str], *, died: bool, now: datetime | None = None) -> None:
    """Take processes off the list and make what they held due again, at once.

    `died` tells processes that ended amid their work from those that said goodbye: pages remember it, and
    they are still shown as dead at `now` for an hour.
    """
    gone = list(ids)
    if died and now is not None:
        _remember(connection, gone)
    free = {"claimed_by": None, "claimed_until": None}
    held_pages = update(harvest_runs).where(harvest_runs.c.claimed_by.in_(gone))
    connection.execute(held_pages.values(**free, deaths=harvest_runs.c.deaths + int(died)))
    connection.execute(update(jobs).where(jobs.c.claimed_by.in_(gone)).values(**free))
    # What they had fetched and not begun is in nobody's hands: a message too many is a no-op.
    connection.execute(update(outbox).values(sent_at=None))
    if died and now is not None:
        connection.execute(update(workers).where(workers.c.id.in_(gone)).values(died_at=now))
    else:
        connection.execute(delete(workers).where(workers.c.id.in_(gone)))


def _remember(connection: Connection, gone: Collection[str]) -> None:
    """Keep with dead processes which pages they held, for whoever looks."""
    held: dict[str, list[dict[str, object]]] = {}
    found = select(
        harvest_runs.c.claimed_by,
        harvest_runs.c.id,
        harvest_runs.c.stream,
        harvest_runs.c.pages,
        harvest_runs.c.fence,
    ).where(runs.BEGUN, harvest_runs.c.claimed_by.in_(list(gone)))
    for by, run_id, stream, pages, fence in connection.execute(found):
        page = {"run": run_id, "stream": stream, "page": pages + 1, "fence": fence}
        held.setdefault(by, []).append(page)
    for by, each in held.items():
        kept = orjson.dumps(each).decode()
        connection.execute(update(workers).where(workers.c.id == by).values(held=kept))


def held_by_dead(row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Return the pages that a dead process held: run, stream, page and fence of each."""
    found: list[dict[str, Any]] = orjson.loads(row["held"] or "[]")
    return found


def forget(connection: Connection, *, now: datetime) -> None:
    """Forget who died long ago, and what was done in minutes long over."""
    connection.execute(delete(workers).where(workers.c.died_at < now - SHOWN))
    connection.execute(delete(worked_minutes).where(worked_minutes.c.minute < minute_of(now - MINUTES_KEPT)))


def minute_of(moment: datetime) -> str:
    """Return the minute of a moment in UTC, as rows are kept by."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def add_done(connection: Connection, worker: str, done: Mapping[str, int], *, now: datetime) -> None:
    """Add pages and steps that a worker did, by queue, to the minute of `now`."""
    insert_ = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for queue, count in sorted(done.items()):
        row = insert_(worked_minutes).values(minute=minute_of(now), queue=queue, worker=worker, done=count)
        more = {"done": worked_minutes.c.done + row.excluded.done}
        connection.execute(row.on_conflict_do_update(index_elements=["minute", "queue", "worker"], set_=more))


def add_totals(connection: Connection, counted: Mapping[tuple[str, str], int]) -> None:
    """Add to the totals of (name, labels as JSON)."""
    insert_ = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for (name, labels), count in sorted(counted.items()):  # in one order: two workers wait for each other
        row = insert_(totals).values(name=name, labels=labels, total=count)
        more = {"total": totals.c.total + row.excluded.total}
        connection.execute(row.on_conflict_do_update(index_elements=["name", "labels"], set_=more))


def done_by_minute(connection: Connection, *, since: datetime) -> dict[str, dict[str, int]]:
    """Return what was done in each minute from that of `since` on, by queue."""
    found = connection.execute(
        select(worked_minutes.c.queue, worked_minutes.c.minute, func.sum(worked_minutes.c.done))
        .where(worked_minutes.c.minute >= minute_of(since))
        .group_by(worked_minutes.c.queue, worked_minutes.c.minute)
    )
    done: dict[str, dict[str, int]] = {}
    for queue, minute, count in found:
        done.setdefault(queue, {})[minute] = int(count)
    return done


def totals_of(connection: Connection) -> list[tuple[str, dict[str, Any], int]]:
    """Return all totals: name, labels, how many."""
    found = connection.execute(select(totals).order_by(totals.c.name, totals.c.labels))
    return [(row.name, orjson.loads(row.labels), row.total) for row in found]
