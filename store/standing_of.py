"""What the gates ask of many contacts, gathered in a few set statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from domain.admission import Facts, StandingAct
from domain.contact import ContactKey
from domain.signal import SignalKind
from store import overrides
from store.admission_inputs import NOTHING, inputs_of
from store.contacts import LABEL_OF_WORD
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of

_ONE = {"id": "int"}


class _Acts(NamedTuple):
    standing: list[StandingAct]
    wrote: list[datetime]


def facts_of(
    connection: Connection, contact_ids: Iterable[int], regular: Collection[SignalKind], *, now: datetime
) -> dict[int, Facts]:
    """Gather the facts of contacts; `regular` are the kinds of act that make regular under the pack."""
    ids = list(contact_ids)
    acts = _acts_of(connection, ids, regular, now=now)
    words = overrides.of_contacts(connection, ids)
    beside = inputs_of(connection, ids)
    gathered = {}
    for row in _contacts(connection, ids):
        contact_id, platform, platform_id, label, first_seen_at, keep_until, decided_at = row
        standing, wrote = acts.get(contact_id, ([], []))
        seen: datetime = moment_of(first_seen_at)  # type: ignore[assignment]  # never null
        known = beside.get(contact_id, NOTHING)
        gathered[contact_id] = Facts(
            key=ContactKey(platform, platform_id),
            label=LABEL_OF_WORD[label],
            decided_at=moment_of(decided_at) or seen,
            first_seen_at=seen,
            acts=tuple(standing),
            keep_until=moment_of(keep_until),
            wrote_at=max(wrote, default=None),
            override=words.get(contact_id),
            **known._asdict(),
        )
    return gathered


def _contacts(connection: Connection, ids: list[int]) -> list[tuple[Any, ...]]:
    found = run(
        connection,
        "SELECT c.id, c.platform, c.platform_id, c.label, c.first_seen_at, c.keep_until, "
        "(SELECT d.decided_at FROM decisions AS d WHERE d.contact_id = c.id ORDER BY d.id DESC LIMIT 1) "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN contacts AS c WHERE c.id = r.id",
        rows=as_parameter([each] for each in ids),
    )
    return [tuple(each) for each in found]


def _acts_of(
    connection: Connection, ids: list[int], regular: Collection[SignalKind], *, now: datetime
) -> dict[int, _Acts]:
    """Return the standing acts that make regular, and when each contact wrote.

    An act was last confirmed at its own last event or at the begin of the last whole walk through its
    roster; one that is in doubt, when the walk began that showed it last.
    """
    kinds = ", ".join(sorted(f"'{each}'" for each in {*regular, SignalKind.MESSAGED}))
    found = run(
        connection,
        "SELECT s.contact_id, s.kind, s.started_at, s.seen_at, (SELECT max(w.began_at) FROM walks AS w "
        "WHERE w.account_id = s.account_id AND w.kind = s.kind AND w.post = s.item AND w.whole), "
        "h.since, h.confirmed_at "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN signals AS s "
        "LEFT JOIN withheld AS h ON h.account_id = s.account_id AND h.kind = s.kind AND h.item = s.item "
        "AND h.contact_id = s.contact_id "
        f"WHERE s.contact_id = r.id AND s.kind IN ({kinds}) "
        f"AND (s.ended_at IS NULL OR s.ended_at > {_moment(connection)})",
        now=stamp(now),
        rows=as_parameter([each] for each in ids),
    )
    gathered: dict[int, _Acts] = defaultdict(lambda: _Acts([], []))
    for contact_id, kind, started, seen, walked, doubted, shown in found:
        acts, act = gathered[contact_id], SignalKind(kind)
        if act is SignalKind.MESSAGED:
            acts.wrote.append(moment_of(started) or moment_of(seen))  # type: ignore[arg-type]  # never null
        if act in regular:
            confirmed = (started, seen, shown if doubted else walked)
            moments = [moment for moment in map(moment_of, confirmed) if moment is not None]
            acts.standing.append(StandingAct(act, max(moments)))
    return gathered


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
