"""The exported record of a regular contact, and the tombstone of one who has left."""

from typing import Any

from store.messaging import FeedRow

#: The fields of a record in their order in files.
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
)
#: The fields of a tombstone.
TOMBSTONE_FIELDS = ("contact_key", "op", "seq", "reason", "at")


def record(row: FeedRow) -> dict[str, Any]:
    """Return the record of a row of the messaging store."""
    platform, platform_id, handle, display_name, label, regular_since, seq, policy, kind = row
    return {
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
    }


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
