"""Recipients: who gets files of the messaging store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.recipient import Ground, Part, Recipient, RecipientError
from store.sets import run
from store.tables import exports, recipients

_COLUMNS = (
    recipients.c.name,
    recipients.c.country,
    recipients.c.part,
    recipients.c.ground,
    recipients.c.id,
    recipients.c.created_at,
    recipients.c.ended_at,
)


def add(connection: Connection, recipient: Recipient, *, now: datetime) -> int:
    """Add a recipient; returns its number. Raises RecipientError where one of its name is there."""
    values = {"name": recipient.name, "country": recipient.country, "part": recipient.part.value}
    ground = recipient.ground.value if recipient.ground else None
    statement = insert(recipients).values(**values, ground=ground, created_at=now).returning(recipients.c.id)
    try:
        with connection.begin_nested():
            return int(connection.execute(statement).scalar_one())
    except IntegrityError:
        raise RecipientError(f"{recipient.name} is a recipient already.") from None


def every(connection: Connection) -> Sequence[Recipient]:
    """Return those who may get files, by name."""
    statement = select(*_COLUMNS).where(recipients.c.ended_at.is_(None)).order_by(recipients.c.name)
    return [_recipient(each) for each in connection.execute(statement)]


def called(connection: Connection, name: str) -> Recipient:
    """Return one by its name; raises RecipientError where there is none."""
    found = next((each for each in every(connection) if each.name == name), None)
    if found is None:
        raise RecipientError(
            f"There is no recipient {name!r}: `regulars recipient list` shows them, `add` makes one."
        )
    return found


def of_export(connection: Connection, number: int) -> Recipient | None:
    """Return for whom an export was, also one that has ended; None where that is nobody in particular."""
    named = select(*_COLUMNS).join(exports, exports.c.recipient_id == recipients.c.id)
    row = connection.execute(named.where(exports.c.id == number)).first()
    return _recipient(row) if row else None


def holding(connection: Connection) -> list[tuple[Recipient, tuple[str, ...]]]:
    """Return the recipients that may get files or hold people still, by name, with the ways in which they do.

    Ways are `files` (on record as being somewhere), `singer` (a target of the tap), `api` (a program that
    was shown somebody) and `views` (a role that reads the views).
    """
    found = run(
        connection,
        "SELECT recipient_id, CASE form WHEN 'singer' THEN 'singer' ELSE 'files' END FROM exports "
        "WHERE ended_at IS NULL AND recipient_id IS NOT NULL UNION "
        "SELECT c.recipient_id, 'api' FROM consumers AS c WHERE c.ended_at IS NULL AND EXISTS "
        "(SELECT 1 FROM received AS r WHERE r.consumer_id = c.id) UNION "
        "SELECT recipient_id, 'views' FROM view_readers WHERE ended_at IS NULL",
    )
    ways: dict[int, set[str]] = {}
    for number, way in found:
        ways.setdefault(number, set()).add(way)
    listed = or_(recipients.c.ended_at.is_(None), recipients.c.id.in_(ways))
    rows = connection.execute(select(*_COLUMNS).where(listed).order_by(recipients.c.name))
    return [(each, tuple(sorted(ways.get(each.id, ())))) for each in map(_recipient, rows)]


def name_of(connection: Connection, number: int) -> str | None:
    """Return the name of one, ended or not."""
    return connection.scalar(select(recipients.c.name).where(recipients.c.id == number))


def end(connection: Connection, recipient_id: int, *, now: datetime) -> bool:
    """Let somebody get no file any more; False where there is no such recipient."""
    standing = (recipients.c.id == recipient_id, recipients.c.ended_at.is_(None))
    return connection.execute(update(recipients).where(*standing).values(ended_at=now)).rowcount == 1


def any_other(connection: Connection) -> bool:
    """Tell whether anybody outside the controller's own team may get files."""
    others = select(recipients.c.id).where(
        recipients.c.ended_at.is_(None), recipients.c.part != Part.OWN.value
    )
    return connection.scalar(others.limit(1)) is not None


def _recipient(row: Row[*tuple[Any, ...]]) -> Recipient:
    name, country, part, ground, *rest = row
    return Recipient(name, country, Part(part), Ground(ground) if ground else None, *rest)
