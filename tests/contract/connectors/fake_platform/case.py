"""The invented platform in the contract suite."""

from collections.abc import Sequence

from domain.account import Account
from tests.contract.connectors.case import Act, Case
from tests.contract.connectors.server import Reply


def page(stream: str, acts: Sequence[Act], cursor: str | None, elsewhere: str | None = None) -> Reply:
    assert stream == "greetings"
    items = [
        {"n": {"name": "Ada"}, "by": each.author} if each.malformed else {"n": each.number, "by": each.author}
        for each in acts
    ]
    return Reply({"items": items, "after": cursor, "next": elsewhere})


CASE = Case(
    platform="fake",
    account=Account("fake", "1", "Our club"),
    timeline="greetings",
    page=page,
    cursor_of=lambda seen: seen.query.get("after"),
    cursor_refused=Reply(status=410),
    gone=Reply(status=404),
)
