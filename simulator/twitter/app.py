"""The door of X: who asks, whether a window has room, which handler answers, which headers go along."""

from collections.abc import Callable
from dataclasses import replace

from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.twitter import (
    authorising,
    compliance,
    engagement,
    followers,
    lookups,
    oauth,
    timelines,
    usage,
    webhooks,
)
from simulator.twitter.call import Call, Refused, page
from simulator.twitter.endpoints import Endpoint, find
from simulator.twitter.parameters import understood
from simulator.twitter.problems import ordered
from simulator.windows import Permit
from simulator.world import World

Handler = Callable[[Call], Answer]
#: x-api.md §1.3: the running version stands in a header.
VERSION = "2.168"


def _following(call: Call) -> Answer:
    """Answer that the account follows nobody."""
    return lookups.missing_target(call, "user") or page(call, [], {})


HANDLERS: dict[str, Handler] = {
    "me": lookups.me,
    "user_by_username": lookups.by_name,
    "user_by_id": lookups.by_id,
    "users_by_ids": lookups.many_by_id,
    "users_by_usernames": lookups.many_by_name,
    "followers": followers.followers,
    "following": _following,
    "mentions": timelines.mentions,
    "user_tweets": timelines.own_posts,
    "liking_users": engagement.likers,
    "retweeted_by": engagement.reposters,
    "retweets": engagement.reposts,
    "quote_tweets": engagement.quotes,
    "reposts_of_me": engagement.reposts_of_me,
    "usage_tweets": usage.usage_of_posts,
    "usage_credits": usage.credits_left,
    "compliance_create": compliance.create,
    "compliance_list": compliance.listed,
    "compliance_job": compliance.show,
    "webhooks": webhooks.listed,
    "webhook_replay": webhooks.replay,
}


def answer(request: Request, world: World) -> Answer:
    """Answer one request whose path has lost the platform's prefix (`/2/users/me`)."""
    if request.path == "/2/oauth2/token" and request.method == "POST":
        return oauth.token(request, world)
    if request.path == "/i/oauth2/authorize":
        return authorising.authorise(request, world)
    if request.path.startswith("/compliance/"):
        return compliance.bucket(request, world)
    found = find(request.method, request.path)
    if found is None:
        return _with_headers(world, Answer(404), None)
    endpoint, target = found
    said, permit = _answer(request, world, endpoint, target)
    return replace(_with_headers(world, said, permit), endpoint=endpoint.op)


def _answer(request: Request, world: World, endpoint: Endpoint, target: str) -> tuple[Answer, Permit | None]:
    token = request.bearer()
    by_user = token in oauth.user_tokens(world)
    if not by_user and token != world.tokens.x_app:
        return ordered("unauthorized", {}), None
    permit = _permit(world, endpoint, token or "", by_user=by_user)
    kind = world.forced.take("twitter", endpoint.op)
    if kind is not None:
        return ordered(kind, _limits(permit)), permit
    if permit is None:
        return ordered("unsupported_auth", {}), None
    if not permit.granted:
        return ordered("too_many", {}), permit
    try:
        call = understood(request, world, endpoint, target, by_user=by_user)
        return HANDLERS[endpoint.op](call), permit
    except Refused as refused:
        return refused.answer, permit


def _permit(world: World, endpoint: Endpoint, token: str, *, by_user: bool) -> Permit | None:
    """Count the request in the caller's own window; None where this kind of caller is refused.

    x-api.md §1.1 has two columns: a user's requests count for that user, an app-only token's for the app.
    Whether a user's requests also count for the app is not said (`Options.users_count_for_app`); where they
    do, the headers tell of the narrower window, or never of the app's.
    """
    who = "user" if by_user else "app"
    set_limits = world.limits["twitter"].get(endpoint.op, {})
    limit = endpoint.user_limit if by_user else endpoint.app_limit
    if limit is None:
        return None
    now, caller = world.now(), f"twitter:{world.guise.token if world.guise else token}"
    limit = set_limits.get(who, limit)
    of_app = set_limits.get("app", endpoint.app_limit)
    if not by_user or of_app is None or world.options.users_count_for_app == "no":
        return world.windows.take(caller, endpoint.op, limit, now)
    app = f"twitter:{world.guise.app if world.guise else 'app-0'}"
    mine = world.windows.look(caller, endpoint.op, limit, now)
    shared = world.windows.look(app, endpoint.op, of_app, now)
    if mine.granted and shared.granted:
        mine = world.windows.take(caller, endpoint.op, limit, now)
        shared = world.windows.take(app, endpoint.op, of_app, now)
    elif shared.granted:
        mine = world.windows.take(caller, endpoint.op, limit, now)
    else:
        shared = world.windows.take(app, endpoint.op, of_app, now)
    told = (
        shared if world.options.users_count_for_app == "told" and shared.remaining < mine.remaining else mine
    )
    return replace(told, granted=mine.granted and shared.granted)


def _limits(permit: Permit | None) -> dict[str, str]:
    if permit is None:
        return {}
    return {
        "x-rate-limit-limit": str(permit.limit),
        "x-rate-limit-remaining": str(permit.remaining),
        "x-rate-limit-reset": str(permit.reset),
    }


def _with_headers(world: World, said: Answer, permit: Permit | None) -> Answer:
    # x-api.md §1.5: limits on every answer, no header that tells the cost.
    memory = world.memory["twitter"]
    memory["answers"] = memory.get("answers", 0) + 1
    always = {
        "api-version": VERSION,
        "x-access-level": "read",
        "x-transaction-id": f"{key_of(world.seed, 'transaction', memory['answers']):016x}",
        "cache-control": "no-cache, no-store, max-age=0",
    }
    return replace(said, headers={**always, **_limits(permit), **said.headers})
