"""Graph v26.0: from a request below the platform's prefix to its answer.

Written from reference/facebook-graph-api.md; each behaviour names its section there. Endpoints are named
by their edge (`comments`, `posts`, ...), or `me`, `node`, `ids`, `batch`, `debug_token`, `access_token`:
orders of errors (`World.forced`) and counts go by these names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from simulator.facebook import batch
from simulator.facebook.answers import LIVE, refuse, served, wrap
from simulator.facebook.call import Call, caller
from simulator.facebook.dialog import dialog
from simulator.facebook.errors import HTML, REFUSALS, GraphError, Refusal, gone
from simulator.facebook.lookup import look_up
from simulator.facebook.oauth import access_token, debug_token
from simulator.facebook.pages import TYPES
from simulator.facebook.render import listing_json, node_json, read_fields
from simulator.facebook.switches import Switches, read
from simulator.facebook.usage import count, exhausted, headers, refuse_at_limit
from simulator.http import Answer, Request
from simulator.world import World

VERSION = re.compile(r"v\d{1,2}\.\d")
_MOST_IDS = 50
#: §9: HTML without JSON, where an order for an error says so.
_HTML = b"<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>"
_EDGES = frozenset(name for each in TYPES.values() for name in each.edges)


@dataclass(frozen=True, slots=True)
class Road:
    """Where a request goes: the version it asked for and what of the path follows it."""

    version: str | None
    parts: tuple[str, ...]

    @classmethod
    def of(cls, path: str) -> "Road":
        """Read a path; the version may be left out (§1.1)."""
        parts = tuple(each for each in path.split("/") if each)
        if parts and VERSION.fullmatch(parts[0]):
            return cls(parts[0], parts[1:])
        return cls(None, parts)

    def endpoint(self, query: Mapping[str, str]) -> str:
        """Return the name a request is counted under."""
        if not self.parts:
            return "batch" if "batch" in query else "ids"
        last = self.parts[-1]
        if last in _EDGES or last in {"me", "debug_token", "access_token"}:
            return last
        return "node"


def answer(request: Request, world: World) -> Answer:
    """Answer one request; `path` begins with the version, like `/v26.0/me/accounts`."""
    switches = read(world.options.facebook)
    road = Road.of(request.path)
    if road.parts == ("dialog", "oauth"):
        return dialog(request, world)
    query = _query(request)
    version = {"facebook-api-version": served(road.version, switches)}
    endpoint = road.endpoint(query)
    told: dict[str, str] = dict(version)
    try:
        value = _value(request, query, road, (world, switches), told)
    except GraphError as error:
        return refuse(error.refusal, told, endpoint, switches)
    except _NoAnswerError:
        return Answer(503, _HTML, {"content-type": "text/html; charset=utf-8"}, endpoint)
    return wrap(value, 200, told, endpoint, switches)


class _NoAnswerError(Exception):
    """An HTML page was ordered instead of an answer."""


def _query(request: Request) -> Mapping[str, str]:
    """Return the parameters, those of a form included."""
    if request.method != "POST" or not request.body:
        return request.query
    form = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {**request.query, **dict(form)}


def _value(
    request: Request,
    query: Mapping[str, str],
    road: Road,
    place: tuple[World, Switches],
    told: dict[str, str],
) -> Any:
    """Return the JSON value, and put what the usage headers say into `told`."""
    world, switches = place
    _check_version(road)
    if road.parts == ("oauth", "access_token"):
        return access_token(query, world, switches)
    token = caller(request, query, world, switches)
    call = Call(world, switches, token, query, told["facebook-api-version"])
    endpoint = road.endpoint(query)
    _obey(endpoint, call, told)
    if endpoint == "batch" and request.method == "POST":
        # §3: each sub-call counts against the limits, the batch itself does not.
        return _batch(request, query, road, place)
    several = [each for each in query.get("ids", "").split(",") if each]
    usage = count(call, endpoint)
    for _ in several[1:]:
        usage = count(call, endpoint)
    told.update(headers(usage, call))
    refuse_at_limit(usage)
    if several:
        return _several(several, road, call)
    return _one(request, road, call)


def _check_version(road: Road) -> None:
    # §1.1: old versions are answered by another one; those to come do not exist.
    if road.version and float(road.version[1:]) > float(LIVE[-1][1:]):
        raise GraphError(Refusal(400, 2500, f"Unknown path components: /{road.version}"))


def _obey(endpoint: str, call: Call, told: dict[str, str]) -> None:
    """Give the error that a command ordered for this endpoint, if any."""
    kind = call.world.forced.take("facebook", endpoint)
    if kind == HTML:
        raise _NoAnswerError
    if kind is None:
        return
    usage = exhausted(REFUSALS[kind].code or 0, call)
    if usage is not None:
        told.update(headers(usage, call))
    raise GraphError(REFUSALS[kind])


def _batch(
    request: Request, query: Mapping[str, str], road: Road, place: tuple[World, Switches]
) -> list[dict[str, Any] | None]:
    world, switches = place
    version = road.version or LIVE[0]

    def one(entry: Mapping[str, Any]) -> Answer:
        found = answer(batch.request_of(entry, version, request, query), world)
        world.counts.add("facebook", f"batch {found.endpoint}", str(found.status))
        return found

    wanted = query.get("include_headers", "true").lower() not in {"0", "false"}
    return batch.run(batch.entries(query), one, switches, with_headers=wanted)


def _several(ids: list[str], road: Road, call: Call) -> dict[str, Any]:
    """Answer `?ids=`: one bad id fails all of them (§3, ids multi-get)."""
    if len(ids) > _MOST_IDS:
        raise GraphError(
            Refusal(400, 100, f"(#100) Too many IDs. Maximum: {_MOST_IDS}. Provided: {len(ids)}.")
        )
    if not road.parts:
        fields = read_fields(call.query.get("fields", ""))
        return {each: node_json(look_up(each, call), fields, call) for each in ids}
    return {each: listing_json(look_up(each, call), road.parts[0], call.query, call) for each in ids}


def _one(request: Request, road: Road, call: Call) -> Any:
    """Answer for one object or one listing of it."""
    if road.parts == ("debug_token",):
        return debug_token(call)
    if not road.parts or len(road.parts) > 2:
        raise GraphError(Refusal(400, 2500, f"Unknown path components: /{'/'.join(road.parts[1:])}"))
    node = look_up(road.parts[0], call)
    if request.method != "GET":
        return _change(request, road, call)
    if len(road.parts) == 2:
        return listing_json(node, road.parts[1], call.query, call)
    return node_json(node, read_fields(call.query.get("fields", "")), call)


def _change(request: Request, road: Road, call: Call) -> dict[str, bool]:
    """Change the only thing that can be changed: the Page's webhook subscription (§4)."""
    if request.method != "POST" or road.parts != (call.page_id, "subscribed_apps"):
        raise gone(road.parts[0])
    call.need("pages_manage_metadata")
    wanted = call.query.get("subscribed_fields", "")
    call.world.memory["facebook"]["subscribed_fields"] = [each for each in wanted.split(",") if each]
    return {"success": True}
