"""Begin: a harvest of an account, one run a stream."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from connectors.base import Connector
from domain.account import Account
from domain.budget import AtEnd, Period, day_of
from domain.errors import RegularsError
from domain.stream import COUNT, POSTS
from pipeline import walk
from store import budgets, runs, spends, stopped
from store.budgets import Scope
from store.checkpoints import Listing
from store.runs import Plan


class Wanted(NamedTuple):
    """What to harvest: streams by name, none for all; `page_size` at most, where small pages are wished.

    `join` goes on with runs that were begun before and have not ended, instead of refusing.
    `budget_micro_usd` caps what all runs of this harvest spend together from now on. `head_pages` lets
    rosters be read from their head only, so many pages of them at most.
    """

    streams: Sequence[str] = ()
    page_size: int = 1_000
    join: bool = False
    budget_micro_usd: int | None = None
    head_pages: int | None = None


def begin_harvest(
    connection: Connection, account: Account, connector: Connector, wanted: Wanted, *, now: datetime
) -> dict[str, int]:
    """Begin runs for the named streams, for all of them where none is named; returns runs by stream.

    Runs that were stopped at a budget go on from their checkpoint, under the budget that they had unless
    another is given. Streams that go through the posts bring the stream of posts with them. Raises
    RegularsError for a paused account, for a stream that the platform does not have, and for one whose last
    run still reads and may not be joined.
    """
    if account.paused:
        raise RegularsError(
            f"{account.name} is paused. {account.paused} Connect it again (`regulars account add`), or mend "
            "it at the platform and say `regulars account resume`."
        )
    chosen = chosen_streams(account, connector, wanted.streams)
    active = runs.active(connection, account.id).items()
    joined = {stream: run_id for stream, run_id in active if stream in chosen}
    if joined and not wanted.join:
        raise RegularsError(
            f"A harvest of this account is still reading {', '.join(sorted(joined))}. Go on with it "
            "(`regulars harvest ACCOUNT --wait`) or cancel it (`regulars runs cancel RUN`)."
        )
    spends.close_days(connection, today=day_of(now))
    joined |= _resumed(connection, account.id, chosen - set(joined), now=now)
    plans = [
        Plan(each.name, max(each.min_page, min(each.max_page, wanted.page_size)), each.per_post)
        for each in connector.streams.values()
        if each.name in chosen and each.name not in joined
    ]
    plans.sort(key=lambda each: each.stream != POSTS)
    begun = runs.begin(connection, (account.id, account.platform), plans, joined, now=now)
    if wanted.head_pages is not None:
        for each in plans:
            listing = Listing(account.id, each.stream, "", begun[each.stream])
            walk.limit(connection, listing, connector.streams[each.stream], wanted.head_pages, now=now)
    if wanted.budget_micro_usd is not None:
        cap(connection, account.id, begun.values(), wanted.budget_micro_usd, now=now)
    return begun


def chosen_streams(account: Account, connector: Connector, named: Sequence[str]) -> set[str]:
    """Return the named streams, all of them where none is named, with that of posts where one needs it.

    Raises RegularsError for a stream that the platform does not have.
    """
    unknown = sorted(set(named) - set(connector.streams))
    if unknown:
        raise RegularsError(
            f"{account.platform} has no stream {unknown[0]!r} for this account; it has "
            f"{', '.join(connector.streams)}."
        )
    chosen = {each for each in connector.streams if (each in named if named else each != COUNT)}
    if any(connector.streams[each].per_post for each in chosen):
        chosen.add(POSTS)
    return chosen


def cap(
    connection: Connection, account_id: int, run_ids: Collection[int], budget_micro_usd: int, *, now: datetime
) -> None:
    """Let runs of an account spend so much together from now on, instead of what they had."""
    harvest_id = stopped.gather(connection, account_id, run_ids, now=now)
    budgets.put(connection, Scope(harvest_id=harvest_id), budget_micro_usd, Period.ONCE, AtEnd.STOP, now=now)


def resume_run(
    connection: Connection, run_id: int, budget_micro_usd: int | None, *, now: datetime
) -> list[int]:
    """Let a run that was stopped at a budget go on, and those that wait for its posts; returns them all.

    Raises RegularsError where it was not stopped or its stream is read again already.
    """
    row = runs.get(connection, run_id)
    if row["state"] != stopped.STOPPED:
        raise RegularsError(f"Run {run_id} was not stopped at a budget, so there is nothing to resume.")
    active = runs.active(connection, row["account_id"])
    newest = stopped.found(connection, row["account_id"]).values()
    run_ids = [run_id, *(each for each in stopped.waiting_for(connection, run_id) if each in newest)]
    if row["stream"] in active:
        raise RegularsError(
            f"Run {active[row['stream']]} reads {row['stream']} of this account by now; it takes the place "
            f"of run {run_id}."
        )
    stopped.resume(connection, run_ids, now=now)
    if budget_micro_usd is not None:
        cap(connection, row["account_id"], run_ids, budget_micro_usd, now=now)
    return run_ids


def _resumed(connection: Connection, account_id: int, streams: set[str], *, now: datetime) -> dict[str, int]:
    found = {
        stream: run_id
        for stream, run_id in stopped.found(connection, account_id).items()
        if stream in streams
    }
    stopped.resume(connection, found.values(), now=now)
    return found
