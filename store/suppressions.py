"""Suppressions: of whom nothing may be stored, by the keyed hash of each identifier and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select, text, update

from domain.sieve import START_BYTES, VALUE_BYTES, Sieve
from store import sets
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import objections_ledger, suppression_keys, suppressions

#: Pages share this lock and a right takes it alone, so that no page under way writes who has just objected.
_LOCK = 7308604759847137651
#: Whoever makes values shares this one, and a new key takes it alone: values of two keys never meet.
_KEYS_LOCK = 7308604759847137652
_VALUE = {"value": "text"}
#: Later than any moment.
#: Whoever is known to be under age (the pack's `min_age_years`): no confirmation of theirs ends it.
UNDER_AGE = "under_age"
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: How many values are wrapped at once when a key is added.
_AT_ONCE = 10_000
#: So few values are asked about as they are, without a sieve.
FEW = 100
#: Where a connection remembers the transaction in which it last suppressed somebody.
_ADDED_IN = "suppressed_in"


def share(connection: Connection) -> None:
    """Keep rights away until this transaction ends: for whoever is about to write people."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({_LOCK})"))


def take(connection: Connection) -> None:
    """Keep pages away until this transaction ends: for whoever is about to suppress somebody."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def share_keys(connection: Connection) -> None:
    """Let no key be added until this transaction ends: for whoever is about to make values."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({_KEYS_LOCK})"))


