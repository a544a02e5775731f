"""The endpoints of X that are served: path, callers, limits, page bounds, parameters and prices.

Limits: docs.x.com as of 2026-08-22 (x-api.md §1.1). Prices in micro-dollars: as of 2026-08-13 (§2).
"""

import re
from dataclasses import dataclass

FIELDS = frozenset({"tweet.fields", "post.fields", "user.fields", "expansions"})
_MORE = frozenset({"media.fields", "poll.fields", "place.fields"})
_USERS = FIELDS
_POSTS = FIELDS | _MORE
_PAGED = frozenset({"max_results", "pagination_token"})
_TIMES = frozenset({"since_id", "until_id", "start_time", "end_time"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row; a limit of None means that this kind of caller is refused."""

    op: str
    pattern: re.Pattern[str]
    app_limit: int | None
    user_limit: int | None
    parameters: frozenset[str] = frozenset()
    pages: tuple[int, int, int] | None = None
    meter: str = ""
    micro: int = 0
    owned_micro: int | None = None
    method: str = "GET"


def _row(op: str, path: str, app: int | None, user: int | None, **more: object) -> Endpoint:
    pattern = re.compile("^/2/" + path.replace(":id", r"(?P<id>[^/]+)") + "$")
    return Endpoint(op, pattern, app, user, **more)  # type: ignore[arg-type] # the table below fits the fields


ENDPOINTS = (
    _row("me", "users/me", None, 75, parameters=_USERS, meter="user", micro=10_000),
    _row(
        "reposts_of_me", "users/reposts_of_me", None, 75,
        parameters=_POSTS | _PAGED, pages=(1, 100, 100), meter="post", micro=5_000,
    ),
    _row(
        "users_by_usernames", "users/by", 300, 900,
        parameters=_USERS | {"usernames"}, meter="user", micro=10_000,
    ),
    _row(
        "user_by_username", "users/by/username/:id", 300, 900,
        parameters=_USERS, meter="user", micro=10_000,
    ),
    _row("users_by_ids", "users", 300, 900, parameters=_USERS | {"ids"}, meter="user", micro=10_000),
    _row("user_by_id", "users/:id", 300, 900, parameters=_USERS, meter="user", micro=10_000),
    _row(
        "followers", "users/:id/followers", 300, 300,
        parameters=_USERS | _PAGED, pages=(1, 1000, 100), meter="follower", micro=10_000, owned_micro=1_000,
    ),
    _row(
        "following", "users/:id/following", 300, 300,
        parameters=_USERS | _PAGED, pages=(1, 1000, 100), meter="following", micro=10_000, owned_micro=1_000,
    ),
    _row(
        "mentions", "users/:id/mentions", 450, 300,
        parameters=_POSTS | _PAGED | _TIMES, pages=(5, 100, 10), meter="post", micro=5_000, owned_micro=1_000,
    ),
    _row(
        "user_tweets", "users/:id/tweets", 10_000, 900,
        parameters=_POSTS | _PAGED | _TIMES | {"exclude"}, pages=(5, 100, 10),
        meter="post", micro=5_000, owned_micro=1_000,
    ),
    # §1.1: OAuth 1.0a and PKCE only, no Bearer: `answer` refuses an app with a body of its own.
    _row(
        "liking_users", "tweets/:id/liking_users", None, 75,
        parameters=_USERS | _PAGED, pages=(1, 100, 100), meter="like", micro=10_000,
    ),
    _row(
        "retweeted_by", "tweets/:id/retweeted_by", 75, 75,
        parameters=_USERS | _PAGED, pages=(1, 100, 100), meter="user", micro=10_000,
    ),
    _row(
        "retweets", "tweets/:id/retweets", 75, 75,
        parameters=_POSTS | _PAGED, pages=(1, 100, 100), meter="post", micro=5_000,
    ),
    _row(
        "quote_tweets", "tweets/:id/quote_tweets", 75, 75,
        parameters=_POSTS | _PAGED | {"exclude"}, pages=(10, 100, 10), meter="post", micro=5_000,
    ),
    _row("usage_tweets", "usage/tweets", 50, None, parameters=frozenset({"days", "usage.fields"})),
    _row("usage_credits", "usage/credits", 30, 30),
    _row("compliance_create", "compliance/jobs", 150, None, method="POST"),
    _row(
        "compliance_list", "compliance/jobs", 150, None,
        parameters=frozenset({"type", "status", "compliance_job.fields"}),
    ),
    _row(
        "compliance_job", "compliance/jobs/:id", 150, None,
        parameters=frozenset({"compliance_job.fields"}),
    ),
    _row("webhooks", "webhooks", 450, None),
    _row("webhook_replay", "webhooks/replay", 100, None, method="POST"),
)  # fmt: skip


def find(method: str, path: str) -> tuple[Endpoint, str] | None:
    """Return the endpoint of a path and the id in it ("" where none), or None."""
    for each in ENDPOINTS:
        found = each.pattern.match(path) if each.method == method else None
        if found:
            return each, found.groupdict().get("id") or ""
    return None
