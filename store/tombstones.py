"""Tombstones of the erased: they go as soon as everybody who received their contact has acknowledged them."""

from sqlalchemy import Connection

from store.leavers import HELD
from store.sets import as_parameter, rows_of, run

#: Removals upon which nothing of a person may stay.
OF_ERASED = ("erased", "platform_gone")

_SAME = "{0}.platform_id = t.platform_id AND {0}.platform = t.platform"
_RECEIVED = "EXISTS (SELECT 1 FROM received AS r WHERE r.consumer_id = c.id AND " + _SAME.format("r") + ")"
_REASONS = ", ".join(f"'{each}'" for each in OF_ERASED)
# Of consumers it is known whom they were shown and what they carried out, in their own numbers. A file's
# receiver is told where the removals were written for it, a target of the tap up to the state that it gave
# back. Who reads the views, or a folder that is written anew by itself, never says that it has read.
_ACKNOWLEDGED = (
    f"EXISTS (SELECT 1 FROM consumers AS c WHERE {_RECEIVED}) "
    f"AND NOT EXISTS (SELECT 1 FROM consumers AS c WHERE {_RECEIVED} AND CASE WHEN c.segment_id IS NULL "
    "THEN c.acked_removals < t.seq ELSE NOT EXISTS (SELECT 1 FROM segment_steps AS b "
    "WHERE b.consumer_id = c.id AND " + _SAME.format("b") + " AND b.op = 'remove' "
    "AND b.shown_seq >= t.seq AND b.seq <= c.acked_removals) END) "
    "AND NOT EXISTS (SELECT 1 FROM exports AS e WHERE e.form <> 'singer' AND e.seq < t.seq "
    f"AND e.told_seq < t.seq AND coalesce(e.ending, '') <> 'destroyed' AND {HELD}) "
    "AND NOT EXISTS (SELECT 1 FROM exports AS e WHERE e.form = 'singer' AND e.ended_at IS NULL "
    "AND e.told_seq < t.seq) "
    "AND NOT EXISTS (SELECT 1 FROM exports AS e WHERE e.by = 'worker' AND e.ended_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM view_readers AS v WHERE v.ended_at IS NULL)"
)


def forget_acknowledged(connection: Connection, after: int = 0, upto: int = 2**62) -> int:
    """Forget the tombstones of the erased that all who received them acknowledged; returns how many.

    Of the steps of the feed behind `after`, up to `upto`.

    Whoever comes back with a cursor of before reads everything anew.
    """
    done = run(
        connection,
        "SELECT t.seq FROM changes AS t WHERE t.op = 'remove' "
        f"AND t.reason IN ({_REASONS}) AND t.seq > :after AND t.seq <= :upto "
        f"AND NOT EXISTS (SELECT 1 FROM changes AS n WHERE {_SAME.format('n')} AND n.seq > t.seq) "
        f"AND {_ACKNOWLEDGED}",
        after=after,
        upto=upto,
    )
    steps = [row[0] for row in done]
    if not steps:
        return 0
    rows = as_parameter([each] for each in steps)
    t = (
        "(SELECT x.seq, x.platform_id, x.platform FROM changes AS x WHERE x.seq IN "
        f"(SELECT seq FROM {rows_of(connection, {'seq': 'int'})} AS g))"
    )
    greatest = "max" if connection.dialect.name == "sqlite" else "greatest"
    last = (
        f"coalesce(CASE WHEN c.segment_id IS NULL THEN (SELECT max(t.seq) FROM {t} AS t WHERE {_RECEIVED}) "
        f"ELSE (SELECT max(b.seq) FROM {t} AS t JOIN segment_steps AS b ON {_SAME.format('b')} "
        "WHERE b.consumer_id = c.id) END, 0)"
    )
    run(
        connection,
        f"UPDATE consumers AS c SET forgotten_seq = {greatest}(c.forgotten_seq, {last})",
        rows=rows,
    )
    run(
        connection,
        f"UPDATE feed_state SET forgotten_seq = {greatest}(forgotten_seq, CAST(:last AS bigint))",
        last=max(steps),
    )
    keys = f"(platform_id, platform) IN (SELECT t.platform_id, t.platform FROM {t} AS t)"
    for table in ("received", "segment_steps", "transferred"):
        run(connection, f"DELETE FROM {table} WHERE {keys}", rows=rows)
    run(
        connection,
        f"DELETE FROM changes WHERE seq IN (SELECT seq FROM {rows_of(connection, {'seq': 'int'})} AS g)",
        rows=rows,
    )
    return len(steps)
