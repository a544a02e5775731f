"""The OAuth2 token endpoint: a code or a refresh token for tokens of two hours (x-api.md §5.2)."""

from urllib.parse import parse_qs

from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.twitter.authorising import grant_of
from simulator.world import World

LIFE_S = 7200
_ALL = "tweet.read users.read follows.read like.read timeline.read offline.access"


def token(request: Request, world: World) -> Answer:
    """Answer new tokens for a code or a good refresh token; either is used up by it."""
    form = parse_qs(request.body.decode(errors="replace"))
    kind = form.get("grant_type", [""])[0]
    memory = world.memory["twitter"]
    scopes: str | None = None
    if kind == "authorization_code":
        scopes = grant_of(request, world)
    elif kind == "refresh_token":
        good = memory.setdefault("refresh", world.tokens.x_refresh)
        scopes = _ALL if form.get("refresh_token", [""])[0] == good else None
    if scopes is None:
        wrong = {
            "error": "invalid_request",
            "error_description": "Value passed for the token was invalid.",
        }
        return Answer.of_json(wrong, 400, endpoint="oauth2_token")
    turn = len(user_tokens(world))
    access, again = (
        f"simulated-{each}-{key_of(world.seed, each, turn):016x}" for each in ("x-user", "x-refresh")
    )
    user_tokens(world).add(access)
    body = {
        "token_type": "bearer",
        "expires_in": LIFE_S,
        "access_token": access,
        "scope": scopes,
    }
    if "offline.access" in scopes.split():
        body["refresh_token"] = memory["refresh"] = again
    return Answer.of_json(body, endpoint="oauth2_token")


def user_tokens(world: World) -> set[str]:
    """Return the user tokens that are good now."""
    good: set[str] = world.memory["twitter"].setdefault("user_tokens", {world.tokens.x_user})
    return good
