"""The one stop: what is halted, by whom and why, and who comes in when it ends."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from domain.counting import MOST_COUNTED
from domain.errors import RegularsError
from store.moments import stamp
from store.sets import as_parameter, put, rows_of, run
from store.tables import accounts, contacts, halted_contacts, halts

#: What stands for the account where everything is halted.
EVERYTHING = 0


class HaltedError(RegularsError):
    """Raised where something may not be done while a halt lasts; the sentence says by whom and why."""


class Halt(NamedTuple):
    """A halt: of one account, or of everything where `account` is None."""

    place: int
    account: str | None
    by: str
    why: str
    at: datetime

    @property
    def sentence(self) -> str:
        """What is halted, by whom, since when and why."""
        what = f"Account {self.account}" if self.account else "Everything"
        return f"{what} was halted by {self.by} at {self.at:%Y-%m-%d %H:%M} UTC: {self.why.rstrip('.')}."


class Waiting(NamedTuple):
    """Who would have come in: the contact, what the feed will say, and through which account (0: none)."""

    contact_id: int
    reason: str
    account_id: int


def begin(connection: Connection, place: int, by: str, why: str, *, now: datetime) -> None:
    """Halt an account by its number, or everything; a halt that stands gets the new reason."""
    values = {"place": place, "account_id": place or None, "by": by, "why": why, "at": now}
    put(connection, halts, values)


def end(connection: Connection, place: int) -> bool:
    """End a halt; False where none stood."""
    return connection.execute(delete(halts).where(halts.c.place == place)).rowcount == 1


def every(connection: Connection) -> list[Halt]:
    """Return what is halted, everything first."""
    found = connection.execute(
        select(halts.c.place, accounts.c.name, halts.c.by, halts.c.why, halts.c.at)
        .outerjoin(accounts, accounts.c.id == halts.c.account_id)
        .order_by(halts.c.place)
    )
    return [Halt(*each) for each in found]


def concerns(connection: Connection, account_id: int) -> bool:
    """Tell whether nothing may be harvested of an account now."""
    found = select(halts.c.place).where(halts.c.place.in_((EVERYTHING, account_id))).limit(1)
    return connection.scalar(found) is not None


def require_none(connection: Connection) -> None:
    """Raise HaltedError while anything is halted: a file holds the people of all accounts."""
    for each in every(connection):
        raise HaltedError(f"{each.sentence} No file is written until `regulars resume`.")


def over(connection: Connection, account_id: int) -> Halt | None:
    """Return the halt under which nothing of an account is harvested now, that of everything first."""
    places = (EVERYTHING, account_id)
    return next((each for each in every(connection) if each.place in places), None)


def require_none_over(connection: Connection, account_id: int) -> None:
    """Raise HaltedError while nothing may be harvested of an account."""
    found = over(connection, account_id)
    if found is not None:
        raise HaltedError(f"{found.sentence} Nothing is begun until `regulars resume`.")


def waiting(connection: Connection) -> int:
    """Count those who wait for the end of a halt, up to `MOST_COUNTED`: every page asks."""
    all_of_them = halted_contacts.c.contact_id > 0  # along the index
    some = select(halted_contacts.c.contact_id).where(all_of_them).limit(MOST_COUNTED).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def keep_out(connection: Connection, entering: Iterable[tuple[int, str]], *, now: datetime) -> frozenset[int]:
    """Return those of (contact, reason) whom a halt keeps out of the messaging store, and remember them.

    Nobody is kept out who is inside. A contact comes in through the account whose act decided its label
    last. The halts stay as they are to the end of the transaction.
    """
    places = _held(connection)
    if not places:
        return frozenset()
    found = run(
        connection,
        "SELECT r.id, r.reason, coalesce((SELECT d.account_id FROM decisions AS d WHERE d.contact_id = r.id "
        f"ORDER BY d.id DESC LIMIT 1), 0) FROM {rows_of(connection, {'id': 'int', 'reason': 'text'})} AS r "
        "WHERE NOT EXISTS (SELECT 1 FROM messaging_contacts AS m WHERE m.contact_id = r.id)",
        rows=as_parameter([*each] for each in dict(entering).items()),
    ).all()
    held = [row for row in found if EVERYTHING in places or row[2] in places]
    if held:
        moment = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
        columns = {"contact_id": "int", "reason": "text", "account_id": "int"}
        run(
            connection,
            "INSERT INTO halted_contacts (contact_id, account_id, reason, at) "
            f"SELECT contact_id, account_id, reason, {moment} FROM {rows_of(connection, columns)} AS r "
            "WHERE true ON CONFLICT (contact_id) DO UPDATE SET account_id = excluded.account_id",
            now=stamp(now),
            rows=as_parameter([*row] for row in sorted(held)),
        )
    return frozenset(row[0] for row in held)


def among(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts who wait for the end of a halt."""
    found = run(
        connection,
        "SELECT contact_id FROM halted_contacts WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def free(connection: Connection, size: int) -> dict[int, str]:
    """Return some of those who wait for a halt that has ended, by their number, with their platforms."""
    places = {each.place for each in every(connection)}
    if EVERYTHING in places:
        return {}
    over = next((each for each in _waited_for(connection) if each not in places), None)
    if over is None:
        return {}
    found = (
        select(halted_contacts.c.contact_id, contacts.c.platform)
        .join(contacts, contacts.c.id == halted_contacts.c.contact_id)
        .where(halted_contacts.c.account_id == over)
        .limit(size)
    )
    return {row.contact_id: row.platform for row in connection.execute(found)}


def _waited_for(connection: Connection) -> Iterator[int]:
    """Return the accounts through which anybody would have come, each by one look into the index."""
    last = -1
    while True:
        after = select(func.min(halted_contacts.c.account_id)).where(halted_contacts.c.account_id > last)
        found = connection.scalar(after)
        if found is None:
            return
        last = found
        yield last


def let_go(connection: Connection, contact_ids: Collection[int]) -> list[Waiting]:
    """Take contacts off the list; returns those that stood on it, for each of which one caller decides."""
    found = connection.execute(
        delete(halted_contacts)
        .where(halted_contacts.c.contact_id.in_(list(contact_ids)))
        .returning(halted_contacts.c.contact_id, halted_contacts.c.reason, halted_contacts.c.account_id)
    )
    return sorted(Waiting(*each) for each in found)


def _held(connection: Connection) -> Sequence[int]:
    """Return the places that are halted; nobody ends these halts before this transaction has ended."""
    return connection.scalars(select(halts.c.place).with_for_update(read=True, key_share=True)).all()
