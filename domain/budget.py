"""A budget: what we let harvests spend in a period, and how large a page fits what is left of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

#: Above any sum that a budget can mean, and far below what a 64-bit number holds.
_MOST_USD = 1_000_000_000


class Period(StrEnum):
    """How long an amount lasts before it begins anew, in UTC as X bills (x-api.md §2, 2026-08-13)."""

    ONCE = "once"
    DAY = "day"
    MONTH = "month"


class AtEnd(StrEnum):
    """What a harvest does when nothing is left: end as stopped, or wait until the next period begins."""

    STOP = "stop"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount for a period; `committed_micro_usd` is what the present one has spent or reserved.

    `scope` says in words whose spending it caps.
    """

    id: int
    amount_micro_usd: int
    period: Period = Period.ONCE
    at_end: AtEnd = AtEnd.STOP
    scope: str = "this harvest"
    committed_micro_usd: int = 0

    @property
    def left_micro_usd(self) -> int:
        """What may still be reserved; never below nothing, also where the amount was lowered since."""
        return max(0, self.amount_micro_usd - self.committed_micro_usd)

    @property
    def words(self) -> str:
        """The budget as a sentence names it."""
        every = "" if self.period is Period.ONCE else f" a {self.period}"
        return f"the budget of {dollars(self.amount_micro_usd)}{every} for {self.scope}"


def period_at(period: Period, at: datetime) -> str:
    """Return the name of the period that a moment lies in: `once`, `2026-11-25` or `2026-11`."""
    day = day_of(at)
    return {Period.ONCE: "once", Period.DAY: day, Period.MONTH: day[:7]}[period]


def day_of(at: datetime) -> str:
    """Return the UTC day of a moment as `2026-11-25`: the day by which X bills."""
    return at.astimezone(UTC).date().isoformat()


def next_begin(period: Period, at: datetime) -> datetime | None:
    """Return when the next period begins; None for an amount that lasts once."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.DAY:
        return midnight + timedelta(days=1)
    if period is Period.MONTH:
        return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return None


def page_that_fits(budgets: Iterable[Budget], price: int, wanted: int, least: int) -> int:
    """Return the largest page up to `wanted` items that every budget can pay, 0 where `least` is too much.

    `price` is the micro-dollars of one item, more than nothing; `least` is the smallest page that the
    platform gives.
    """
    fits = min((each.left_micro_usd // price for each in budgets), default=wanted)
    return 0 if fits < least else min(wanted, fits)


def spent(budgets: Iterable[Budget], needed: int) -> list[Budget]:
    """Return the budgets of which less is left than `needed` micro-dollars."""
    return [each for each in budgets if each.left_micro_usd < needed]


def waits_until(budgets: Iterable[Budget], at: datetime) -> datetime | None:
    """Return when all of these spent budgets have begun anew; None where one of them says stop."""
    begins = [None if each.at_end is AtEnd.STOP else next_begin(each.period, at) for each in budgets]
    known = [each for each in begins if each is not None]
    return max(known, default=None) if len(known) == len(begins) else None


def dollars(micro: int) -> str:
    """Write micro-dollars exactly: in cents where they are whole cents."""
    whole, rest = divmod(abs(micro), 1_000_000)
    cents, below = divmod(rest, 10_000)
    sign = "-" if micro < 0 else ""
    exact = f"{below:04d}".rstrip("0")
    return f"{sign}${whole:,}.{cents:02d}{exact}"


def micro_of(written: str) -> int:
    """Read dollars ("2.50") as micro-dollars; raises ValueError with a sentence for anything else."""
    try:
        amount = Decimal(written.strip().removeprefix("$"))
    except InvalidOperation:
        amount = Decimal(-1)
    micro = amount * 1_000_000
    if amount.is_finite() and 0 <= amount <= _MOST_USD and micro == int(micro):
        return int(micro)
    raise ValueError(
        f"{written!r} is no amount in dollars; write it like 2.50, not below 0 and with at most six decimals."
    )
