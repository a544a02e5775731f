"""Consumers: programs that read the feed, their tokens, and what each has carried out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.consumer import Consumer, ConsumerError
from store.sets import run
from store.signals import moment_of
from store.tables import (
    consumer_tokens,
    consumers,
    received,
    recipients,
    segment_steps,
    segments,
    webhooks,
)

#: A use is written down at most so often.
NOTED_EVERY = timedelta(minutes=1)
#: As many records and removals are counted at most.
MOST_COUNTED = 10_000

_COLUMNS = (
    consumers.c.id,
    consumers.c.name,
    consumers.c.recipient_id,
    consumers.c.fields,
    consumers.c.created_at,
    consumers.c.acked_seq,
    consumers.c.acked_removals,
    consumers.c.acked_at,
    consumers.c.seen_at,
    consumers.c.segment_id,
    func.coalesce(consumers.c.why, ""),
    consumers.c.forgotten_seq,
)


class Token(NamedTuple):
    """A token as it is kept."""

    token_hash: bytes
    begins: str
    ends_at: datetime


class Behind(NamedTuple):
    """How far a consumer is behind: records and removals that it has not acknowledged, and since when.

    Both are counted to MOST_COUNTED.
    """

    records: int
    records_since: datetime | None
    removals: int
    removals_since: datetime | None


class Listed(NamedTuple):
    """A consumer with its recipient, its standing tokens, the last to end first, and how far it is behind.

    `segment` is the name of the one that it is bound to.
    """

    consumer: Consumer
    recipient: str
    tokens: tuple[Token, ...]
    behind: Behind
    segment: str | None = None


def add(
    connection: Connection,
    name: str,
    recipient_id: int,
    fields: Sequence[str] | None,
    *,
    now: datetime,
    bound_to: tuple[int | None, str] = (None, ""),
) -> Consumer:
    """Add a consumer, bound to a segment for a reason.

    Raises ConsumerError where one of its name is there.
    """
    segment_id, why = bound_to
    told = orjson.dumps([*fields]).decode() if fields is not None else None
    values = {"name": name, "recipient_id": recipient_id, "fields": told, "created_at": now}
    values |= {"segment_id": segment_id, "why": why or None}
    try:
        with connection.begin_nested():
            number = connection.execute(
                insert(consumers).values(**values).returning(consumers.c.id)
            ).scalar_one()
    except IntegrityError:
        raise ConsumerError(f"There is a consumer {name} already; choose another name.") from None
    read = tuple(fields) if fields is not None else None
    return Consumer(number, name, recipient_id, read, now, segment_id=segment_id, why=why)


def add_token(connection: Connection, consumer_id: int, token: Token, *, now: datetime) -> None:
    """Let a consumer be known by a token; those whose time is over go."""
    connection.execute(delete(consumer_tokens).where(consumer_tokens.c.ends_at <= now))
    values = {"consumer_id": consumer_id, "created_at": now, **token._asdict()}
    connection.execute(insert(consumer_tokens).values(**values))


def shorten(connection: Connection, consumer_id: int, until: datetime) -> None:
    """Let the tokens of a consumer end at a moment, where they would not before."""
    longer = (consumer_tokens.c.consumer_id == consumer_id, consumer_tokens.c.ends_at > until)
    connection.execute(update(consumer_tokens).where(*longer).values(ends_at=until))


def end(connection: Connection, consumer_id: int, *, now: datetime) -> None:
    """Let a consumer read nothing any more; whom it was shown is kept no longer, and its webhooks."""
    connection.execute(delete(consumer_tokens).where(consumer_tokens.c.consumer_id == consumer_id))
    connection.execute(delete(received).where(received.c.consumer_id == consumer_id))
    connection.execute(delete(webhooks).where(webhooks.c.consumer_id == consumer_id))
    connection.execute(delete(segment_steps).where(segment_steps.c.consumer_id == consumer_id))
    connection.execute(update(consumers).where(consumers.c.id == consumer_id).values(ended_at=now))


def known_by(connection: Connection, token_hash: bytes, *, now: datetime) -> Consumer | None:
    """Return whom a token stands for; None where it has ended, or its consumer or recipient has."""
    statement = (
        _standing()
        .join(consumer_tokens, consumer_tokens.c.consumer_id == consumers.c.id)
        .where(
            consumer_tokens.c.token_hash == token_hash,
            consumer_tokens.c.ends_at > now,
            recipients.c.ended_at.is_(None),
        )
    )
    row = connection.execute(statement).first()
    return _consumer(row[:-2]) if row else None


def named(connection: Connection, name: str) -> Consumer:
    """Return a consumer by its name; raises ConsumerError where there is none."""
    row = connection.execute(_standing().where(consumers.c.name == name)).first()
    if row is None:
        raise ConsumerError(f"There is no consumer {name!r}: `regulars consumer list` shows them.")
    return _consumer(row[:-2])


def get(connection: Connection, number: int) -> Consumer:
    """Return a consumer by its number; raises ConsumerError where there is none."""
    row = connection.execute(_standing().where(consumers.c.id == number)).first()
    if row is None:
        raise ConsumerError("There is no such consumer any more.")
    return _consumer(row[:-2])


def any_stands(connection: Connection) -> bool:
    """Tell whether anybody may read the feed."""
    statement = select(consumers.c.id).where(consumers.c.ended_at.is_(None)).limit(1)
    return connection.scalar(statement) is not None


def every(connection: Connection, *, now: datetime) -> list[Listed]:
    """Return the consumers by name."""
    rows = connection.execute(_standing().order_by(consumers.c.name)).all()
    return [
        Listed(
            each := _consumer(row[:-2]),
            row[-2],
            _tokens(connection, each.id, now),
            behind(connection, each),
            row[-1],
        )
        for row in rows
    ]


def hold(connection: Connection, consumer_id: int) -> None:
    """Let the transaction be the only one that shows this consumer something, to its end."""
    if connection.dialect.name != "sqlite":
        run(connection, "SELECT 1 FROM consumers WHERE id = :id FOR UPDATE", id=consumer_id)


def note_seen(connection: Connection, consumer: Consumer, *, now: datetime) -> None:
    """Write down that a consumer asked."""
    connection.execute(update(consumers).where(consumers.c.id == consumer.id).values(seen_at=now))


def acknowledge(connection: Connection, consumer_id: int, seq: int, removals: int, *, now: datetime) -> None:
    """Keep that a consumer has carried out everything up to a step, and removals up to another one."""
    greatest = "max" if connection.dialect.name == "sqlite" else "greatest"
    run(
        connection,
        f"UPDATE consumers SET acked_seq = {greatest}(acked_seq, :seq), "
        f"acked_removals = {greatest}(acked_removals, :removals) WHERE id = :id",
        seq=seq,
        removals=max(seq, removals),
        id=consumer_id,
    )
    connection.execute(update(consumers).where(consumers.c.id == consumer_id).values(acked_at=now))


def bound(connection: Connection, segment_id: int | None = None) -> list[Consumer]:
    """Return the consumers that are bound to a segment, or to this one."""
    of_it = consumers.c.segment_id == segment_id if segment_id else consumers.c.segment_id.is_not(None)
    rows = connection.execute(_standing().where(of_it).order_by(consumers.c.name))
    return [_consumer(row[:-2]) for row in rows]


def behind(connection: Connection, consumer: Consumer) -> Behind:
    """Count what a consumer has not acknowledged; of a bound one as its steps were last reckoned."""
    if consumer.segment_id is not None:
        return _bound_behind(connection, consumer)
    records = run(
        connection,
        "SELECT count(*) FROM (SELECT seq FROM messaging_contacts WHERE seq > :acked LIMIT :most) AS part",
        acked=consumer.acked_seq,
        most=MOST_COUNTED,
    ).scalar_one()
    since = run(
        connection,
        "SELECT at FROM changes WHERE seq = (SELECT min(seq) FROM messaging_contacts WHERE seq > :acked)",
        acked=consumer.acked_seq,
    ).scalar()
    removals, removed_at = run(
        connection,
        "SELECT count(*), min(at) FROM (SELECT t.at FROM changes AS t WHERE t.op = 'remove' "
        "AND t.seq > :acked AND EXISTS (SELECT 1 FROM received AS r WHERE r.consumer_id = :id "
        "AND r.platform_id = t.platform_id AND r.platform = t.platform) "
        # To a third party the end of a consent is a removal.
        "UNION ALL SELECT e.withdrawn_at FROM transfer_consents AS e "
        "JOIN contacts AS c ON c.id = e.contact_id WHERE e.recipient_id = :recipient "
        "AND e.withdrawn_seq > :acked AND EXISTS (SELECT 1 FROM received AS r WHERE r.consumer_id = :id "
        "AND r.platform_id = c.platform_id AND r.platform = c.platform) LIMIT :most) AS part",
        acked=consumer.acked_removals,
        id=consumer.id,
        recipient=consumer.recipient_id,
        most=MOST_COUNTED,
    ).one()
    # What was there before the consumer was cannot have waited for it longer.
    moved_at = moment_of(since)
    begun_at = max(moved_at, consumer.created_at) if moved_at else None
    return Behind(int(records), begun_at, int(removals), moment_of(removed_at))


def _bound_behind(connection: Connection, consumer: Consumer) -> Behind:
    counted: list[Any] = []
    for op, acked in (("upsert", consumer.acked_seq), ("remove", consumer.acked_removals)):
        number, since = run(
            connection,
            "SELECT count(*), min(at) FROM (SELECT at FROM segment_steps WHERE consumer_id = :id "
            "AND seq > :acked AND op = :op LIMIT :most) AS part",
            id=consumer.id,
            acked=acked,
            op=op,
            most=MOST_COUNTED,
        ).one()
        counted += [int(number), moment_of(since)]
    return Behind(*counted)


def _standing() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS, recipients.c.name, segments.c.name)
        .join(recipients, recipients.c.id == consumers.c.recipient_id)
        .outerjoin(segments, segments.c.id == consumers.c.segment_id)
        .where(consumers.c.ended_at.is_(None))
    )


def _tokens(connection: Connection, consumer_id: int, now: datetime) -> tuple[Token, ...]:
    columns = (consumer_tokens.c.token_hash, consumer_tokens.c.begins, consumer_tokens.c.ends_at)
    statement = select(*columns).where(
        consumer_tokens.c.consumer_id == consumer_id, consumer_tokens.c.ends_at > now
    )
    rows = connection.execute(statement.order_by(consumer_tokens.c.ends_at.desc()))
    return tuple(Token(*row) for row in rows)


def _consumer(row: Row[*tuple[Any, ...]] | Sequence[Any]) -> Consumer:
    number, name, recipient_id, fields, *rest = row
    return Consumer(number, name, recipient_id, tuple(orjson.loads(fields)) if fields else None, *rest)
