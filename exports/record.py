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
    return {
        "contact_key": f"{row.platform}:{row.platform_id}",
        "op": "upsert",
        "seq": row.seq,
        "platform": row.platform,
        "platform_id": row.platform_id,
        "handle": row.handle,
        "display_name": row.display_name,
        "label": row.label,
        "label_reason": row.kind,
        "policy": row.policy.partition("/")[0],
        "regular_since": row.regular_since,
    }


def tombstone(row: FeedRow) -> dict[str, Any]:
    """Return the tombstone of a removal."""
    return {
        "contact_key": f"{row.platform}:{row.platform_id}",
        "op": "remove",
        "seq": row.seq,
        "reason": row.reason,
        "at": row.at,
    }
