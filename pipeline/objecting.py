"""Object: what the links and the form of the public page carry out, without a login."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.link_tokens import LinkError, LinkSealer
from config.suppression import Suppressor
from domain.contact import ContactKey
from domain.journal import PAGE, Act, Entry
from pipeline.objections import hold_to
from pipeline.rights import OBJECTED, end_contact
from store import contacts, erasing, journal, suppressions
from store.database import Database

#: What a link of this kind is sealed for.
STOP = "stop"
#: How many contacts are looked at at once where a link's own is gone.
_AT_ONCE = 20_000
_ID_BYTES, _ENDING, _VALUE_BYTES = 8, 2, 32


class _Target(NamedTuple):
    """Whom a link stands for: where the contact stood, and its values under the first `wraps` keys.

    `ending` is the end of its platform's id, as much as thousands share: it makes a search short.
    """

    wraps: int
    contact_id: int
    ending: str
    values: tuple[str, ...]


def stop_tokens(
    connection: Connection,
    keys: Collection[ContactKey],
    suppressor: Suppressor,
    links: LinkSealer,
    *,
    now: datetime,
) -> dict[ContactKey, str]:
    """Make the token of each contact's one-click link; it never expires and tells nobody else whose it is.

    It holds no identifier: the contact's number here, and the values that suppress it, the one of its key
    first. Contacts that are not there have none.
    """
    known = erasing.known_by(connection, keys).items()
    return {key: links.seal(STOP, _packed(_target(each, suppressor)), now=now) for key, each in known}


def is_stop(links: LinkSealer, token: str, *, now: datetime) -> bool:
    """Tell whether a token is one that objects; nothing else is looked at."""
    try:
        _unpacked(links.open(STOP, token, now=now))
    except LinkError:
        return False
    return True


def stop(
    database: Database,
    token: str,
    keys_of: Callable[[Connection], tuple[Suppressor, LinkSealer]],
    *,
    now: datetime,
) -> None:
    """Carry out the objection that a link stands for; raises LinkError for a token that is none.

    Works twice, after the contact was erased, and after new keys. Where the contact stands under another
    number now, it is looked for among all before anybody is kept waiting; only the newest are looked at
    again while pages wait.
    """
    with database.read() as connection:
        suppressor, links = keys_of(connection)
        target = _unpacked(links.open(STOP, token, now=now))
        values = _now(suppressor, target)
        done = suppressions.among(connection, values) == values
        key, last = _find(connection, target, suppressor), 0
        if key is None and not done:
            key, last = _walk(connection, target, suppressor, 0)

    def act(connection: Connection) -> None:
        suppressor, _ = keys_of(connection)
        suppressions.take(connection)
        hold_to(connection, _now(suppressor, target), OBJECTED, suppressor, now=now)
        found = key or (None if done else _walk(connection, target, suppressor, last)[0])
        end_contact(connection, [found] if found else [], suppressor, OBJECTED, now=now)
        journal.record(connection, Entry(PAGE, Act.OBJECTED, now, why="by a link"))

    database.transact(act)


def object_by_handle(
    connection: Connection, platform: str, handle: str, suppressor: Suppressor, *, now: datetime
) -> None:
    """Carry out the objection under a handle: it, and the contact known by it, never come in again.

    No platform is asked. The known, the unknown and the suppressed take the same statements.
    """
    handle = handle.strip().removeprefix("@")
    suppressions.take(connection)
    keys = [ContactKey(platform, each) for each in sorted(contacts.named(connection, platform, handle))]
    named = [(f"handle:{platform}", handle)]
    end_contact(connection, keys, suppressor, OBJECTED, identifiers=named, now=now, even_none=True)
    journal.record(connection, Entry(PAGE, Act.OBJECTED, now, why="by a handle"))


def _now(suppressor: Suppressor, target: _Target) -> set[str]:
    if target.wraps > suppressor.wraps:
        raise LinkError("The link was made with keys that this database does not have.")
    return {suppressor.wrapped_up(each, target.wraps) for each in target.values}


def _find(connection: Connection, target: _Target, suppressor: Suppressor) -> ContactKey | None:
    """Find the contact by its number, which may be somebody else's by now."""
    wanted = suppressor.wrapped_up(target.values[0], target.wraps)
    for _, *key in contacts.identities_after(connection, target.contact_id - 1, 1):
        if suppressor.value(*key) == wanted:
            return ContactKey(*key)
    return None


def _walk(
    connection: Connection, target: _Target, suppressor: Suppressor, after: int
) -> tuple[ContactKey | None, int]:
    wanted = suppressor.wrapped_up(target.values[0], target.wraps)
    while rows := contacts.identities_after(connection, after, _AT_ONCE, ending=target.ending):
        for number, *key in rows:
            if suppressor.value(*key) == wanted:
                return ContactKey(*key), number
        after = rows[-1][0]
    return None, after


def _target(known: erasing.KnownBy, suppressor: Suppressor) -> _Target:
    ending = known.identifiers[0][1][-_ENDING:]
    plain = ending if re.fullmatch(rf"[0-9A-Za-z]{{{_ENDING}}}", ending) else ""
    return _Target(suppressor.wraps, known.contact_id, plain, tuple(suppressor.values(known.identifiers)))


def _packed(target: _Target) -> bytes:
    head = bytes([target.wraps]) + target.contact_id.to_bytes(_ID_BYTES)
    head += target.ending.encode().rjust(_ENDING, b"\0")
    return head + b"".join(bytes.fromhex(each) for each in target.values)


def _unpacked(content: bytes) -> _Target:
    head = 1 + _ID_BYTES + _ENDING
    values = [content[at : at + _VALUE_BYTES].hex() for at in range(head, len(content), _VALUE_BYTES)]
    ending = content[1 + _ID_BYTES : head].strip(b"\0").decode()
    return _Target(content[0], int.from_bytes(content[1 : 1 + _ID_BYTES]), ending, tuple(values))
