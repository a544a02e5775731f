"""Parting: what goes with an account when it is disconnected, and what was last harvested of it."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, exists, func, select

from store.tables import accounts, admissions, harvest_runs, harvests, messaging_contacts, signals


class Parting(NamedTuple):
    """What goes with an account.

    `gone` are the contacts known through it alone, `removed` those of them in the messaging store, `told`
    those whom the gates ever admitted: each is a removal in the feed. `anew` are those in the store who are
    known through other accounts too: their label is decided anew. `runs` are waiting or running.
    """

    gone: int
    removed: int
    told: int
    anew: int
    runs: int


def with_account(connection: Connection, account_id: int) -> Parting:
    """Count what goes with an account; reads its acts from end to end, once."""
    other = signals.alias()
    ours = select(signals.c.contact_id).where(signals.c.account_id == account_id).distinct().subquery()
    elsewhere = exists().where(other.c.contact_id == ours.c.contact_id, other.c.account_id != account_id)
    inside = exists().where(messaging_contacts.c.contact_id == ours.c.contact_id)
    told = exists().where(admissions.c.contact_id == ours.c.contact_id, admissions.c.told)
    person = select(elsewhere.label("elsewhere"), inside.label("inside"), told.label("told"))
    known = person.select_from(ours).cte("known").prefix_with("MATERIALIZED").c
    alone = ~known.elsewhere
    counted = connection.execute(
        select(
            func.count().filter(alone),
            func.count().filter(alone, known.inside),
            func.count().filter(alone, known.told),
            func.count().filter(known.elsewhere, known.inside),
        )
    ).one()
    running = select(func.count()).where(
        harvest_runs.c.account_id == account_id, harvest_runs.c.state.in_(["waiting", "running"])
    )
    return Parting(*counted, connection.scalar(running) or 0)


def last_harvests(connection: Connection, account_ids: Collection[int]) -> dict[int, list[RowMapping]]:
    """Return the runs of the newest harvest of each of some accounts."""
    # One look into the index for each account, however many harvests it has had.
    newest = select(func.max(harvests.c.id)).where(harvests.c.account_id == accounts.c.id).scalar_subquery()
    wanted = select(newest).where(accounts.c.id.in_(account_ids))
    statement = select(harvest_runs).where(harvest_runs.c.harvest_id.in_(wanted)).order_by(harvest_runs.c.id)
    found: dict[int, list[RowMapping]] = {}
    for each in connection.execute(statement).mappings():
        found.setdefault(each["account_id"], []).append(each)
    return found
