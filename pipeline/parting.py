"""Parting: an account is disconnected in the background, slice by slice, while harvests of others go on."""

from datetime import datetime

from sqlalchemy import Connection

from domain.account import Account
from domain.errors import RegularsError
from domain.journal import Act, Entry
from pipeline.job import Save, Step
from pipeline.remove import forget_pushes, remove_account, remove_some
from pipeline.road import Road
from store import accounts, jobs, journal, signals
from store.database import Database
from store.jobs import Job

#: Why an account that is being disconnected is read no more.
REASON = "It is being disconnected."


def begin_parting(connection: Connection, account: Account, by: str, why: str, *, now: datetime) -> int:
    """Begin to disconnect an account, which is read no more from now on; returns the job.

    `by` and `why` are entered in the journal when it is gone. Raises RegularsError while another one goes.
    """
    arguments = {"account": account.id, "by": by, "why": why}
    job_id = jobs.begin(connection, jobs.PART, arguments, now=now)
    if job_id is None:
        raise RegularsError("Another account is being disconnected; wait until it is gone.")
    accounts.pause(connection, account.id, REASON)
    return job_id


def under_way(connection: Connection) -> tuple[int, int] | None:
    """Return the account that is being disconnected and how many contacts that came to, if one is."""
    job = jobs.running(connection, jobs.PART)
    return (job["arguments"]["account"], job["reached"].get("contacts", 0)) if job else None


def parting_step(road: Road) -> Step:
    """Return the step of a job that disconnects an account."""

    def step(database: Database, job: Job, save: Save, now: datetime) -> None:
        account_id = job.arguments["account"]
        with database.read() as connection:
            account = accounts.get(connection, account_id) if accounts.row(connection, account_id) else None
            is_last = not signals.towards(connection, account_id, 1)
        if account and is_last:
            forget_pushes(road.inbox or database, account, road.opened)
        reached = {"contacts": 0, "removals": 0, **job.reached}

        def act(connection: Connection) -> None:
            if account is None:  # another hand was quicker
                save(connection, reached, done=True)
                return
            policy = road.policy_of(connection)
            if not is_last:
                seen, told = remove_some(connection, account, policy, now=now)
                so_far = {"contacts": reached["contacts"] + seen, "removals": reached["removals"] + told}
                save(connection, so_far, done=False)
                return
            told = reached["removals"] + remove_account(connection, account, policy, now=now)
            save(connection, {**reached, "removals": told}, done=True)
            by, why = job.arguments["by"], job.arguments["why"]
            details = {"account": account.key, "contacts": told}
            journal.record(connection, Entry(by, Act.ACCOUNT_REMOVED, now, None, why, details))

        database.transact(act)

    return step
