"""The journal: a chain of entries that only grows, beside it what they say, and the proof of both."""

import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    String,
    delete,
    func,
    insert,
    select,
    type_coerce,
)

from domain.contact import ContactKey
from domain.journal import (
    GENESIS,
    SALT_BYTES,
    Act,
    Entry,
    JournalError,
    Text,
    as_ranges,
    commitment_of,
    link_of,
    text_of,
    written_at,
)
from domain.journal_proof import Anchor, Fault, Finding, Kept, Verdict, prove
from store.sets import as_parameter, rows_of, run
from store.tables import journal_chain as chain
from store.tables import journal_texts as texts

#: Who enters what the journal does by itself.
ITSELF = "journal"
#: The lock under which entries get their numbers on PostgreSQL.
_LOCK = 7308604759847137653


def record(connection: Connection, entry: Entry) -> int:
    """Enter what this transaction does; returns the entry's number.

    Must come last in it, after `messaging.publish`: whoever holds the end of the chain commits next, so no
    number becomes visible after a larger one, and nobody who holds it waits for another lock. Where the
    entry tells of a read, the read follows and locks nothing. A transaction that is taken back leaves
    neither entry nor gap.
    """
    end = _hold(connection)
    seq, text, at = end.seq + 1, text_of(entry, secrets.token_bytes(SALT_BYTES)), written_at(entry.at)
    commitment = commitment_of(text, at)
    link = link_of(end.link, seq, at, commitment)
    linked = {"seq": seq, "at": entry.at, "commitment": commitment, "link": link}
    connection.execute(insert(chain), linked)
    connection.execute(insert(texts), {"seq": seq, **text._asdict()})
    return seq


def record_change(connection: Connection, entry: Entry) -> None:
    """Enter what holds from now on, unless the newest entry of its act has the same details.

    Before the first such entry nothing holds. Must come last in the transaction, as `record`.
    """
    if _newest_details(connection, entry.act) != entry.details:
        _hold(connection)  # another process may just have entered it
        if _newest_details(connection, entry.act) != entry.details:
            record(connection, entry)


def forget(
    connection: Connection,
    subject_keys: Iterable[ContactKey | str],
    *,
    now: datetime,
    even_none: bool = False,
) -> int:
    """Delete what entries say about contacts, with their salts, and enter that it was deleted.

    Returns how many entries lost their text; their places in the chain stay, and nothing there can be tried
    out against a guess. Must come last in the transaction, once the contacts are gone: an entry about one
    of them that is being written is then either here or finds nobody any more. With `even_none` it is
    entered, too, that nothing was deleted, so that nobody can tell of whom there was something.
    """
    _hold(connection)
    gone = run(
        connection,
        "DELETE FROM journal_texts WHERE subject_key IN "
        f"(SELECT subject_key FROM {rows_of(connection, {'subject_key': 'text'})} AS r) RETURNING seq",
        rows=as_parameter([str(each)] for each in subject_keys),
    )
    numbers = [row[0] for row in gone]
    if numbers or even_none:
        _enter_deletion(connection, numbers, "on request", now=now)
    return len(numbers)


def subjects(connection: Connection, numbers: Collection[int]) -> list[str]:
    """Return whom entries are about."""
    about = select(texts.c.subject_key).where(texts.c.seq.in_(numbers), texts.c.subject_key.is_not(None))
    return sorted({*connection.scalars(about)})


def all_subjects(connection: Connection) -> list[str]:
    """Return everybody whom some entry is about."""
    about = select(texts.c.subject_key).where(texts.c.subject_key.is_not(None))
    return sorted({*connection.scalars(about)})


def expire(connection: Connection, *, before: datetime, now: datetime) -> int:
    """Delete what entries say that were written before a moment; returns how many there were.

    Where clocks disagreed, only the entries before the first that is younger go.
    """
    _hold(connection)
    younger = select(func.min(chain.c.seq)).where(chain.c.at >= before).scalar_subquery()
    newest = connection.scalar(
        select(func.max(chain.c.seq)).where(chain.c.seq < func.coalesce(younger, chain.c.seq + 1))
    )
    gone = connection.execute(delete(texts).where(texts.c.seq <= (newest or 0))).rowcount
    if gone:  # all up to it: the entries that told of earlier deletions are among them
        _enter_deletion(connection, range(1, newest + 1), "by age", now=now)
    return gone


