"""Overrides: what an operator decided about a label, one a contact; the last word stands."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, update

from domain.admission import OverrideFacts
from domain.label import Label
from store import sets
from store.contacts import LABEL_OF_WORD
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import overrides


def put(connection: Connection, contact_id: int, override: OverrideFacts) -> None:
    """Write an operator's word, in the place of the one before; a word to lower needs no second person."""
    lowers = override.to is not Label.REGULAR
    values = {
        "contact_id": contact_id,
        "to_label": override.to.word,
        "decided_by": override.by,
        "reason": override.reason,
        "at": override.at,
        "confirmed_by": override.by if lowers else None,
        "confirmed_at": override.at if lowers else None,
    }
    sets.put(connection, overrides, values)


def confirm(connection: Connection, contact_id: int, by: str, *, now: datetime) -> bool:
    """Note that somebody else confirmed a raise; False where there is none that waits for `by`."""
    confirmed = connection.execute(
        update(overrides)
        .where(
            overrides.c.contact_id == contact_id,
            overrides.c.confirmed_at.is_(None),
            overrides.c.decided_by != by,
        )
        .values(confirmed_by=by, confirmed_at=now)
    )
    return confirmed.rowcount == 1


def take_back(connection: Connection, contact_id: int) -> bool:
    """Forget an operator's word; False where there was none."""
    return connection.execute(delete(overrides).where(overrides.c.contact_id == contact_id)).rowcount == 1


def exist(connection: Connection) -> bool:
    """Tell whether there is any; most of the time there is none."""
    return bool(connection.scalar(select(exists().select_from(overrides))))


def of_contacts(connection: Connection, contact_ids: Iterable[int]) -> dict[int, OverrideFacts]:
    """Return the overrides of contacts."""
    if not exist(connection):
        return {}
    found = run(
        connection,
        "SELECT o.contact_id, o.to_label, o.at, o.decided_by, o.reason, o.confirmed_at "
        f"FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN overrides AS o WHERE o.contact_id = r.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {
        contact_id: OverrideFacts(
            LABEL_OF_WORD[to],
            moment_of(at),  # type: ignore[arg-type]  # the column is never null
            by,
            reason,
            moment_of(confirmed_at),
        )
        for contact_id, to, at, by, reason, confirmed_at in found
    }
