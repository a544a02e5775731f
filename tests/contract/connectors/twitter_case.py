"""X in the contract suite."""

from collections.abc import Sequence
from typing import Any

from domain.account import Account
from tests.contract.connectors.case import Act, Case
from tests.contract.connectors.server import Reply


def _user(act: Act) -> dict[str, Any]:
    return {"id": act.author, "name": f"Person {act.author}", "username": f"person_{act.author}"}


def _post(act: Act) -> dict[str, Any]:
    post = {"id": str(act.number), "text": "Hello there", "created_at": "2026-03-01T10:00:00.000Z"}
    return post if act.author is None else {**post, "author_id": act.author}


def page(stream: str, acts: Sequence[Act], cursor: str | None, elsewhere: str | None = None) -> Reply:
    write = _user if stream in {"followers", "likers", "reposters"} else _post
    items = [{**write(each), "id": {"secret": "Ada"}} if each.malformed else write(each) for each in acts]
    meta: dict[str, Any] = {"result_count": len(items)}
    if cursor:
        meta["next_token"] = cursor
    body: dict[str, Any] = {"meta": meta}
    if items:
        body["data"] = items
    if elsewhere:
        meta["next"] = body["next"] = elsewhere
    return Reply(body, headers={"link": f'<{elsewhere}>; rel="next"'} if elsewhere else {})


CASE = Case(
    platform="twitter",
    account=Account("twitter", "4001", "Our club"),
    timeline="mentions",
    roster="followers",
    capped="likers",
    page=page,
    cursor_of=lambda seen: seen.query.get("pagination_token"),
    cursor_refused=Reply(
        {
            "title": "Invalid Request",
            "type": "https://api.twitter.com/2/problems/invalid-request",
            "errors": [{"parameters": {"pagination_token": ["old"]}, "message": "not a valid token"}],
        },
        status=400,
    ),
    gone=Reply(
        {
            "errors": [
                {
                    "resource_id": "900",
                    "resource_type": "tweet",
                    "parameter": "id",
                    "title": "Not Found Error",
                    "type": "https://api.twitter.com/2/problems/resource-not-found",
                }
            ]
        }
    ),
)
