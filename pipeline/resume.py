"""Resume: a paused account is read again, and what failed because of the pause goes on; and the pause."""

from datetime import datetime

from sqlalchemy import Connection

from domain.account import Account
from domain.errors import RegularsError
from pipeline.outcome import PAUSED
from store import accounts, failures, runs


def resume_account(connection: Connection, account: Account, *, now: datetime) -> int:
    """Read an account again; returns how many runs go on from their checkpoints.

    `account` is as it was in its pause. A run whose stream another run reads by now stays as it is.
    """
    accounts.resume(connection, account.id)
    resumed = 0
    for failure_id, run_id in failures.of_pause(connection, account.id, PAUSED, account.paused):
        try:
            runs.replay(connection, run_id, now=now)
        except RegularsError:
            continue
        failures.settle(connection, failure_id, "replayed")
        resumed += 1
    return resumed


def pause_account(connection: Connection, account: Account, by: str) -> None:
    """Read an account no more until somebody resumes it; its runs fail with that cause, and then go on."""
    if account.paused:
        raise RegularsError(f"Account {account.name} is paused already. {account.paused}")
    accounts.pause(connection, account.id, f"Paused by {by}.")