def take_keys(connection: Connection) -> None:
    """Keep everybody who makes values away until this transaction ends: for whoever adds a key."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_KEYS_LOCK})"))


def keys_since(connection: Connection) -> list[datetime]:
    """Return when each key was made, the oldest first."""
    return list(connection.scalars(select(suppression_keys.c.at).order_by(suppression_keys.c.number)))


def keys(connection: Connection) -> tuple[bytes, ...]:
    """Return the sealed keys, the oldest first."""
    return tuple(
        connection.scalars(select(suppression_keys.c.key_sealed).order_by(suppression_keys.c.number))
    )


def add_key(connection: Connection, sealed: bytes, *, now: datetime) -> int:
    """Add a key after those that are there; returns how many there are."""
    number = len(keys(connection))
    connection.execute(insert(suppression_keys).values(number=number, key_sealed=sealed, at=now))
    return number + 1


def forget_keys(connection: Connection) -> None:
    """Delete all keys: only where no value was made with them."""
    connection.execute(delete(suppression_keys))


def among(connection: Connection, values: Iterable[str]) -> set[str]:
    """Return which of these values are suppressed."""
    found = run(
        connection,
        f"SELECT r.value FROM {rows_of(connection, _VALUE)} AS r CROSS JOIN suppressions AS s "
        "WHERE s.value = r.value",
        rows=as_parameter([each] for each in values),
    )
    return {row[0] for row in found.all()}


def sieved(connection: Connection, values: bytes, sieve: Sieve) -> Sequence[int]:
    """Return the places of those who may be suppressed among values that stand one behind the other.

    `sieve` is of the keys that made them; it is brought up to what this transaction sees. The caller holds
    `share` or `take`, and asks the database about who passes.
    """
    count = len(values) // VALUE_BYTES
    # What this transaction has added itself may be taken back, and its number given to others.
    own = connection.info.get(_ADDED_IN) is connection.get_transaction()
    if count <= FEW or own:
        return range(count)
    with sieve.lock:
        _bring_up(connection, sieve)
        return sieve.perhaps(values)


def places_among(connection: Connection, values: bytes, places: Iterable[int]) -> set[int]:
    """Return those of the places where a suppressed value stands."""
    asked = {each: values[each * VALUE_BYTES : (each + 1) * VALUE_BYTES].hex() for each in places}
    found = among(connection, asked.values()) if asked else set()
    return {each for each, value in asked.items() if value in found}


def _bring_up(connection: Connection, sieve: Sieve) -> None:
    """Take into the sieve what was suppressed since it was read last."""
    epoch, numbered = run(
        connection,
        "SELECT (SELECT epoch FROM feed_state), coalesce((SELECT numbered FROM objections_ledger), 0)",
    ).one()
    if (
        sieve.read is None or sieve.of != epoch or numbered < sieve.read
    ):  # another database, such as one that was restored
        sieve.begin(epoch)
    elif numbered == sieve.read:
        return
    joined = "group_concat" if connection.dialect.name == "sqlite" else "string_agg"
    starts = run(  # one text of them all: a million rows would take a second
        connection,
        f"SELECT {joined}(substr(value, 1, {2 * START_BYTES}), '') FROM suppressions "
        + ("" if sieve.read is None else "WHERE number > :read"),
        **({} if sieve.read is None else {"read": sieve.read}),
    ).scalar_one()
    sieve.add(bytes.fromhex(starts or ""))
    sieve.read = numbered


def since(connection: Connection, values: Iterable[str]) -> dict[str, datetime]:
    """Return since when those of these values are suppressed that are."""
    found = run(
        connection,
        f"SELECT r.value, s.at FROM {rows_of(connection, _VALUE)} AS r CROSS JOIN suppressions AS s "
        "WHERE s.value = r.value",
        rows=as_parameter([each] for each in values),
    )
    return {value: moment_of(at) or _NEVER for value, at in found}


def add(connection: Connection, values: Iterable[str], reason: str, *, wraps: int, now: datetime) -> set[str]:
    """Suppress what these values, made with so many keys, stand for; returns those that were not so before.

    The moment of those that were is renewed: what was asked for earlier lifts no later objection, and
    under age weighs more than another reason. All get the next number, which others get only after this
    transaction: whoever has read up to a number has all.
    """
    connection.info[_ADDED_IN] = connection.get_transaction()
    sets.add(connection, objections_ledger, {"id": 1, "applied_bytes": 0})
    numbered = objections_ledger.c.numbered
    following = update(objections_ledger).values(numbered=numbered + 1).returning(numbered)
    number = connection.execute(following).scalar_one()
    moment = _moment(connection)
    values = {*values}
    run(
        connection,
        f"UPDATE suppressions SET at = {moment} "
        f"WHERE at < {moment} AND value IN (SELECT value FROM {rows_of(connection, _VALUE)} AS r)",
        now=stamp(now),
        rows=as_parameter([each] for each in values),
    )
    weightier = _outweigh(connection, values) if reason == UNDER_AGE else set()
    added = run(
        connection,
        "INSERT INTO suppressions (value, wraps, reason, at, number) "
        f"SELECT value, :wraps, :reason, {moment}, :number "
        f"FROM {rows_of(connection, _VALUE)} AS r WHERE true ON CONFLICT (value) DO NOTHING RETURNING value",
        wraps=wraps,
        reason=reason,
        now=stamp(now),
        number=number,
        rows=as_parameter([each] for each in sorted(values)),
    )
    return weightier | {row[0] for row in added}


def _outweigh(connection: Connection, values: Iterable[str]) -> set[str]:
    """Let under age stand in the place of other reasons; returns where."""
    moved = run(
        connection,
        f"UPDATE suppressions SET reason = '{UNDER_AGE}' WHERE reason <> '{UNDER_AGE}' "
        f"AND value IN (SELECT value FROM {rows_of(connection, _VALUE)} AS r) RETURNING value",
        rows=as_parameter([each] for each in values),
    )
    return {row[0] for row in moved}


def lift(connection: Connection, values: Iterable[str], *, before: datetime | None = None) -> set[str]:
    """End suppressions, of all times or older than what the person itself confirmed; returns them.

    Those of whoever is under age stay.
    """
    ended = run(
        connection,
        f"DELETE FROM suppressions WHERE at < {_moment(connection)} AND reason <> '{UNDER_AGE}' "
        f"AND value IN (SELECT value FROM {rows_of(connection, _VALUE)} AS r) RETURNING value",
        now=stamp(before or _NEVER),
        rows=as_parameter([each] for each in values),
    )
    return {row[0] for row in ended}


def count(connection: Connection) -> int:
    """Count the suppressions."""
    return connection.scalar(select(func.count()).select_from(suppressions)) or 0


def wrap(connection: Connection, wraps: int, anew: Callable[[str], str]) -> int:
    """Wrap every value once more, so that `wraps` keys are around each; returns how many there were."""
    wrapped = 0
    columns = {"value": "text", "anew": "text"}
    older = select(suppressions.c.value).where(suppressions.c.wraps < wraps).limit(_AT_ONCE)
    while rows := list(connection.scalars(older)):
        run(
            connection,
            "UPDATE suppressions SET value = r.anew, wraps = :wraps "
            f"FROM {rows_of(connection, columns)} AS r WHERE suppressions.value = r.value",
            wraps=wraps,
            rows=as_parameter([each, anew(each)] for each in rows),
        )
        wrapped += len(rows)
    return wrapped


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
