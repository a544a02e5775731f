"""What stands in the queues, read from the rows that make it due; small statements over indexes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    RowMapping,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)

from store import jobs as jobs_
from store import runs
from store.tables import (
    Id,
    accounts,
    failures,
    harvest_runs,
    jobs,
    limits,
    outbox,
    quarantined_items,
)

#: Failures, jobs and quarantined shapes read for a page.
MOST = 500
#: As the index of open failures is made by; with parameters it would not be used.
_OPEN = text("failures.state = 'open'")


class Depth(NamedTuple):
    """What stands in a queue: due and free, due later, in hand, failed; and the oldest that is due."""

    ready: int = 0
    waiting: int = 0
    running: int = 0
    dead: int = 0
    oldest_at: datetime | None = None


def depths(connection: Connection, *, now: datetime) -> dict[str, Depth]:
    """Return the depth of each queue that anything stands in."""
    held = func.coalesce(harvest_runs.c.claimed_until, jobs.c.claimed_until)
    running = and_(held.is_not(None), held > now)
    ready = and_(or_(held.is_(None), held <= now), outbox.c.due_at <= now)
    found = connection.execute(
        select(
            outbox.c.queue,
            func.sum(case((ready, 1), else_=0)).label("ready"),
            func.sum(case((running, 1), else_=0)).label("running"),
            func.count().label("all"),
            func.min(case((ready, outbox.c.due_at))).label("oldest_at"),
        )
        .outerjoin(harvest_runs, and_(outbox.c.kind == runs.KIND, harvest_runs.c.id == outbox.c.subject_id))
        .outerjoin(jobs, and_(outbox.c.kind == jobs_.KIND, jobs.c.id == outbox.c.subject_id))
        .group_by(outbox.c.queue)
    )
    known = {
        row.queue: Depth(
            int(row.ready), int(row.all - row.ready - row.running), int(row.running), 0, row.oldest_at
        )
        for row in found
    }
    later = (
        select(harvest_runs.c.platform, literal(None, Text).label("kind"))
        .add_columns(literal("waiting").label("how"), func.count().label("number"))
        .where(runs.BEGUN, harvest_runs.c.state == "waiting")
        .group_by(harvest_runs.c.platform)
    )
    for each in connection.execute(union_all(later, _DEAD)):
        if queue := _queue_of(each):
            depth = known.get(queue, Depth())
            more = {each.how: getattr(depth, each.how) + each.number}
            known[queue] = depth._replace(**more)
    return known


def due_lag(connection: Connection, *, now: datetime) -> dict[str, float]:
    """Return by queue for how many seconds the oldest due message has not been sent."""
    found = connection.execute(
        select(outbox.c.queue, func.min(outbox.c.due_at))
        .where(outbox.c.sent_at.is_(None), outbox.c.due_at <= now)
        .group_by(outbox.c.queue)
    )
    return {queue: (now - due_at).total_seconds() for queue, due_at in found}


# What failed and waits for a decision.
_DEAD = (
    select(harvest_runs.c.platform, jobs.c.kind)
    .add_columns(literal("dead").label("how"), func.count().label("number"))
    .select_from(failures)
    .outerjoin(harvest_runs, harvest_runs.c.id == failures.c.run_id)
    .outerjoin(jobs, jobs.c.id == failures.c.job_id)
    .where(_OPEN)
    .group_by(harvest_runs.c.platform, jobs.c.kind)
)


def _queue_of(row: Any) -> str | None:
    """Return the queue of a platform's runs, or of a kind of jobs; None where its run or job is gone."""
    if row.platform:
        return runs.queue_of(row.platform)
    return jobs_.QUEUE_OF[row.kind] if row.kind else None


def failed(connection: Connection, ids: Sequence[int] | None = None) -> Sequence[RowMapping]:
    """Return open failures, newest first, with what became of their run or job; some, or at most `MOST`."""
    statement = (
        select(
            failures,
            accounts.c.name.label("account"),
            harvest_runs.c.account_id,
            harvest_runs.c.stream.label("run_stream"),
            harvest_runs.c.platform,
            harvest_runs.c.state.label("run_state"),
            harvest_runs.c.pages,
            harvest_runs.c.passed_over,
            jobs.c.kind.label("job_kind"),
            jobs.c.state.label("job_state"),
        )
        .outerjoin(harvest_runs, harvest_runs.c.id == failures.c.run_id)
        .outerjoin(accounts, accounts.c.id == harvest_runs.c.account_id)
        .outerjoin(jobs, jobs.c.id == failures.c.job_id)
        .where(_OPEN)
        .order_by(failures.c.id.desc())
        .limit(MOST)
    )
    if ids is not None:
        statement = statement.where(failures.c.id.in_(ids))
    return connection.execute(statement).mappings().all()


def under_way(connection: Connection) -> set[tuple[int, str] | str]:
    """Return the (account, stream) that runs read or will read, and the kinds of jobs under way."""
    read = select(harvest_runs.c.account_id, harvest_runs.c.stream.label("what")).where(runs.BEGUN)
    working = select(cast(null(), Id), jobs.c.kind).where(jobs_.BEGUN)
    found = connection.execute(union_all(read, working)).all()
    return {each.what if each.account_id is None else (each.account_id, each.what) for each in found}


def windows(connection: Connection, *, now: datetime) -> Sequence[RowMapping]:
    """Return what platforms said of their limits and has not ended, with the account's name."""
    subject = "account " + accounts.c.platform_id
    return (
        connection.execute(
            select(limits, accounts.c.name.label("account"))
            .outerjoin(accounts, and_(accounts.c.platform == limits.c.platform, subject == limits.c.subject))
            .where(limits.c.reset_at > now, limits.c.observed_at <= now)
            .order_by(limits.c.platform, accounts.c.name, limits.c.endpoint)
        )
        .mappings()
        .all()
    )


def quarantined(connection: Connection, count: int = 100) -> Sequence[RowMapping]:
    """Return why items could not be read, newest run first: reasons only, nothing that stood in them."""
    return (
        connection.execute(
            select(
                quarantined_items.c.run_id,
                quarantined_items.c.reason,
                quarantined_items.c.count,
                quarantined_items.c.at,
                harvest_runs.c.stream,
                harvest_runs.c.platform,
                accounts.c.name.label("account"),
            )
            .join(harvest_runs, harvest_runs.c.id == quarantined_items.c.run_id)
            .join(accounts, accounts.c.id == harvest_runs.c.account_id)
            .order_by(quarantined_items.c.run_id.desc(), quarantined_items.c.digest.desc())
            .limit(count)
        )
        .mappings()
        .all()
    )
