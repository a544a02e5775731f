"""Received: whom each consumer was shown, so that it is told of their removal and of nobody else's."""

from collections.abc import Iterable

from sqlalchemy import Connection

from store import key_lists
from store.sets import as_parameter, rows_of, run
from store.tables import received


def note(connection: Connection, consumer_id: int, keys: Iterable[tuple[str, str]]) -> None:
    """Note that a consumer is shown contacts (platform, platform id), before it is."""
    key_lists.note(connection, received, consumer_id, keys)


def among(connection: Connection, consumer_id: int, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the contacts whom a consumer was shown."""
    return key_lists.among(connection, received, consumer_id, keys)


def forget(connection: Connection, steps: Iterable[int]) -> None:
    """Forget whom nobody can be told of any more once steps of the feed, its last of them, are gone."""
    gone = f"SELECT seq FROM {rows_of(connection, {'seq': 'int'})} AS r"
    run(
        connection,
        "DELETE FROM received WHERE (consumer_id, platform_id, platform) IN "
        "(SELECT k.id, c.platform_id, c.platform FROM changes AS c CROSS JOIN consumers AS k "
        # Those of a segment go with their own step (see `store.segment_steps.forget`).
        f"WHERE c.op = 'remove' AND k.segment_id IS NULL AND c.seq IN ({gone}) "
        "AND NOT EXISTS (SELECT 1 FROM changes AS n "
        "WHERE n.platform_id = c.platform_id AND n.platform = c.platform "
        f"AND n.seq NOT IN ({gone})))",
        rows=as_parameter([each] for each in steps),
    )
