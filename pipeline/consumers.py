"""Consumers: who reads the feed is made, gets a new token, and is let go; each entered in the journal."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

from domain.consumer import DAYS, Consumer, require_sound
from domain.journal import Act, Detail, Entry
from domain.recipient import Recipient, require_receiving
from store import consumers, journal
from store.consumers import Token

#: How a token begins, so that whoever finds one somewhere knows what it is.
MARK = "rgl_"
#: Random bytes of a token, and how many characters of it are kept to know it again.
TOKEN_BYTES, KEPT = 32, 12
#: How long the former token of a consumer is good beside its new one.
OVERLAP = timedelta(days=1)


class Wanted(NamedTuple):
    """What a consumer is to be: whose program it is, which fields it reads (None: all), for how many days.

    With a segment it reads the contacts of that alone; `why` is the message or campaign. Whether the segment
    may be read so is asked before (`exports.binding`).
    """

    name: str
    recipient: Recipient
    fields: Sequence[str] | None = None
    days: int = DAYS
    segment_id: int | None = None
    why: str = ""


def add_consumer(
    connection: Connection, wanted: Wanted, offered: Collection[str], actor: str, *, now: datetime
) -> tuple[Consumer, str]:
    """Make a consumer; returns it with its token, which is told now and never again.

    `offered` are the fields that a record may have. Raises ConsumerError for what cannot be, and
    RecipientError where its recipient may get nothing.
    """
    require_sound(wanted.name, wanted.fields, offered, wanted.days)
    require_receiving(wanted.recipient)
    made = consumers.add(
        connection,
        wanted.name,
        wanted.recipient.id,
        wanted.fields,
        now=now,
        bound_to=(wanted.segment_id, wanted.why.strip()),
    )
    token = _new_token(connection, made, wanted.days, now)
    details: dict[str, Detail] = {"consumer": made.id, "recipient": wanted.recipient.id, "days": wanted.days}
    details |= {"segment": wanted.segment_id} if wanted.segment_id is not None else {}
    journal.record(connection, Entry(actor, Act.CONSUMER_ADDED, now, why=made.why, details=details))
    return made, token


def rotate_token(  # who, for how long, and until when the old one is good
    connection: Connection,
    consumer: Consumer,
    actor: str,
    *,
    now: datetime,
    days: int = DAYS,
    overlap: timedelta = OVERLAP,
) -> str:
    """Give a consumer a new token; its former ones end after the overlap. Raises ConsumerError."""
    require_sound(consumer.name, None, (), days)
    consumers.shorten(connection, consumer.id, now + overlap)
    token = _new_token(connection, consumer, days, now)
    details: dict[str, Detail] = {"consumer": consumer.id, "days": days}
    journal.record(connection, Entry(actor, Act.CONSUMER_ROTATED, now, details=details))
    return token


def revoke_consumer(connection: Connection, consumer: Consumer, actor: str, *, now: datetime) -> None:
    """Let a consumer read nothing any more, from this moment."""
    consumers.end(connection, consumer.id, now=now)
    journal.record(connection, Entry(actor, Act.CONSUMER_REVOKED, now, details={"consumer": consumer.id}))


def hash_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return sha256(token.encode()).digest()


def _new_token(connection: Connection, consumer: Consumer, days: int, now: datetime) -> str:
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    kept = Token(hash_of(token), token[:KEPT], now + timedelta(days=days))
    consumers.add_token(connection, consumer.id, kept, now=now)
    return token
