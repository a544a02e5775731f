"""Put aside: pushes that could not be taken in wait for an operator, but none that names whoever objected."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from config.bodies import BodyError
from config.suppression import Suppressor
from domain.contact import Platform
from pipeline.road import Road
from store import accounts, inbox, pushed, suppressions
from store.database import Database

#: What may be an id or a handle in the bytes of a push.
_WORD = re.compile(rb"[0-9A-Za-z_.]{2,64}")


def clear(database: Database, waiting: Database, *, now: datetime) -> int:
    """Delete what is past its date; returns how many pushes went that were never taken in whole."""
    with database.write() as connection:
        pushed.forget_ends(connection, now=now)
    with waiting.write() as connection:
        return inbox.expire(connection, now=now)


def forget_suppressed(road: Road) -> int:
    """Delete kept pushes whose bytes name somebody who is suppressed; returns how many.

    Asked when a push is kept, and every minute: an objection reaches what was put aside before it, too. One
    that cannot be opened waits for its key.
    """
    waiting = road.inbox or road.database
    with waiting.read() as connection:
        kept = [each._replace(body=body) for each in inbox.kept(connection) if (body := _opened(road, each))]
    if not kept:
        return 0
    with road.database.read() as connection:
        naming = _naming(connection, kept, road.suppressor_of(connection))
    with waiting.write() as connection:
        return inbox.forget(connection, naming)


def _opened(road: Road, kept: inbox.Body) -> bytes | None:
    try:
        return road.opened(kept.body)
    except BodyError:
        return None


def _naming(connection: Connection, kept: Iterable[inbox.Body], suppressor: Suppressor) -> set[int]:
    scopes = _scopes(connection)
    whose: dict[str, set[int]] = {}
    for each in kept:
        for word in {found.decode() for found in _WORD.findall(each.body)}:
            names = [(f"handle:{each.platform}", word), (each.platform, word)]
            if each.platform == Platform.FACEBOOK and word.isdigit():
                names += [(each.platform, f"{scope}:{word}") for scope in scopes]
            for name in names:
                whose.setdefault(suppressor.value(*name), set()).add(each.id)
    return set().union(*(whose[each] for each in suppressions.among(connection, whose)))


def _scopes(connection: Connection) -> set[str]:
    """Return within what ids of people at Facebook count: our pages and apps."""
    ours = [each for each in accounts.every(connection) if each.platform == Platform.FACEBOOK]
    return {each.platform_id for each in ours} | {f"app-{each.app_id}" for each in ours if each.app_id}
