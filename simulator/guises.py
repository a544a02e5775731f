"""Guises: further accounts that the same audience follows, each with a token of its own, on several apps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.http import Answer, Request
from simulator.mixing import key_of

if TYPE_CHECKING:
    from simulator.world import World


@dataclass(frozen=True, slots=True)
class Guise:
    """One account of one platform; `app` names the developer app that its token belongs to."""

    platform: str
    account_id: str
    token: str
    app: str


def made(world: "World", platform: str, accounts: int, apps: int) -> list[Guise]:
    """Make accounts and share them out over apps; tokens come from the seed and open nothing else."""
    own = int(_own(world, platform)[0])
    return [
        Guise(
            platform,
            str(own + 1 + each),
            f"simulated-guise-{key_of(world.seed, platform, 'guise', each):016x}",
            f"app-{each % apps + 1}",
        )
        for each in range(accounts)
    ]


def worn(request: Request, platform: str, world: "World") -> tuple[Request, Guise | None]:
    """Return a request as the one account would send it, and the guise that asks, if any does."""
    text = request.bearer() or request.query.get("access_token", "")
    guise = next((each for each in world.guises if each.token == text and each.platform == platform), None)
    if guise is None:
        return request, None
    own_id, own_token = _own(world, platform)
    swap = {guise.account_id: own_id, guise.token: own_token}
    query = {name: _swapped(value, swap.items()) for name, value in request.query.items()}
    headers = {**request.headers, "authorization": f"Bearer {own_token}"}
    path = _swapped(request.path, swap.items())
    return replace(request, path=path, query=query, headers=headers), guise


def shown(answer: Answer, guise: Guise | None, world: "World") -> Answer:
    """Return an answer as the guise sees it: under its own id."""
    if guise is None:
        return answer
    own_id, own_token = _own(world, guise.platform)
    body = answer.body.replace(own_id.encode(), guise.account_id.encode())
    headers = {
        name: value.replace(own_id, guise.account_id) if name.startswith("x-business") else value
        for name, value in answer.headers.items()
    }
    return replace(answer, body=body.replace(own_token.encode(), guise.token.encode()), headers=headers)


def _own(world: "World", platform: str) -> tuple[str, str]:
    audience, tokens = world.audience, world.tokens
    if platform == "twitter":
        return audience.x_account.x_id, tokens.x_user
    return audience.page.page_scoped_id, tokens.page


def _swapped(text: str, swap: Iterable[tuple[str, str]]) -> str:
    for old, new in swap:
        text = text.replace(old, new)
    return text
