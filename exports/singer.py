"""Singer: the feed as the messages of a tap (github.com/singer-io/getting-started, specification 0.3.0)."""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from domain.errors import RegularsError
from domain.recipient import Recipient
from exports.narrowing import to_third_party
from exports.record import FILE_FIELDS, disclosed, record, tombstone
from store import exports as recorded
from store import feed_rows, leavers, transfers
from store.database import Database

Message: TypeAlias = dict[str, Any]

STREAM = "regular_contacts"
KEY, PLACE = "contact_key", "seq"
#: Fields that no catalog can leave out.
ALWAYS = (KEY, "op", PLACE, "reason", "removed_at", "_sdc_deleted_at")
_TEXT: Mapping[str, Any] = {"type": ["null", "string"]}
_AT: Mapping[str, Any] = {"type": ["null", "string"], "format": "date-time"}
_LIST: Mapping[str, Any] = {"type": ["null", "array"], "items": {"type": "string"}}
_SAID: Mapping[str, Any] = {"type": ["null", "object"], "properties": {"given_at": _AT, "withdrawn_at": _AT}}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    KEY: {"type": "string"},
    "op": {"type": "string", "enum": ["upsert", "remove"]},
    PLACE: {"type": "integer"},
    "regular_since": _AT,
    "last_confirmed_at": _AT,
    "removed_at": _AT,
    "_sdc_deleted_at": _AT,
    "topics": _LIST,
    "declared_topics": _LIST,
    "addressable": _LIST,
    "not_addressable_because": {"type": ["null", "object"], "additionalProperties": {"type": "string"}},
    "consents": {"type": ["null", "object"], "additionalProperties": _SAID},
}
_FIELDS = tuple(dict.fromkeys((*FILE_FIELDS, "reason", "removed_at", "_sdc_deleted_at")))


class TapError(RegularsError):
    """Raised where a catalog, a state or a configuration cannot be used."""


class Reader(NamedTuple):
    """Whose target is told, and the store in which it is noted whom a third party gets."""

    database: Database
    recipient: Recipient


class Place(NamedTuple):
    """How far a target has read: a step of the feed, in which epoch, and the version of its table."""

    seq: int
    epoch: str
    version: int


class Wanted(NamedTuple):
    """What a catalog asks for; `is_full` reads everything each time."""

    fields: tuple[str, ...]
    is_full: bool


ALL = Wanted(_FIELDS, is_full=False)


def catalog() -> dict[str, Any]:
    """Return what the tap can give: one stream, each contact once by its key."""
    of_fields = [
        {
            "breadcrumb": ["properties", name],
            "metadata": {"inclusion": "automatic" if name in ALWAYS else "available"}
            | ({} if name in ALWAYS else {"selected-by-default": True}),
        }
        for name in _FIELDS
    ]
    of_stream = {
        "inclusion": "available",
        "selected-by-default": True,
        "table-key-properties": [KEY],
        "valid-replication-keys": [PLACE],
    }
    stream = {
        "tap_stream_id": STREAM,
        "stream": STREAM,
        "key_properties": [KEY],
        "replication_key": PLACE,
        "replication_method": "INCREMENTAL",
        "schema": _schema(_FIELDS),
        "metadata": [{"breadcrumb": [], "metadata": of_stream}, *of_fields],
    }
    return {"streams": [stream]}


def wanted(given_catalog: Any) -> Wanted | None:
    """Read what a catalog asks for; None where it does not select the stream.

    Raises TapError where it is none.
    """
    try:
        found = [each for each in given_catalog["streams"] if each["tap_stream_id"] == STREAM]
        if not found:
            return None
        stream = found[0]
        told = {tuple(each["breadcrumb"]): each["metadata"] for each in stream.get("metadata", ())}
        whole = told.get((), {})
        if not _is_selected(whole, stream.get("selected")):
            return None
        method = whole.get("replication-method") or stream.get("replication_method") or "INCREMENTAL"
        fields = tuple(
            name
            for name in _FIELDS
            if name in ALWAYS
            or (name in stream["schema"]["properties"] and _is_selected(told.get(("properties", name), {})))
        )
    except (AttributeError, KeyError, TypeError):
        raise TapError("The catalog is none of this tap: `regulars tap --discover` writes one.") from None
    if method not in ("INCREMENTAL", "FULL_TABLE"):
        raise TapError(f"The catalog asks for {method}: this tap knows INCREMENTAL and FULL_TABLE.")
    return Wanted(fields, is_full=method == "FULL_TABLE")


