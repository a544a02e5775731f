"""The OAuth2 token endpoint, as far as a refresh needs it (x-api.md §5.2: a token lives two hours)."""

from urllib.parse import parse_qs

from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.world import World

LIFE_S = 7200


def refresh(request: Request, world: World) -> Answer:
    """Answer new tokens for a good refresh token; the refresh token is used up by it."""
    form = parse_qs(request.body.decode(errors="replace"))
    given = form.get("refresh_token", [""])[0]
    memory = world.memory["twitter"]
    good = memory.setdefault("refresh", world.tokens.x_refresh)
    if form.get("grant_type", [""])[0] != "refresh_token" or given != good:
        wrong = {
            "error": "invalid_request",
            "error_description": "Value passed for the token was invalid.",
        }
        return Answer.of_json(wrong, 400, endpoint="oauth2_token")
    turn = len(user_tokens(world))
    access, memory["refresh"] = (
        f"simulated-{each}-{key_of(world.seed, each, turn):016x}" for each in ("x-user", "x-refresh")
    )
    user_tokens(world).add(access)
    body = {
        "token_type": "bearer",
        "expires_in": LIFE_S,
        "access_token": access,
        "scope": "tweet.read users.read follows.read like.read timeline.read offline.access",
        "refresh_token": memory["refresh"],
    }
    return Answer.of_json(body, endpoint="oauth2_token")


def user_tokens(world: World) -> set[str]:
    """Return the user tokens that are good now."""
    good: set[str] = world.memory["twitter"].setdefault("user_tokens", {world.tokens.x_user})
    return good
