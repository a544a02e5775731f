"""Harvest runs: begun, claimed by a fence, advanced with their rows, ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, case, func, insert, literal, or_, select, text, update

from domain.errors import RegularsError
from store import outbox, rosters, spends
from store.outbox import Wake
from store.tables import Moment, accounts, harvest_runs, harvests, posts
from store.turns import free

#: How long a worker may hold a page; longer than any request with its time-outs.
LEASE = timedelta(seconds=120)
KIND = "harvest"
ACTIVE = ("waiting", "running")
#: As the index of active runs is made by; with parameters it would not be used.
BEGUN = text("harvest_runs.state IN ('waiting', 'running')")


class NoSuchRunError(RegularsError):
    """Raised when a run does not exist or is in no state for what was asked."""


class Plan(NamedTuple):
    """A run to begin: its stream, how large its pages are, and whether it waits for the posts."""

    stream: str
    page_size: int
    waits: bool


class Claim(NamedTuple):
    """A page that this worker holds until `LEASE` ends."""

    run_id: int
    fence: int
    account_id: int
    platform: str
    stream: str
    post_id: int | None
    post: str
    page_size: int
    attempts: int
    restarts: int
    quarantined: int
    deaths: int = 0
    asked_ahead: bool = False
    passed_over: int = 0
    next_cursor: str | None = None


def queue_of(platform: str) -> str:
    """Return the queue on which a platform's pages are harvested."""
    return f"harvest.{platform}"


def active(connection: Connection, account_id: int) -> dict[str, int]:
    """Return the runs of an account that have not ended, by stream; until we commit none ends or begins."""
    account = select(accounts.c.id).where(accounts.c.id == account_id)
    connection.execute(account.with_for_update(key_share=True))
    found = connection.execute(
        select(harvest_runs.c.stream, harvest_runs.c.id)
        .where(harvest_runs.c.account_id == account_id, harvest_runs.c.state.in_(ACTIVE))
        .with_for_update(key_share=True)
    )
    return {row.stream: row.id for row in found}


def reading(connection: Connection, account_id: int) -> dict[str, int]:
    """Return the runs of an account that have not ended, by stream; holds nobody up."""
    ours = (harvest_runs.c.account_id == account_id, harvest_runs.c.state.in_(ACTIVE))
    found = connection.execute(select(harvest_runs.c.stream, harvest_runs.c.id).where(*ours))
    return {row.stream: row.id for row in found}


def begin(
    connection: Connection,
    account: tuple[int, str],
    plans: Sequence[Plan],
    joined: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    """Begin one harvest of an account (id, platform); returns its runs and the `joined` ones by stream.

    No stream of the plans may have a run that has not ended.
    """
    account_id, platform = account
    begun = dict(joined)
    if not plans:
        return begun
    rosters.forget_streams(connection, account_id, [each.stream for each in plans])
    harvest_id: int = connection.execute(
        insert(harvests).values(account_id=account_id, created_at=now).returning(harvests.c.id)
    ).scalar_one()
    for each in plans:
        waits_for = begun.get("posts") if each.waits else None
        run_id = connection.execute(
            insert(harvest_runs)
            .values(
                harvest_id=harvest_id,
                account_id=account_id,
                platform=platform,
                stream=each.stream,
                state="waiting" if waits_for else "running",
                waits_for=waits_for,
                page_size=each.page_size,
                due_at=now,
                waiting_for="the list of posts" if waits_for else None,
                created_at=now,
            )
            .returning(harvest_runs.c.id)
        ).scalar_one()
        begun[each.stream] = run_id
        if not waits_for:
            outbox.put(connection, Wake(KIND, run_id, 0, queue_of(platform)), due_at=now)
    return begun


def claim(connection: Connection, run_id: int, fence: int, worker: str, *, now: datetime) -> Claim | None:
    """Take the page of a run at `fence`; None where the message is stale or another worker holds it."""
    row = connection.execute(
        update(harvest_runs)
        .where(*free(run_id, fence, now))
        .values(
            **claimed(worker, now=now),
            attempts=harvest_runs.c.attempts + 1,
            # Whoever let the lease run out is taken for dead.
            deaths=harvest_runs.c.deaths + case((harvest_runs.c.claimed_by.is_(None), 0), else_=1),
            started_at=func.coalesce(harvest_runs.c.started_at, literal(now, Moment())),
            waiting_for=None,
        )
        .returning(*(harvest_runs.c[each] for each in Claim._fields if each in harvest_runs.c))
    ).first()
    if row is None:
        return None
    post = connection.scalar(select(posts.c.post).where(posts.c.id == row.post_id)) if row.post_id else ""
    return Claim(run_id=run_id, post=post or "", **row._mapping)  # noqa: SLF001  # a row's own way to its names


def claimed(worker: str, *, now: datetime) -> dict[str, Any]:
    """Return what stands in the row of a run whose page a worker holds."""
    return {"claimed_by": worker, "claimed_until": now + LEASE}


def hold(connection: Connection, held: Claim, worker: str) -> bool:
    """Lock a held run to the end of the transaction; False where the page is no longer ours."""
    found = connection.execute(
        select(harvest_runs.c.id)
        .where(
            harvest_runs.c.id == held.run_id,
            harvest_runs.c.fence == held.fence,
            harvest_runs.c.claimed_by == worker,
            harvest_runs.c.state == "running",
        )
        .with_for_update(key_share=True)
    )
    return found.first() is not None


def advance(connection: Connection, held: Claim, worker: str, changes: Mapping[str, Any]) -> bool:
    """Move a held run to the next fence with `changes`; False where the page is no longer ours.

    Counters in `changes` (see `added`) are sums; everything else is set. Nobody holds the page there unless
    `changes` say so (see `claimed`).
    """
    moved = connection.execute(
        update(harvest_runs)
        .where(
            harvest_runs.c.id == held.run_id,
            harvest_runs.c.fence == held.fence,
            harvest_runs.c.claimed_by == worker,
            harvest_runs.c.state == "running",
        )
        .values({"fence": held.fence + 1, "claimed_by": None, "claimed_until": None, **changes})
    )
    return moved.rowcount == 1


def added(**counts: int) -> dict[str, Any]:
    """Return changes that add to a run's counters."""
    return {name: harvest_runs.c[name] + count for name, count in counts.items() if count}


def park(connection: Connection, held: Claim, worker: str, until: datetime, reason: str) -> None:
    """Give a page back unread until there is money for it; no request was made."""
    connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.id == held.run_id, harvest_runs.c.claimed_by == worker)
        .values(
            claimed_by=None,
            claimed_until=None,
            due_at=until,
            waiting_for=reason,
            attempts=harvest_runs.c.attempts - 1,
        )
    )
    outbox.put(connection, Wake(KIND, held.run_id, held.fence, queue_of(held.platform)), due_at=until)