def place_of(state: Any) -> Place | None:
    """Read how far a target was told before; None where nothing was. Raises TapError where it is no state."""
    try:
        kept = state.get("bookmarks", {}).get(STREAM)
        return None if not kept else Place(int(kept[PLACE]), str(kept["epoch"]), int(kept["version"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise TapError(
            "The state is none of this tap. Run it without --state: the target then gets everything anew."
        ) from None


def state_of(place: Place) -> Message:
    """Return the message by which a target knows how far it was told."""
    return {"type": "STATE", "value": {"bookmarks": {STREAM: place._asdict()}}}


def schema_of(asked: Wanted) -> Message:
    """Return the message that tells a target what records hold."""
    return {
        "type": "SCHEMA",
        "stream": STREAM,
        "schema": _schema(asked.fields),
        "key_properties": [KEY],
        "bookmark_properties": [PLACE],
    }


def everything(
    connection: Any, reader: Reader, asked: Wanted, version: int, *, now: datetime
) -> Iterator[Message]:
    """Tell all regular contacts; whatever a target holds of another version is gone then.

    A third party is told of those who consented to that.
    """
    for each in _records(connection, reader, 0, now=now):
        yield _message(each, asked, version, now)
    yield {"type": "ACTIVATE_VERSION", "stream": STREAM, "version": version}


def moved(
    connection: Any, reader: Reader, asked: Wanted, place: Place, *, now: datetime
) -> Iterator[Message]:
    """Tell who came in, changed or left since a place, in the order of the feed."""
    gone = removals(connection, reader, asked, place, now=now)
    came = (
        (each[PLACE], _message(each, asked, place.version, now))
        for each in _records(connection, reader, place.seq, now=now)
    )
    left = ((each["record"][PLACE], each) for each in gone)
    for _, message in heapq.merge(came, left, key=itemgetter(0)):
        yield message


def removals(
    connection: Any, reader: Reader, asked: Wanted, place: Place, *, now: datetime
) -> Iterator[Message]:
    """Tell who left since a place of those whom the target knows: all that it knew of them becomes empty."""
    for each in _gone(connection, reader.recipient, place):
        told = tombstone(each)
        at = told["at"]
        yield _message({**told, "removed_at": at, "_sdc_deleted_at": at}, asked, place.version, now)


def people(connection: Any, recipient: Recipient) -> int:
    """Count whom a target of a recipient holds that was told all."""
    if recipient.needs_consent:
        return transfers.shown_count(connection, recipient.id)
    return feed_rows.count(connection)


def _gone(connection: Any, recipient: Recipient, place: Place) -> Iterator[Any]:
    left = leavers.removed_since(connection, place.seq, recipient.id)
    if not recipient.needs_consent:
        return left
    upto = recorded.newest_seq(connection)
    ended = list(transfers.ended_between(connection, recipient.id, place.seq, upto))
    got = transfers.got(connection, recipient.id, [(each[1], each[2]) for each in ended])
    return heapq.merge(left, (each for each in ended if (each[1], each[2]) in got), key=itemgetter(0))


def _records(connection: Any, reader: Reader, after: int, *, now: datetime) -> Iterator[dict[str, Any]]:
    database, recipient = reader
    if recipient.needs_consent:
        return map(disclosed, to_third_party(database, recipient, connection, after, now=now))
    return map(record, feed_rows.rows(connection, after, given_at=now))


def _message(told: Mapping[str, Any], asked: Wanted, version: int, now: datetime) -> Message:
    return {
        "type": "RECORD",
        "stream": STREAM,
        "record": {name: told.get(name) for name in asked.fields},
        "version": version,
        "time_extracted": now,
    }


def _schema(fields: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: dict(_TYPES.get(name, _TEXT)) for name in fields}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _is_selected(metadata: Mapping[str, Any], older: Any = None) -> bool:
    """Tell whether a catalog asks for a stream or field: it says so, or leaves it as it was discovered."""
    said = metadata.get("selected", older)
    if metadata.get("inclusion") == "unsupported":
        return False
    return bool(metadata.get("selected-by-default", True)) if said is None else bool(said)
