"""Money: reserved before a request, settled with its answer; the page shrinks to what is left."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Account
from domain.batch import Batch
from domain.budget import AtEnd, Budget, day_of, next_begin, page_that_fits, spent, waits_until
from domain.errors import PlatformError
from domain.stream import POSTS, Stream
from pipeline import outcome
from store import budgets, outbox, runs, spends, stopped
from store.budgets import Charge
from store.runs import Claim
from store.spends import HASH_BYTES, New, Settled

#: How long a run waits for requests of others to give back what they do not need.
PAUSE = timedelta(seconds=1)


class _NotSentError(PlatformError):
    unbilled = True


_NOT_SENT = _NotSentError("The page was not asked for.", code="not_sent")


class Page(NamedTuple):
    """A claimed page that asks for money; `price` is the micro-dollars of one item, 0 where it is free."""

    claim: Claim
    account: Account
    stream: Stream
    price: int


class Reservation(NamedTuple):
    """A sum that was taken from the budgets for one request."""

    spend_id: int
    run_id: int
    micro_usd: int
    price: int
    day: str
    charges: tuple[Charge, ...]


class Granted(NamedTuple):
    """How many items may be asked for, and what was reserved for them; nothing where reading is free."""

    page_size: int
    reservation: Reservation | None = None


def reserve(connection: Connection, page: Page, worker: str, *, now: datetime) -> Granted | None:
    """Reserve what the page may cost at most; None where the run waits or stops for want of money.

    A reservation of an earlier claim of the run that was never settled becomes uncertain: the worker died,
    and the platform may have billed its request.
    """
    claim, stream = page.claim, page.stream
    wanted = max(stream.min_page, min(claim.page_size, stream.max_page))
    if stream.meter is None or page.price == 0:
        return Granted(wanted)
    if claim.attempts > 1:
        spends.doubt(connection, claim.run_id)
    caps = budgets.applying(connection, page.account.id, claim.run_id, now=now)
    size = page_that_fits(caps, page.price, wanted, stream.min_page)
    if size == 0:
        _give_up(connection, page, worker, spent(caps, stream.min_page * page.price), now=now)
        return None
    return Granted(size, _reserved(connection, page, caps, size, now=now))


def reserve_next(connection: Connection, page: Page, *, now: datetime) -> Granted | None:
    """Reserve what a page costs that is asked for ahead; None where no whole page fits."""
    wanted = max(page.stream.min_page, min(page.claim.page_size, page.stream.max_page))
    if page.stream.meter is None or page.price == 0:
        return Granted(wanted)
    caps = budgets.applying(connection, page.account.id, page.claim.run_id, now=now)
    if page_that_fits(caps, page.price, wanted, page.stream.min_page) < wanted:
        return None
    return Granted(wanted, _reserved(connection, page, caps, wanted, now=now))


def give_back(connection: Connection, reservation: Reservation | None) -> None:
    """Free what was reserved for a request that was never sent."""
    settle_late(connection, reservation, _NOT_SENT, None)


def _reserved(
    connection: Connection, page: Page, caps: Sequence[Budget], size: int, *, now: datetime
) -> Reservation:
    claim = page.claim
    micro_usd = size * page.price
    charges = tuple(budgets.take(connection, each, micro_usd, now=now) for each in caps)
    day = day_of(now)
    new = New(
        claim.run_id,
        claim.fence,
        claim.attempts,
        f"{page.account.platform}:{page.account.platform_id}",
        page.stream.name,
        str(page.stream.meter),
        day,
        micro_usd,
    )
    spend_id = spends.reserve(connection, new, now=now)
    return Reservation(spend_id, claim.run_id, micro_usd, page.price, day, charges)


def settle(connection: Connection, reservation: Reservation | None, batch: Batch) -> int:
    """Settle a reservation with what its answer is billed for; returns the micro-dollars."""
    if reservation is None:
        return 0
    micro_usd = batch.billed_items * reservation.price
    came_to = Settled(micro_usd, batch.billed_items, hashes(batch.billed, reservation.day))
    if not spends.settle(connection, reservation.spend_id, came_to):
        return 0
    budgets.change(connection, reservation.charges, micro_usd - reservation.micro_usd)
    return micro_usd


def settle_error(
    connection: Connection, reservation: Reservation | None, error: PlatformError, batch: Batch | None
) -> None:
    """Settle a request that ended in an error: freed where it surely cost nothing, else counted as spent.

    An answer that came whole (`batch`) and failed only with us is billed for what it held.
    """
    if reservation is None:
        return
    if batch is not None:
        micro_usd = settle(connection, reservation, batch)
        spends.count_on_run(connection, reservation.run_id, spend_micro_usd=micro_usd)
    elif not error.unbilled:
        spends.doubt(connection, reservation.run_id, spend_id=reservation.spend_id)
    elif spends.free(connection, reservation.spend_id):
        budgets.change(connection, reservation.charges, -reservation.micro_usd)


def settle_late(
    connection: Connection,
    reservation: Reservation | None,
    error: PlatformError | None,
    batch: Batch | None,
) -> None:
    """Settle a request whose page belongs to another worker by now; what it cost is known after all."""
    if reservation is None:
        return
    spends.believe(connection, reservation.spend_id, reservation.run_id)
    unknown = PlatformError("The page went on elsewhere.", code="lost")
    settle_error(connection, reservation, error or unknown, batch)


def hashes(ids: Collection[str], day: str) -> bytes:
    """Return hashes of what was billed on a day: enough to count it once, and another each day."""
    of_day = blake2b(day.encode(), digest_size=HASH_BYTES)
    made = []
    for each in ids:
        one = of_day.copy()
        one.update(each.encode())
        made.append(one.digest())
    return b"".join(made)


def _give_up(connection: Connection, page: Page, worker: str, caps: list[Budget], *, now: datetime) -> None:
    """Wait for money that is on its way back, else for the next period, else stop."""
    needed = page.stream.min_page * page.price
    empty = [each for each in caps if not _comes_back(connection, each, needed, now=now)]
    until = waits_until(empty, now)
    if not empty:
        runs.park(connection, page.claim, worker, now + PAUSE, "what other requests have reserved")
    elif until is not None:
        last = next(each for each in empty if next_begin(each.period, now) == until)
        runs.park(connection, page.claim, worker, until, last.words)
    else:
        says_so = next(each for each in empty if each.at_end is AtEnd.STOP)
        _stop(connection, page.claim, worker, says_so, now=now)


def _comes_back(connection: Connection, budget: Budget, needed: int, *, now: datetime) -> bool:
    on_its_way = budgets.in_flight(connection, budget, since=now - runs.LEASE)
    return budget.amount_micro_usd - budget.committed_micro_usd + on_its_way >= needed


def _stop(connection: Connection, claim: Claim, worker: str, cap: Budget, *, now: datetime) -> None:
    sentence = f"Stopped at {cap.words}; `regulars harvest ACCOUNT --wait --budget-usd X` goes on from here."
    ended = {"state": stopped.STOPPED, "ended_at": now, "error": sentence, "attempts": 0}
    outcome.advance(connection, claim, worker, ended | {"post_id": claim.post_id})
    outbox.drop(connection, runs.KIND, claim.run_id)
    if claim.stream == POSTS:
        runs.end_waiting(connection, claim.run_id, stopped.STOPPED, sentence, now=now)
