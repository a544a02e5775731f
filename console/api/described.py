"""The description of the API: what each operation takes and answers, with examples."""

import copy
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from console.api.problems import MEDIA_TYPE, PROBLEMS, RESTART
from domain.consumer import ALWAYS
from exports.feed import OFFERED

KEY_PATTERN = r"^[a-z]+:[^\x00-\x1f\x7f]+$"
QUARTER_PATTERN = r"^[0-9]{4}-Q[1-4]$"
QUARTER = "Which table; the newest if left out."
KEY = "The platform and its own id, such as twitter:1001."
CURSOR = "Where the reader stands, as an answer gave it. What is in it is nobody's business."
FIELDS = (
    "Fields of a record, with a comma between two; of those that the token may read. Key, op and seq are "
    "always there. Left out: all that the token may read."
)
WHO = "`me`, or the consumer's number as GET /v1/consumers/me says it."
AGAIN = "Any text. The same objection may be sent any number of times, with or without it."
OF_FIELDS: dict[str, Any] = {"pattern": "^({0})(,({0}))*$".format("|".join(OFFERED))}
_CURSOR = "kS0pV3Q2mB7cX9dE4fG6hJ8kL1nP5rT0uWyZaCbDeFgHiJkLmNoPqRsTuVwXyZ01"
_ABOUT = """Whom the messaging store shows, for CRMs and other consumers.

Begin with `/v1/regular-contacts`: follow `next_cursor` until `has_more` is false. Then ask `/v1/changes`
with `changes_cursor`, again and again, each time with the `next_cursor` of the answer before. Apply what you
are told in its order; carry out each `remove`. Some of it may come twice; of one contact the larger `seq`
counts. When it is carried out and cannot be lost any more, say so with `PUT /v1/consumers/me/ack`. After a
410 begin anew, and delete whoever is not told then. `regulars verify-consumer` tries whether yours does so.
"""
_UPSERT: dict[str, Any] = {
    "contact_key": "twitter:1001",
    "op": "upsert",
    "seq": 41,
    "platform": "twitter",
    "platform_id": "1001",
    "handle": "ada_example",
    "display_name": "Ada",
    "label": "regular",
    "label_reason": "follows",
    "policy": "eu-2026",
    "regular_since": "2026-10-01T08:00:00Z",
    "topics": ["transport"],
    "declared_topics": [],
    "addressable": ["x_message"],
    "not_addressable_because": {"email": "no_address"},
    "last_confirmed_at": "2026-11-26T20:00:00Z",
}
_REMOVE = {
    "contact_key": "twitter:1002",
    "op": "remove",
    "seq": 42,
    "reason": "objected",
    "at": "2026-11-26T21:00:00Z",
}
_ITEMS = {"type": "array", "items": {"$ref": "#/components/schemas/item"}}
_TEXT, _NO_TEXT = {"type": "string"}, {"type": ["string", "null"]}
_COMMON = ("bad-request", "unauthorized", "too-many-requests", "unavailable")


def _whole(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _operation(
    summary: str,
    description: str,
    answered: Mapping[str, Any],
    example: Any,
    *problems: str,
    read: bool = True,
) -> dict[str, Any]:
    """Describe an operation by what it answers when it succeeds, and by the problems that it knows."""
    responses: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "As asked.",
            "headers": {**_LIMITS, "ETag": {"schema": _TEXT, "description": "Strong; for If-None-Match."}},
            "content": {"application/json": {"schema": answered, "example": example}},
        }
    }
    if read:
        responses[304] = {"description": "Nothing else than the reader has by its If-None-Match."}
    for each in (*_COMMON, *problems):
        responses[PROBLEMS[each][0]] = {
            "description": PROBLEMS[each][1],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}},
        }
    return {
        "summary": summary,
        "description": description,
        "responses": responses,
        "response_class": Response,
    }


