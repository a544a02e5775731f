"""Understands a request's parameters as strictly as X does: unknown names and values are refused with 400."""

from simulator.http import Request
from simulator.twitter.call import Call, Refused, started_at
from simulator.twitter.endpoints import Endpoint
from simulator.twitter.includes import EXPANSIONS
from simulator.twitter.posts import POST_FIELDS
from simulator.twitter.problems import invalid
from simulator.twitter.users import USER_FIELDS
from simulator.world import World


def understood(request: Request, world: World, endpoint: Endpoint, target: str, *, by_user: bool) -> Call:
    """Return the call behind a request; raises Refused with a 400 for whatever is not allowed."""
    for name, value in request.query.items():
        if name not in endpoint.parameters:
            allowed = ",".join(sorted(endpoint.parameters))
            raise Refused(invalid(name, value, f"The query parameter [{name}] is not one of [{allowed}]"))
    post_fields = "post.fields" if "post.fields" in request.query else "tweet.fields"
    call = Call(
        request,
        world,
        endpoint,
        target,
        by_user,
        max_results=_max_results(request, endpoint),
        user_fields=_names(request, "user.fields", USER_FIELDS),
        post_fields=_names(request, post_fields, POST_FIELDS),
        expansions=_names(request, "expansions", EXPANSIONS),
    )
    position = started_at(call)
    if position is None:
        # x-api.md §1.4, §1.6: a token that is invented, foreign or too old is an invalid request.
        token = request.query["pagination_token"]
        message = f"The `pagination_token` query parameter value [{token}] is not valid"
        raise Refused(invalid("pagination_token", token, message, call.home))
    return Call(
        request, world, endpoint, target, by_user, call.max_results, position,
        call.user_fields, call.post_fields, call.expansions,
    )  # fmt: skip


def _max_results(request: Request, endpoint: Endpoint) -> int:
    if endpoint.pages is None:
        return 0
    low, high, default = endpoint.pages
    text = request.query.get("max_results")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        message = f"The `max_results` query parameter value [{text}] is not between {low} and {high}"
        raise Refused(invalid("max_results", text, message))
    return int(text)


def _names(request: Request, parameter: str, known: frozenset[str]) -> frozenset[str]:
    text = request.query.get(parameter, "")
    names = frozenset(each.strip() for each in text.split(",")) if text else frozenset()
    unknown = sorted(names - known)
    if unknown:
        allowed = ",".join(sorted(known))
        message = f"The `{parameter}` query parameter value [{unknown[0]}] is not one of [{allowed}]"
        raise Refused(invalid(parameter, unknown[0], message))
    return names
