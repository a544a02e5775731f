"""Problems: what the API says where it cannot do what was asked (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from fastapi import Response

MEDIA_TYPE = "application/problem+json"
#: Each problem by its name: its status, and what the reader can do.
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "bad-request": (400, "The request is not as the description at /v1/openapi.json says."),
    "unauthorized": (401, "A valid token is needed: Authorization: Bearer TOKEN."),
    "not-found": (404, "There is nothing here for this token."),
    "method-not-allowed": (405, "This address does not know the method."),
    "cursor-expired": (
        410,
        "The cursor is too old, or the feed began anew. Read /v1/regular-contacts in place of what you have.",
    ),
    "too-large": (413, "The body is too large."),
    "too-many-requests": (429, "Too many requests; wait as Retry-After says."),
    "halted": (503, "Delivery is halted. Removals are told by /v1/changes; wait with all else."),
    "unavailable": (503, "The installation cannot answer now; ask again later."),
}
#: Where whoever holds an expired cursor begins anew.
RESTART = "/v1/regular-contacts"
#: How long to wait where nothing better is known, in seconds.
LATER_S = 60


class ProblemError(Exception):
    """Raised with the name of a problem."""

    def __init__(self, name: str, **headers: str) -> None:
        super().__init__(name)
        self.name = name
        self.headers = headers


def problem(name: str, headers: Mapping[str, str] | None = None) -> Response:
    """Make the answer that says a problem: the same bytes each time."""
    status, detail = PROBLEMS[name]
    told: dict[str, object] = {
        "type": f"urn:regulars:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    more = dict(headers or {})
    if status == 401:
        more["www-authenticate"] = 'Bearer realm="regulars"'
    if status == 410:
        told["restart"] = RESTART
        more["link"] = f'<{RESTART}>; rel="start"'
    if status == 503:
        more.setdefault("retry-after", str(LATER_S))
    return Response(orjson.dumps(told), status, more, media_type=MEDIA_TYPE)