def release_waiting(connection: Connection, run_id: int, *, now: datetime) -> None:
    """Let the runs begin that waited for `run_id`."""
    begun = connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.waits_for == run_id, harvest_runs.c.state == "waiting")
        .values(state="running", due_at=now, waiting_for=None)
        .returning(harvest_runs.c.id, harvest_runs.c.fence, harvest_runs.c.platform)
    ).all()
    for waiting, fence, platform in begun:
        outbox.put(connection, Wake(KIND, waiting, fence, queue_of(platform)), due_at=now)


def end_waiting(connection: Connection, run_id: int, state: str, error: str, *, now: datetime) -> None:
    """End the runs that waited for a run which will not bring what they need."""
    connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.waits_for == run_id, harvest_runs.c.state == "waiting")
        .values(state=state, error=error, ended_at=now, waiting_for=None)
    )


def cancel(connection: Connection, run_id: int, *, now: datetime) -> None:
    """Stop a run before its next page; what it read stays, and nobody is taken to have left."""
    cancelled = connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.id == run_id, harvest_runs.c.state.in_((*ACTIVE, "stopped")))
        .values(
            state="cancelled",
            fence=harvest_runs.c.fence + 1,
            claimed_by=None,
            ended_at=now,
            waiting_for=None,
            error="Cancelled by the operator.",
        )
    )
    if not cancelled.rowcount:
        raise NoSuchRunError(f"Run {run_id} is not active. `regulars runs list` shows which are.")
    outbox.drop(connection, KIND, run_id)
    rosters.forget_run(connection, run_id)
    spends.doubt(connection, run_id)
    end_waiting(connection, run_id, "cancelled", "The run that lists the posts was cancelled.", now=now)


def replay(connection: Connection, run_id: int, *, now: datetime) -> None:
    """Let a failed run go on from its checkpoint, and those that failed with it.

    Raises NoSuchRunError where it has not failed, RegularsError where its stream is read again already.
    """
    concerned = connection.execute(
        select(harvest_runs.c.account_id, harvest_runs.c.stream).where(
            or_(harvest_runs.c.id == run_id, harvest_runs.c.waits_for == run_id),
            harvest_runs.c.state == "failed",
        )
    ).all()
    busy = {each.stream for each in concerned if each.stream in active(connection, each.account_id)}
    if busy:
        raise RegularsError(
            f"A harvest of this account is still reading {', '.join(sorted(busy))}; that run takes the "
            "failed one's place, so drop the failure (`regulars failures drop`)."
        )
    afresh = {"attempts": 0, "restarts": 0, "deaths": 0, "ended_at": None, "error": None}
    row = connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.id == run_id, harvest_runs.c.state == "failed")
        .values(state="running", due_at=now, fence=harvest_runs.c.fence + 1, **afresh)
        .returning(harvest_runs.c.fence, harvest_runs.c.platform)
    ).first()
    if row is None:
        raise NoSuchRunError(f"Run {run_id} has not failed or not ended yet, so there is nothing to replay.")
    connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.waits_for == run_id, harvest_runs.c.state == "failed")
        .values(state="waiting", **afresh)
    )
    outbox.put(connection, Wake(KIND, run_id, row.fence, queue_of(row.platform)), due_at=now)


def listed(connection: Connection, *, harvest_id: int | None = None, count: int = 50) -> Sequence[RowMapping]:
    """Return runs with the name of their account, newest first."""
    statement = select(harvest_runs, accounts.c.name.label("account"), accounts.c.followers_count).join(
        accounts, accounts.c.id == harvest_runs.c.account_id
    )
    if harvest_id is not None:
        statement = statement.where(harvest_runs.c.harvest_id == harvest_id)
    return connection.execute(statement.order_by(harvest_runs.c.id.desc()).limit(count)).mappings().all()


def get(connection: Connection, run_id: int) -> RowMapping:
    """Return one run with the name of its account; raises NoSuchRunError."""
    row = (
        connection.execute(
            select(harvest_runs, accounts.c.name.label("account"), accounts.c.followers_count)
            .join(accounts, accounts.c.id == harvest_runs.c.account_id)
            .where(harvest_runs.c.id == run_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NoSuchRunError(f"There is no run {run_id}. `regulars runs list` shows the runs.")
    return row
