"""The pulse: what changes while somebody watches, each as one short mark."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, select, text, true

from store.runs import BEGUN
from store.tables import (
    accounts,
    alerts,
    changes,
    exports,
    failures,
    halts,
    harvest_runs,
    jobs,
    messaging_contacts,
    outbox,
    paused_queues,
    schedules,
    tallies,
    workers,
)

_NEWEST: Mapping[str, Select[*tuple[Any, ...]]] = {
    "runs": select(
        func.max(harvest_runs.c.id),
        select(func.count()).select_from(harvest_runs).where(BEGUN).scalar_subquery(),
        select(func.sum(harvest_runs.c.fence + harvest_runs.c.attempts)).where(BEGUN).scalar_subquery(),
        # What waits goes on or waits for something else.
        select(func.count(harvest_runs.c.waiting_for)).where(BEGUN).scalar_subquery(),
        select(func.max(harvest_runs.c.due_at)).where(BEGUN).scalar_subquery(),
    ),
    "failures": select(
        func.max(failures.c.id),
        select(func.count()).select_from(failures).where(failures.c.state == "open").scalar_subquery(),
    ),
    "jobs": select(func.max(jobs.c.id), func.max(jobs.c.fence)),
    "queues": select(
        func.count(outbox.c.subject_id),
        func.max(outbox.c.sent_at),
        select(func.count()).select_from(paused_queues).scalar_subquery(),
    ),
    "workers": select(func.count(workers.c.id), func.max(workers.c.started_at), func.max(workers.c.died_at)),
    "halts": select(func.count(halts.c.place), func.max(halts.c.at)),
    "schedules": select(
        func.count(schedules.c.id), func.min(schedules.c.begins_at), func.max(schedules.c.set_at)
    ),
    "accounts": select(func.count(accounts.c.id), func.count(accounts.c.paused_reason)),
    "alerts": select(
        func.max(alerts.c.id),
        select(func.count()).select_from(alerts).where(alerts.c.ended_at.is_(None)).scalar_subquery(),
    ),
    "messaging": select(
        func.max(changes.c.seq),
        select(func.max(messaging_contacts.c.contact_id)).where(text("unasked")).scalar_subquery(),
    ),
    "exports": select(
        func.max(exports.c.id),
        func.max(exports.c.ended_at),
        func.max(exports.c.counted_seq),
        func.sum(exports.c.told_seq),
    ),
    "tallies": select(func.max(tallies.c.counted_at)),
}
# All of them by one statement, made once; each is of one row.
_PARTS = {name: statement.subquery(name) for name, statement in _NEWEST.items()}
_joined, *_others = _PARTS.values()
_together: FromClause = _joined
for _each in _others:
    _together = _together.join(_each, true())
_ALL = select(*(column for part in _PARTS.values() for column in part.c)).select_from(_together)


def marks(connection: Connection) -> Mapping[str, str]:
    """Return a mark for each topic; one statement of small looks into indexes, for it runs once a second."""
    values = iter(connection.execute(_ALL).one())
    return {name: "·".join(str(next(values)) for _ in part.c) for name, part in _PARTS.items()}
