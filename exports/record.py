"""The exported record of a regular contact, and the tombstone of one who has left."""

from typing import Any

import orjson

from domain.interest import Strength
from domain.sign_up import EMAIL, SMS
from store.feed_rows import FeedRow, ShownRow
from store.given import Given, read

DECLARED = Strength.DECLARED.word
_NO_TOPICS = (None, "[]")
#: The fields of a record in their order in files. `topics` are what the contact declared, then its interests;
#: by those nobody may be chosen or left out as a recipient (Regulation (EU) 2024/900, art. 18, second hand).
#: `addressable` are the channels that are open, `not_addressable_because` what hinders on each of the others.
FIELDS = (
    "contact_key",
    "op",
    "seq",
    "platform",
    "platform_id",
    "handle",
    "display_name",
    "label",
    "label_reason",
    "policy",
    "regular_since",
    "topics",
    "declared_topics",
    "addressable",
    "not_addressable_because",
)
#: The fields that a record has only where there is something in them.
GIVEN_FIELDS = ("email", "phone", "language", "area", "consents", "last_confirmed_at")
#: The fields of a file.
FILE_FIELDS = (*FIELDS, *GIVEN_FIELDS)
#: The fields of a tombstone.
TOMBSTONE_FIELDS = ("contact_key", "op", "seq", "reason", "at")


def record(row: ShownRow) -> dict[str, Any]:
    """Return the record of a row of the messaging store; what its contact gave, where it was read, too."""
    platform, platform_id, handle, display_name, label, regular_since, seq, policy, kind, told, *more = row
    topics = [] if told in _NO_TOPICS else orjson.loads(told)
    addressable, hindrances, *given = more
    whole = {
        "contact_key": f"{platform}:{platform_id}",
        "op": "upsert",
        "seq": seq,
        "platform": platform,
        "platform_id": platform_id,
        "handle": handle,
        "display_name": display_name,
        "label": label,
        "label_reason": kind,
        "policy": policy.partition("/")[0],
        "regular_since": regular_since,
        "topics": [topic for topic, _ in topics],
        "declared_topics": [topic for topic, strength in topics if strength == DECLARED],
        "addressable": orjson.loads(addressable),
        "not_addressable_because": orjson.loads(hindrances),
    }
    if any(given[:-1]):
        whole |= _told(read(*given))
    elif given and given[-1]:
        whole["last_confirmed_at"] = given[-1]
    return whole


def disclosed(row: ShownRow) -> dict[str, Any]:
    """Return the record of a row for a third party, without consents: who let us write let nobody else."""
    whole = record(row)
    whole.pop("consents", None)
    return whole


def _told(gave: Given) -> dict[str, Any]:
    if not (gave.addresses or gave.consents or gave.language):
        return {"last_confirmed_at": gave.confirmed_at} if gave.confirmed_at else {}
    told = {
        "email": gave.addresses.get(EMAIL),
        "phone": gave.addresses.get(SMS),
        "language": gave.language,
        "area": gave.area,
        "consents": {purpose: said._asdict() for purpose, said in sorted(gave.consents.items())},
        "last_confirmed_at": gave.confirmed_at,
    }
    return {name: value for name, value in told.items() if value}


def tombstone(row: FeedRow) -> dict[str, Any]:
    """Return the tombstone of a removal."""
    seq, platform, platform_id, _op, reason, at = row
    return {
        "contact_key": f"{platform}:{platform_id}",
        "op": "remove",
        "seq": seq,
        "reason": reason,
        "at": at,
    }
