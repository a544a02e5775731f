"""What is known of an account before a harvest, without asking its platform."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.budget import day_of
from domain.estimate import Counts, Earlier, Known
from store.tables import accounts, harvest_runs, posts, spends

#: Days that the items of a first walk are taken to have come in.
_FIRST_WALK_DAYS = 30.0
_DAY_S = 86_400

#: From how many of the newest runs of an account it is known what a stream brings.
EARLIER = 200


def known(connection: Connection, account_id: int, *, now: datetime) -> Known:
    """Gather the platform's own counts, those beside the posts, and the numbers of earlier walks."""
    account = connection.execute(select(accounts).where(accounts.c.id == account_id)).one()
    counts = connection.execute(
        select(posts.c.likes, posts.c.reposts, posts.c.quotes).where(
            posts.c.account_id == account_id, posts.c.gone_at.is_(None)
        )
    )
    today = connection.execute(
        select(spends.c.stream, func.sum(spends.c.billed_items).label("billed"))
        .where(
            spends.c.account == f"{account.platform}:{account.platform_id}",
            spends.c.day == day_of(now),
            spends.c.billed_items.is_not(None),
        )
        .group_by(spends.c.stream)
    )
    return Known(
        account.followers_count,
        account.posts_count,
        [Counts(*each) for each in counts],
        _earlier(connection, account_id, now=now),
        {each.stream: int(each.billed) for each in today},
    )


def _earlier(connection: Connection, account_id: int, *, now: datetime) -> dict[str, Earlier]:
    billed = (
        select(func.sum(spends.c.billed_items))
        .where(spends.c.run_id == harvest_runs.c.id, spends.c.stream == harvest_runs.c.stream)
        .scalar_subquery()
    )
    walks = connection.execute(
        select(
            harvest_runs.c.stream,
            harvest_runs.c.started_at,
            func.coalesce(billed, harvest_runs.c.contacts_seen).label("found"),
        )
        .where(harvest_runs.c.account_id == account_id, harvest_runs.c.state == "done")
        .order_by(harvest_runs.c.id.desc())
        .limit(EARLIER)
    ).all()
    found: dict[str, Earlier] = {}
    began: dict[str, datetime] = {}
    for each in reversed(walks):
        before = began.get(each.stream)
        days = (each.started_at - before).total_seconds() / _DAY_S if before else _FIRST_WALK_DAYS
        found[each.stream] = Earlier(int(each.found), days, (now - each.started_at).total_seconds() / _DAY_S)
        began[each.stream] = each.started_at
    return found