_LIMITS = {
    "RateLimit-Policy": {"schema": _TEXT, "description": "How many requests (q) in how many seconds (w)."},
    "RateLimit": {"schema": _TEXT, "description": "How many are left (r), and for how many seconds (t)."},
}
SNAPSHOT = _operation(
    "Read whom the store shows",
    "A snapshot as of its first page, in the order of the feed. Who changes meanwhile is left out and told "
    "by `/v1/changes` behind it. Filters are given with every page; one may hold fewer than `limit`.",
    _whole(items=_ITEMS, has_more={"type": "boolean"}, next_cursor=_NO_TEXT, changes_cursor=_NO_TEXT),
    {"items": [_UPSERT], "has_more": False, "next_cursor": None, "changes_cursor": _CURSOR},
    "cursor-expired",
)
CHANGES = _operation(
    "Read what changed",
    "Records of those who came in or changed, and tombstones of those who left and were told to this "
    "consumer, in the order of the feed. While delivery is halted there are tombstones alone; what waits "
    "comes after it, and tombstones once more.",
    _whole(items=_ITEMS, has_more={"type": "boolean"}, next_cursor=_TEXT),
    {"items": [_UPSERT, _REMOVE], "has_more": False, "next_cursor": _CURSOR},
    "cursor-expired",
)
CONTACT = _operation(
    "Read one contact",
    "Whoever is not there, is kept back or must never be stored gives the same 404.",
    {"$ref": "#/components/schemas/record"},
    _UPSERT,
    "not-found",
)
CONSUMER = _operation(
    "Read what this consumer is",
    "",
    _whole(
        id={"type": "integer"},
        name=_TEXT,
        fields={"type": "array", "items": {"enum": [*OFFERED]}},
        acknowledged_at={"anyOf": [{"$ref": "#/components/schemas/moment"}, {"type": "null"}]},
    ),
    {"id": 1, "name": "crm-paris", "fields": ["handle"], "acknowledged_at": None},
    "not-found",
)
ACK = _operation(
    "Say what is carried out",
    "Everything up to a cursor of `/v1/changes`, or the `changes_cursor` of a snapshot. Removals that are "
    "not acknowledged within a day raise an alarm.",
    _whole(acknowledged_at={"$ref": "#/components/schemas/moment"}),
    {"acknowledged_at": "2026-11-26T21:00:00Z"},
    *("not-found", "cursor-expired", "too-large"),
    read=False,
)
OBJECTION = _operation(
    "Report an objection",
    "The contact is never stored or written to again, whoever it is; the feed tells its removal to all who "
    "have it. May be sent any number of times. A consumer that is bound to a segment may report of those "
    "whom that holds, or whom it was shown; of all others it gets a 404.",
    _whole(contact_key=_TEXT, state={"const": "suppressed"}),
    {"contact_key": "twitter:1001", "state": "suppressed"},
    *("not-found", "too-large"),
    read=False,
)
TOPICS_ = _operation(
    "List the civic topics",
    "By their names in records, in French and in English.",
    _whole(topics={"type": "array", "items": _whole(topic=_TEXT, fr=_TEXT, en=_TEXT)}),
    {"topics": [{"topic": "transport", "fr": "Transports", "en": "Transport"}]},
)
#: As the table's columns are described in docs/areas.md.
_AREA = _whole(
    area_code=_TEXT,
    area_name=_TEXT,
    contacts={"type": ["integer", "null"], "minimum": 0},
    is_suppressed={"type": "boolean"},
)
AREAS = _operation(
    "Read how many live in each area",
    "The table of a quarter as it was published, once and for all. Small numbers are not shown, nor what "
    "would tell them: `contacts` is null and `is_suppressed` true. The row without a code counts those of "
    "unknown area. 404 before anything was published, and for a consumer that is bound to a segment: the "
    "table counts others, too.",
    _whole(
        quarter=_TEXT,
        area_type=_TEXT,
        published_at={"$ref": "#/components/schemas/moment"},
        smallest_shown={"type": "integer"},
        asked={"type": "integer"},
        not_asked={"type": "integer"},
        areas={"type": "array", "items": _AREA},
    ),
    {
        "quarter": "2026-Q4",
        "area_type": "commune",
        "published_at": "2026-11-26T21:00:00Z",
        "smallest_shown": 20,
        "asked": 101,
        "not_asked": 6_000,
        "areas": [
            {"area_code": "", "area_name": "", "contacts": 41, "is_suppressed": False},
            {"area_code": "75111", "area_name": "Paris 11e", "contacts": 60, "is_suppressed": False},
        ],
    },
    "not-found",
)
_PROBLEM = {
    **_whole(type=_TEXT, title=_TEXT, status={"type": "integer"}, detail=_TEXT),
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "restart": {"const": RESTART, "description": "Where to begin anew."},
    },
}


@cache
def document(app: FastAPI) -> bytes:
    """Write the description, as OpenAPI."""
    made = get_openapi(
        title="Regulars", version="1", description=_ABOUT, routes=app.routes, openapi_version="3.1.0"
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for each in ("HTTPValidationError", "ValidationError"):
        schemas.pop(each, None)
    schemas |= {**_records(), "problem": _PROBLEM}
    schemas["Acknowledgement"]["examples"] = [{"cursor": _CURSOR}]
    schemas["Objection"]["examples"] = [{"contact_key": "twitter:1001"}]
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # told as 400
            for each in operation.get("parameters", ()):
                each["example"] = _EXAMPLES[each["name"]]
    return orjson.dumps(made)


_EXAMPLES = {
    "cursor": _CURSOR,
    "limit": 500,
    "quarter": "2026-Q4",
    "fields": "handle,addressable",
    "platform": "twitter",
    "channel": "email",
    "contact_key": "twitter:1001",
    "consumer": "me",
    "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}


def _records() -> dict[str, Any]:
    """Return the published schema of records, in which a reader may have asked for fewer fields."""
    text = files("exports").joinpath("schema", "record.v1.json").read_text(encoding="utf-8")
    published = copy.deepcopy(orjson.loads(text.replace("#/$defs/", "#/components/schemas/"))["$defs"])
    published["record"]["required"] = [*ALWAYS]
    return {
        **published,
        "item": {"oneOf": [{"$ref": f"#/components/schemas/{each}"} for each in ("record", "tombstone")]},
    }
