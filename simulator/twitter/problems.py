"""X's error bodies (x-api.md §1.6): the five ways of "you ran out", refusals, and partial errors."""

from typing import Any

from simulator.http import Answer

OLD_HOME, NEW_HOME = "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"
_KIND = {"content-type": "application/problem+json; charset=utf-8"}

#: §1.6, row by row; each may be ordered by its name. The first four and `not_enrolled` mean "you ran out".
ORDERED: dict[str, tuple[int, dict[str, Any]]] = {
    "credits_depleted": (
        402,
        {
            "account_id": 2036000000000000000,
            "title": "CreditsDepleted",
            "detail": "Your enrolled account [2036000000000000000] does not have any credits to fulfill this "
            "request.",
            "type": OLD_HOME + "credits",
        },
    ),
    "spend_cap": (
        403,
        {
            "title": "SpendCapReached",
            "detail": "Your enrolled account has reached its billing cycle spend cap.",
            "reset_date": "2027-01-13",
            "type": OLD_HOME + "credits",
        },
    ),
    "usage_cap": (
        429,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "period": "Monthly",
            "scope": "Product",
            "product_name": "standard-basic",
            "account_id": 2036000000000000000,
            "type": OLD_HOME + "usage-capped",
        },
    ),
    "too_many": (
        429,
        {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429},
    ),
    "too_many_legacy": (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}),
    "not_enrolled": (
        403,
        {
            "title": "Client Forbidden",
            "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
            "tokens from a Twitter developer App that is attached to a Project.",
            "reason": "client-not-enrolled",
            "client_id": "17000000",
            "required_enrollment": "Appropriate Level of API Access",
            "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
            "type": OLD_HOME + "client-forbidden",
        },
    ),
    "unsupported_auth": (
        403,
        {
            "title": "Unsupported Authentication",
            "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. "
            "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            "type": OLD_HOME + "unsupported-authentication",
            "status": 403,
        },
    ),
    "unauthorized": (
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
    ),
    "forbidden": (
        403,
        {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": "Forbidden"},
    ),
    "over_capacity": (
        503,
        {
            "title": "Service Unavailable",
            "type": "about:blank",
            "status": 503,
            "detail": "Service Unavailable",
        },
    ),
}

#: Ordered errors under which the rate headers stay as healthy as §1.6 shows them.
HEALTHY = {
    "x-rate-limit-limit": "40000",
    "x-rate-limit-remaining": "39984",
}


def ordered(kind: str, headers: dict[str, str]) -> Answer:
    """Return the named error; raises KeyError for a name that is not in the table."""
    status, body = ORDERED[kind]
    told = dict(headers)
    if kind in {"credits_depleted", "usage_cap"}:
        told |= HEALTHY
    if kind.startswith("too_many"):
        told["x-rate-limit-remaining"] = "0"
    return Answer.of_json(body, status, told | _KIND)


def invalid(parameter: str, value: str, message: str, home: str = OLD_HOME) -> Answer:
    """Return a 400 about one parameter."""
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": home + "invalid-request",
    }
    return Answer.of_json(body, 400, _KIND)


def not_found(parameter: str, value: str, resource: str, home: str = OLD_HOME) -> dict[str, Any]:
    """Return the partial error for something that is not there (x-api.md §1.5: status 200, `errors[]`)."""
    return {
        "value": value,
        "resource_id": value,
        "resource_type": resource,
        "parameter": parameter,
        "title": "Not Found Error",
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "type": home + "resource-not-found",
    }


def suspended(parameter: str, value: str, home: str = OLD_HOME) -> dict[str, Any]:
    """Return the partial error for somebody who was suspended."""
    return {
        "value": value,
        "resource_id": value,
        "resource_type": "user",
        "parameter": parameter,
        "title": "Forbidden",
        "detail": f"User has been suspended: [{value}].",
        "type": home + "resource-not-found",
    }


def not_yours(value: str, home: str = OLD_HOME) -> Answer:
    """Return the refusal of somebody else's likers (x-api.md §1.2)."""
    body = {
        "title": "Authorization Error",
        "detail": f"Sorry, you are not authorized to see the liking users of the Tweet with id: [{value}].",
        "resource_id": value,
        "resource_type": "tweet",
        "parameter": "id",
        "section": "data",
        "type": home + "not-authorized-for-resource",
        "status": 403,
    }
    return Answer.of_json(body, 403, _KIND)
