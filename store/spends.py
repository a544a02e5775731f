"""Spends: what was reserved for a request, and what it came to."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Case, Connection, bindparam, case, func, insert, or_, select, update

from store.tables import harvest_runs, spends

#: The run of what no run asked for: of a look, and of what a platform delivers by itself.
NO_RUN = 0
#: The stream of what a platform delivers by itself: no budget holds it, for nothing can stop it.
EVENTS = "events"


class New(NamedTuple):
    """A sum that is reserved before its request: for which page, and by which price."""

    run_id: int
    fence: int
    attempt: int
    account: str
    stream: str
    meter: str
    day: str
    reserved_micro_usd: int


class Settled(NamedTuple):
    """What a request came to; `billed` are hashes of what the platform bills, eight bytes each."""

    micro_usd: int
    items: int
    billed: bytes


# Made once: every page reserves and settles.
_RESERVE = insert(spends).returning(spends.c.id)
_SETTLE = (
    update(spends)
    .where(spends.c.id == bindparam("spend"), spends.c.state == "reserved")
    .values(
        state="settled",
        settled_micro_usd=bindparam("settled_micro_usd"),
        billed_items=bindparam("billed_items"),
        billed=bindparam("billed"),
    )
)
_CLOSE = (
    update(spends)
    .where(spends.c.id == bindparam("spend"))
    .values(low_micro_usd=bindparam("low_micro_usd"), billed=None)
)


def counted() -> Case[Any]:
    """Return what a spend counts: what it came to, else what was reserved, nothing where it was freed."""
    return case(
        (spends.c.state == "freed", 0),
        else_=func.coalesce(spends.c.settled_micro_usd, spends.c.reserved_micro_usd),
    )


def reserve(connection: Connection, new: New, *, now: datetime) -> int:
    """Keep that a sum is reserved; returns its id."""
    return int(connection.execute(_RESERVE, {**new._asdict(), "state": "reserved", "at": now}).scalar_one())


def settle(connection: Connection, spend_id: int, settled: Settled) -> bool:
    """Keep what a reserved sum came to; False where it is reserved no longer."""
    done = connection.execute(
        _SETTLE,
        {
            "spend": spend_id,
            "settled_micro_usd": settled.micro_usd,
            "billed_items": settled.items,
            "billed": settled.billed or None,
        },
    )
    return done.rowcount == 1


def free(connection: Connection, spend_id: int) -> bool:
    """Keep that a request cost nothing; False where its sum is reserved no longer."""
    done = connection.execute(
        update(spends)
        .where(spends.c.id == spend_id, spends.c.state == "reserved")
        .values(state="freed", settled_micro_usd=0, billed_items=0, low_micro_usd=0)
    )
    return done.rowcount == 1


def doubt(connection: Connection, run_id: int, *, spend_id: int | None = None) -> int:
    """Keep that nobody knows what a run's unsettled requests came to; returns how much they reserved.

    All of them, or the one of `spend_id`. What is uncertain stays spent, in the budgets and in the run.
    """
    which = spends.c.id == spend_id if spend_id is not None else spends.c.run_id == run_id
    doubted = connection.scalars(
        update(spends)
        .where(which, spends.c.state == "reserved")
        .values(state="uncertain", low_micro_usd=0)
        .returning(spends.c.reserved_micro_usd)
    ).all()
    if doubted:
        count_on_run(connection, run_id, uncertain_micro_usd=sum(doubted))
    return sum(doubted)


def believe(connection: Connection, spend_id: int, run_id: int) -> None:
    """Take a doubt back, because the answer came after all: the sum is reserved again and can be settled."""
    taken_back = connection.scalar(
        update(spends)
        .where(spends.c.id == spend_id, spends.c.state == "uncertain")
        .values(state="reserved", low_micro_usd=None)
        .returning(spends.c.reserved_micro_usd)
    )
    if taken_back:
        count_on_run(connection, run_id, uncertain_micro_usd=-taken_back)


def count_on_run(connection: Connection, run_id: int, **micro_usd: int) -> None:
    """Add sums to a run's counters."""
    added = {name: harvest_runs.c[name] + value for name, value in micro_usd.items()}
    connection.execute(update(harvest_runs).where(harvest_runs.c.id == run_id).values(added))


def close_days(connection: Connection, *, today: str) -> None:
    """Work out the least that the days before `today` can have cost, and forget what was billed on them."""
    low = lows(connection, before=today)
    if low:
        closed = [{"spend": spend_id, "low_micro_usd": micro_usd} for spend_id, micro_usd in low.items()]
        connection.execute(_CLOSE, closed)


def lows(connection: Connection, *, before: str | None = None) -> dict[int, int]:
    """Return the least that each spend whose day is still open can have cost, by id.

    X bills the same resource once a UTC day, a soft guarantee, and does not say whether across meters and
    accounts (x-api.md §2, 2026-08-13): what was billed earlier on the day counts nothing here, whoever asked.
    """
    statement = select(
        spends.c.id, spends.c.day, spends.c.settled_micro_usd, spends.c.billed_items, spends.c.billed
    ).where(spends.c.billed.is_not(None))
    if before is not None:
        statement = statement.where(spends.c.day < before)
    found: dict[int, int] = {}
    day, seen = "", set[bytes]()
    for each in connection.execute(statement.order_by(spends.c.day, spends.c.id)):
        if each.day != day:
            day, seen = each.day, set()
        hashes = {each.billed[at : at + HASH_BYTES] for at in range(0, len(each.billed), HASH_BYTES)}
        found[each.id] = len(hashes - seen) * each.settled_micro_usd // each.billed_items
        seen |= hashes
    return found


#: Bytes of one hash in what was billed.
HASH_BYTES = 8


def overdue(since: datetime) -> Any:
    """Return the condition of spends of which nobody knows what they came to.

    A reservation older than any request may last belongs to a process that is gone.
    """
    return or_(spends.c.state == "uncertain", (spends.c.state == "reserved") & (spends.c.at <= since))
