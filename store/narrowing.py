"""What a stricter pack takes away from what is stored: acts become counts, texts go."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from domain.signal import SignalKind
from store import counts
from store.counts import Tally
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import posts, texts


def count_instead(
    connection: Connection, contact_ids: Iterable[int], kinds: Collection[SignalKind], *, now: datetime
) -> set[int]:
    """Turn the contacts' acts of these kinds into counts; returns the contacts that had any.

    Acts on a post are counted under it, as a walk counts them; all others under the account. Decisions
    that such acts carried go with them.
    """
    if not kinds:
        return set()
    rows = as_parameter([each] for each in contact_ids)
    listed = ", ".join(f"'{each}'" for each in sorted(kinds))
    of_these = (
        f"kind IN ({listed}) AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)"
    )
    run(connection, f"DELETE FROM decisions WHERE {of_these}", rows=rows)
    taken = run(
        connection,
        f"DELETE FROM signals WHERE {of_these} RETURNING contact_id, account_id, kind, item, started_at, "
        "ended_at",
        rows=rows,
    ).all()
    standing: Counter[tuple[int, str, str]] = Counter()
    own: dict[int, set[str]] = {}
    newest: dict[tuple[int, str, str], datetime] = {}
    for _, account_id, kind, item, started, ended in taken:
        if account_id not in own:
            own[account_id] = set(
                connection.scalars(select(posts.c.post).where(posts.c.account_id == account_id))
            )
        ended_at = moment_of(ended)
        if ended_at is None or ended_at > now:
            act = (account_id, kind, item if item in own[account_id] else "")
            standing[act] += 1
            started_at = moment_of(started)
            if started_at is not None:
                newest[act] = max(started_at, newest.get(act, started_at))
    for (account_id, kind, item), count in sorted(standing.items()):
        done = (account_id, SignalKind(kind), item)
        counts.add(connection, done, Tally(count, newest.get((account_id, kind, item))), now=now, whole=False)
    return {row[0] for row in taken}


def forget_texts(connection: Connection, kinds: Iterable[SignalKind]) -> None:
    """Delete the texts of acts of these kinds."""
    connection.execute(delete(texts).where(texts.c.kind.in_(list(kinds))))
