"""Many calls in one POST (reference/facebook-graph-api.md §3, batch)."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulator.facebook.errors import GraphError, Refusal
from simulator.facebook.switches import Switches
from simulator.http import Answer, Request

MOST = 50
TOO_MANY = f"Too many requests in batch message. Maximum batch size is {MOST}"


def entries(query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read the `batch` parameter; more than fifty calls are refused."""
    try:
        found = json.loads(query["batch"])
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise GraphError(Refusal(400, 100, "(#100) param batch must be an array."))
    if len(found) > MOST:
        # §3: seen with this type; no code was seen with it.
        raise GraphError(Refusal(400, None, TOO_MANY, "GraphBatchException"))
    return found


def request_of(entry: Mapping[str, Any], version: str, outer: Request, query: Mapping[str, str]) -> Request:
    """Make the request that one entry stands for; the batch's token holds unless it has its own."""
    url = urlsplit(str(entry.get("relative_url", "")))
    path = url.path.strip("/")
    if not path.startswith("v") or not path[1:2].isdigit():
        path = f"{version}/{path}"
    inherited = {name: query[name] for name in ("access_token", "appsecret_proof") if name in query}
    asked = inherited | dict(parse_qsl(url.query, keep_blank_values=True))
    body = str(entry.get("body", "")).encode()
    return Request(str(entry.get("method", "GET")).upper(), f"/{path}", asked, outer.headers, body)


def run(
    calls: list[dict[str, Any]],
    one: Callable[[Mapping[str, Any]], Answer],
    switches: Switches,
    *,
    with_headers: bool,
) -> list[dict[str, Any] | None]:
    """Answer each entry; those that timed out are null and must be sent again (§3)."""
    found: list[dict[str, Any] | None] = []
    for place, each in enumerate(calls, start=1):
        timed_out = switches.batch_null_every and place % switches.batch_null_every == 0
        answer = None if timed_out else one(each)
        quiet = answer is not None and answer.status < 400 and each.get("omit_response_on_success") is True
        found.append(None if answer is None or quiet else _entry(answer, with_headers=with_headers))
    return found


def _entry(answer: Answer, *, with_headers: bool) -> dict[str, Any]:
    # §5: the old content type is still seen inside batch answers; the body is a string.
    told = {**answer.headers, "content-type": "text/javascript; charset=UTF-8"}
    rows = [{"name": name.title(), "value": value} for name, value in told.items()]
    headers = {"headers": rows} if with_headers else {}
    return {"code": answer.status, **headers, "body": answer.body.decode()}