def newest(connection: Connection) -> Anchor:
    """Return the number and link of the newest entry, to be kept elsewhere."""
    found = connection.execute(
        select(chain.c.seq, chain.c.link).order_by(chain.c.seq.desc()).limit(1)
    ).first()
    return Anchor(found.seq, found.link) if found else Anchor(0, GENESIS)


def listed(
    connection: Connection, *, count: int, subject: ContactKey | None = None, before: int | None = None
) -> Sequence[RowMapping]:
    """Return the newest entries, newest first; those whose text was deleted have no actor and no act.

    `before` is the number of an entry: only those before it.
    """
    statement = select(
        chain.c.seq, chain.c.at, *(each for each in texts.c if each.name not in ("seq", "salt"))
    )
    statement = (
        statement.outerjoin(texts, texts.c.seq == chain.c.seq).order_by(chain.c.seq.desc()).limit(count)
    )
    if before is not None:
        statement = statement.where(chain.c.seq < before)
    if subject is not None:
        statement = statement.where(texts.c.subject_key == str(subject))
    return connection.execute(statement).mappings().all()


def verify(connection: Connection, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Go through the whole journal and find whatever was done to it since it was written."""
    verdict = prove(_kept(connection), anchors)
    alone = connection.scalars(select(texts.c.seq).where(texts.c.seq.not_in(select(chain.c.seq))))
    strangers = [Finding(each, each, Fault.ALONE) for each in alone]
    if not strangers:
        return verdict
    return verdict._replace(proven=0, findings=tuple(sorted([*verdict.findings, *strangers])))


def require(connection: Connection, anchors: Iterable[Anchor]) -> None:
    """Raise JournalError unless the chain holds every one of these anchors."""
    for each in anchors:
        link = connection.scalar(select(chain.c.link).where(chain.c.seq == each.seq)) if each.seq else GENESIS
        if link != each.link:
            raise JournalError(
                f"The anchors tell of another entry {each.seq} than the journal; nothing was written. "
                "Keep the anchors and say `regulars journal verify --anchor` with them."
            )


def _newest_details(connection: Connection, act: Act) -> Any:
    statement = select(texts.c.details).where(texts.c.act == act.value).order_by(texts.c.seq.desc()).limit(1)
    return json.loads(connection.scalar(statement) or "{}")


def _hold(connection: Connection) -> Anchor:
    """Return the end of the chain, which stays the end until the transaction ends."""
    if connection.dialect.name == "postgresql":
        run(connection, "SELECT pg_advisory_xact_lock(:lock)", lock=_LOCK)
    return newest(connection)


def _enter_deletion(connection: Connection, numbers: Sequence[int], why: str, *, now: datetime) -> None:
    details = {"entries": as_ranges(numbers)}
    record(connection, Entry(ITSELF, Act.TEXTS_DELETED, now, why=why, details=details))


def _kept(connection: Connection) -> Iterator[Kept]:
    """Read all entries by number, whatever somebody has put into them."""
    said = [texts.c[each] for each in Text._fields]
    statement = (
        select(chain.c.seq, _as_written(connection).label("at"), chain.c.commitment, chain.c.link, *said)
        .outerjoin(texts, texts.c.seq == chain.c.seq)
        .order_by(chain.c.seq)
    )
    for each in connection.execute(statement.execution_options(yield_per=2_000)):
        text = None
        if each.salt is not None:
            subject = None if each.subject_key is None else str(each.subject_key)
            text = Text(
                _bytes(each.salt), str(each.actor), str(each.act), subject, str(each.why), str(each.details)
            )
        yield Kept(each.seq, str(each.at), _bytes(each.commitment), _bytes(each.link), text)


def _as_written(connection: Connection) -> ColumnElement[Any]:
    """Select the moments as text: what is no moment at all must be found, and not end the search."""
    if connection.dialect.name == "sqlite":
        return type_coerce(chain.c.at, String())
    return func.to_char(func.timezone("UTC", chain.c.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")
