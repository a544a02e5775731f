"""Budgets that persons set or take away: whoever waits for the next period looks again at once."""

from datetime import datetime

from sqlalchemy import Connection

from domain.budget import AtEnd, Period
from store import budgets, stopped
from store.budgets import Scope


def set_budget(  # what a budget is made of
    connection: Connection, scope: Scope, amount: int, period: Period, at_end: AtEnd, *, now: datetime
) -> int:
    """Set a budget in micro-dollars, or change the one of that scope and period; returns its number.

    Runs that wait for a budget to begin anew look whether this one lets them go on; who was stopped stays
    stopped until somebody resumes it.
    """
    # Runs before budgets, as pages lock them.
    stopped.look_at_budgets(connection, now=now)
    return budgets.put(connection, scope, amount, period, at_end, now=now)


def take_away(connection: Connection, budget: int, *, now: datetime) -> None:
    """Remove a budget; whoever waits for it goes on. Raises RegularsError where there is none."""
    stopped.look_at_budgets(connection, now=now)
    budgets.take_away(connection, budget)
