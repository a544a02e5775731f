"""Facebook in the contract suite."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from domain.account import Account
from tests.contract.connectors.case import Act, Case
from tests.contract.connectors.server import Reply

PAGE = "4001"


def _opt_in(act: Act) -> dict[str, Any]:
    return {
        "recipient_id": {"secret": "Ada"} if act.malformed else act.author,
        "creation_timestamp": 1_770_000_000 + act.number,
        "token_expiry_timestamp": 1_990_000_000,
    }


def _comment(act: Act) -> dict[str, Any]:
    comment: dict[str, Any] = {
        "id": {"secret": "Ada"} if act.malformed else f"900_{act.number}",
        "message": "Hello there",
        "created_time": f"2026-02-01T10:00:{act.number:02}+0000",
    }
    return comment if act.author is None else {**comment, "from": {"id": act.author, "name": "Ada Exemple"}}


def page(stream: str, acts: Sequence[Act], cursor: str | None, elsewhere: str | None = None) -> Reply:
    write = _opt_in if stream == "opt_ins" else _comment
    # The place stands on the last page too; only the address tells that more follows.
    paging: dict[str, Any] = {"cursors": {"before": "before", "after": cursor or "last"}}
    if cursor:
        host = (elsewhere or "https://graph.facebook.com/next").split("?")[0]
        asked = {"access_token": "another-token", "limit": "3", "after": cursor}
        paging["next"] = f"{host}?{urlencode(asked)}"
    return Reply({"data": [write(each) for each in acts], "paging": paging})


def refused(code: int, message: str, subcode: int | None = None, status: int = 400) -> Reply:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Reply({"error": error}, status=status)


CASE = Case(
    platform="facebook",
    account=Account("facebook", PAGE, "Our club", app_id="31"),
    timeline="comments",
    roster="opt_ins",
    page=page,
    cursor_of=lambda seen: seen.query.get("after"),
    cursor_refused=refused(100, "(#100) The After Cursor specified exceeds the max limit of this endpoint"),
    gone=refused(100, "Unsupported get request. Object with ID '900' does not exist", 33),
    post=f"{PAGE}_900",
    user_token="an-invented-user-token",
    app_secret="an-invented-secret",
)
