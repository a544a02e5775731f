"""Delivering: an export from the gates to the files, entered before and after, by a command or a page."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from domain.journal import Act, Detail, Entry
from domain.segment import Segment
from exports import files
from exports.files import Exported, Order
from exports.removals import Removals, export_removals_of
from pipeline.admit import review
from store import halts, journal
from store.exports import Export
from workers.runtime import Runtime


def deliver(
    runtime: Runtime,
    form: str,
    folder: Path,
    order: Order,
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Ask the gates of everybody, write whom they admit, and enter that in the journal.

    Raises what `exports.files.export` raises.
    """
    database = runtime.database
    details: dict[str, Detail] = {"format": form}
    details |= {"recipient": order.recipient.id} if order.recipient else {}
    details |= {"since": order.since} if order.since else {}
    details |= {"segment": order.segment.id, **_asked(order.segment)} if order.segment else {}
    with database.read() as connection:
        halts.require_none(connection)
        to_others = runtime.to_others(connection)
    with database.write() as connection:  # before: no file may be there of which nothing is known
        policy = runtime.policy_in_force(connection)
        journal.record(connection, Entry(order.by, Act.EXPORT_BEGUN, now, why=order.why, details=details))
    review(database, policy, runtime.settings.controller, now=now, to_others=to_others)
    done = files.export(database, form, folder, progress, now=now, order=order)
    counted = {"contacts": done.contact_count, "tombstones": done.tombstone_count, "export": done.number}
    with database.write() as connection:
        told = Entry(order.by, Act.EXPORT_WRITTEN, now, why=order.why, details={**details, **counted})
        journal.record(connection, told)
    return done


def deliver_removals(
    runtime: Runtime, export: Export, folder: Path, by: str, *, now: datetime, why: str = ""
) -> Removals:
    """Write who has left since an export that holds them, also while something is halted, and enter it."""
    with runtime.database.write() as connection:
        told = Entry(by, Act.REMOVALS_WRITTEN, now, why=why, details={"export": export.id})
        journal.record(connection, told)
    return export_removals_of(runtime.database, export, folder, now=now)


def _asked(segment: Segment) -> dict[str, Detail]:
    """Return what a segment asks, as the journal tells it."""
    return {f"segment_{name}": value for name, value in segment.criteria.items()}
