"""Leavers: who has left the messaging store and is in a file that we wrote before."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, update

from store.sets import put, run
from store.signals import moment_of
from store.tables import exports, tallies

#: The name of the tally of those who have left and are still in a file.
IN_FILES = "in_files"

# The newest removal of whoever has not come back since: t is the step, e the export.
_SAME = "x.platform_id = t.platform_id AND x.platform = t.platform"
_GONE = f"t.op = 'remove' AND NOT EXISTS (SELECT 1 FROM changes AS x WHERE {_SAME} AND x.seq > t.seq)"
#: That an export e holds whom a removal t tells of; it is taken to hold whom the feed's steps do not show
#: otherwise.
HELD = (
    "NOT EXISTS (SELECT 1 FROM changes AS k "
    f"WHERE k.seq = (SELECT max(x.seq) FROM changes AS x WHERE {_SAME} AND x.seq <= e.seq) "
    "AND (k.op = 'remove' OR k.seq <= e.since_seq)) "
    "AND NOT EXISTS (SELECT 1 FROM changes AS k "
    f"WHERE k.seq = (SELECT min(x.seq) FROM changes AS x WHERE {_SAME} AND x.seq > e.seq) "
    "AND k.op = 'upsert' AND k.reason = 'admitted') "
    # Of a segment's files it is known whom they held.
    "AND (e.segment_id IS NULL OR EXISTS (SELECT 1 FROM segment_told AS g WHERE g.segment_id = e.segment_id "
    "AND g.platform = t.platform AND g.platform_id = t.platform_id)) "
    # So it is of what third parties got.
    "AND (e.recipient_id IS NULL OR NOT EXISTS (SELECT 1 FROM recipients AS p WHERE p.id = e.recipient_id "
    "AND p.part = 'third-party') OR EXISTS (SELECT 1 FROM transferred AS g "
    "WHERE g.recipient_id = e.recipient_id AND g.platform = t.platform AND g.platform_id = t.platform_id))"
)


class Counted(NamedTuple):
    """How many people an export holds who have left, and of how many of them its receiver was not told."""

    id: int
    left: int
    untold: int


def removals(connection: Connection, number: int) -> Iterator[tuple[Any, ...]]:
    """Read the removals of those who have left since an export that holds them, in the order of the feed."""
    found = run(
        connection,
        "SELECT t.seq, t.platform, t.platform_id, t.op, t.reason, t.at "
        "FROM exports AS e CROSS JOIN changes AS t "
        f"WHERE e.id = :number AND t.seq > e.seq AND {_GONE} AND {HELD} ORDER BY t.seq",
        number=number,
    )
    for row in found:
        yield (*row[:5], moment_of(row[5]))


def removed_since(connection: Connection, seq: int, recipient_id: int) -> Iterator[tuple[Any, ...]]:
    """Read the removals after a step of the feed of those whom a recipient knows that has all up to there."""
    found = run(
        connection.execution_options(yield_per=2_000),
        "SELECT t.seq, t.platform, t.platform_id, t.op, t.reason, t.at FROM "
        "(SELECT CAST(:seq AS bigint) AS seq, 0 AS since_seq, CAST(NULL AS bigint) AS segment_id, "
        "CAST(:recipient AS bigint) AS recipient_id) AS e "
        f"CROSS JOIN changes AS t WHERE t.seq > e.seq AND {_GONE} AND {HELD} ORDER BY t.seq",
        seq=seq,
        recipient=recipient_id,
    )
    for row in found:
        yield (*row[:5], moment_of(row[5]))


def count(connection: Connection) -> list[Counted]:
    """Count anew for the exports since whose last count the feed has moved."""
    gone = f"FROM changes AS t WHERE t.seq > {{after}} AND {_GONE} AND {HELD}"
    counted = run(
        connection,
        f"SELECT e.id, (SELECT count(*) {gone.format(after='e.seq')}), "
        f"(SELECT count(*) {gone.format(after='e.told_seq')}) FROM exports AS e "
        "WHERE e.ended_at IS NULL AND e.counted_seq < (SELECT seq FROM feed_state)",
    )
    return [Counted(*row) for row in counted]


def keep(connection: Connection, counted: Iterable[Counted], seq: int) -> None:
    """Keep what was counted at a step."""
    for each in counted:
        values = {"left_count": each.left, "untold_count": each.untold, "counted_seq": seq}
        same = (exports.c.id == each.id, exports.c.counted_seq <= seq)
        connection.execute(update(exports).where(*same).values(**values))


def by_platform(connection: Connection) -> dict[str, int]:
    """Count by platform those who have left and whom some file still holds; each once."""
    found = run(
        connection,
        f"SELECT t.platform, count(*) FROM changes AS t WHERE {_GONE} AND t.seq > "
        "(SELECT min(seq) FROM exports WHERE ended_at IS NULL) AND EXISTS (SELECT 1 FROM exports AS e "
        f"WHERE e.ended_at IS NULL AND e.seq < t.seq AND {HELD}) GROUP BY t.platform",
    )
    return {platform: number for platform, number in found}  # noqa: C416  # rows are no pairs


def keep_by_platform(connection: Connection, counted: dict[str, int], *, now: datetime) -> None:
    """Keep how many leavers are in files as of today, for pages."""
    day = now.date().isoformat()
    connection.execute(delete(tallies).where(tallies.c.day == day, tallies.c.name == IN_FILES))
    for platform, number in counted.items():
        values = {"day": day, "platform": platform, "name": IN_FILES, "number": number, "counted_at": now}
        put(connection, tallies, values)
