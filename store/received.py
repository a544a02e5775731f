"""Received: whom each consumer was shown, so that it is told of their removal and of nobody else's."""

from collections.abc import Iterable

from sqlalchemy import Connection

from store.sets import as_parameter, rows_of, run

_KEY = {"platform": "text", "platform_id": "text"}


def note(connection: Connection, consumer_id: int, keys: Iterable[tuple[str, str]]) -> None:
    """Note that a consumer is shown contacts (platform, platform id), before it is."""
    run(
        connection,
        "INSERT INTO received (consumer_id, platform, platform_id) "
        f"SELECT {'CAST(:id AS bigint)' if connection.dialect.name != 'sqlite' else ':id'}, platform, "
        f"platform_id FROM {rows_of(connection, _KEY)} AS r WHERE true ON CONFLICT DO NOTHING",
        id=consumer_id,
        rows=as_parameter([*each] for each in keys),
    )


def among(connection: Connection, consumer_id: int, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the contacts whom a consumer was shown."""
    found = run(
        connection,
        f"SELECT k.platform, k.platform_id FROM {rows_of(connection, _KEY)} AS r CROSS JOIN received AS k "
        "WHERE k.consumer_id = :id AND k.platform_id = r.platform_id AND k.platform = r.platform",
        id=consumer_id,
        rows=as_parameter([*each] for each in keys),
    )
    return {(row[0], row[1]) for row in found}


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
