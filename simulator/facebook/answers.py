"""JSON and headers as Graph writes them."""

import json
from collections.abc import Mapping
from typing import Any

from simulator.facebook.errors import TRACE, Refusal
from simulator.facebook.switches import Switches
from simulator.http import Answer

#: §1.1: the versions that live on 2026-11-23, oldest first; older ones are silently answered by the first.
LIVE = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")


def served(asked: str | None, switches: Switches) -> str:
    """Return the version that answers; "an expired version does not fail" (§1.1)."""
    if switches.served_version:
        return switches.served_version
    return asked if asked in LIVE else LIVE[0]


def wrap(value: Any, status: int, headers: Mapping[str, str], endpoint: str, switches: Switches) -> Answer:
    """Write a value as Graph does: escaped unicode and slashes, its version in a header."""
    # §10 [U]: whether top level ever answers text/javascript today.
    kind = "text/javascript" if switches.javascript else "application/json"
    told = {"content-type": f"{kind}; charset=UTF-8", "x-fb-trace-id": TRACE, **headers}
    return Answer(status, json.dumps(value).replace("/", "\\/").encode(), told, endpoint)


def refuse(refusal: Refusal, headers: Mapping[str, str], endpoint: str, switches: Switches) -> Answer:
    """Write a refusal; an error body may come under HTTP 200 (§3, error envelope)."""
    spoken = refusal.message.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
    said = f'OAuth "Facebook Platform" "invalid_request" "{spoken}"'
    status = 200 if switches.errors_as_200 else refusal.status
    told = {**headers, "www-authenticate": said}
    return wrap(refusal.body(), status, told, endpoint, switches)
