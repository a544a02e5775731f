"""A request and an answer, as every part of the simulator sees them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` without the platform's prefix, the last value of each name in `query`.

    Header names are in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def bearer(self) -> str | None:
        """Return the token of an `Authorization: Bearer` header, or None."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" and token.strip() else None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `endpoint` is the name it is counted under."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = "?"

    @classmethod
    def of_json(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None, endpoint: str = "?"
    ) -> "Answer":
        """Write `value` as a JSON answer."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        kind = {"content-type": "application/json; charset=utf-8"}
        return cls(status, body, kind | dict(headers or {}), endpoint)
