"""The login dialog, and the trade of its code for a person's token (developers.facebook.com, 2026-11)."""

from collections.abc import Mapping
from typing import Any

from simulator.agreeing import agreed, asked, sent_back, turned_away
from simulator.facebook.call import app_secret
from simulator.facebook.errors import GraphError, Refusal
from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.world import World

#: A token from the dialog lives an hour or two.
SHORT_S = 5_400
_NAME = "dialog"


def dialog(request: Request, world: World) -> Answer:
    """Show the dialog, or take what somebody decided in it."""
    query = request.query
    if query.get("client_id") != world.audience.app_id or "redirect_uri" not in query:
        return turned_away("Facebook", "Invalid App ID: The provided app ID is not valid.", _NAME)
    scopes = [each for each in query.get("scope", "").replace(",", " ").split() if each]
    if request.method != "POST":
        return asked("Facebook", "Simulated App", scopes, _NAME)
    if not agreed(request):
        why = {"error_reason": "user_denied", "error_description": "Permissions error"}
        return sent_back(request, _NAME, error="access_denied", **why)
    memory = world.memory["facebook"]
    codes: dict[str, str] = memory.setdefault("codes", {})
    code = f"simulated-code-{key_of(world.seed, 'facebook code', len(codes)):016x}"
    codes[code] = query["redirect_uri"]
    memory["granted"] = ["public_profile", *scopes]
    return sent_back(request, _NAME, code=code)


def traded(query: Mapping[str, str], world: World) -> dict[str, Any]:
    """Trade a code for a short-lived token; it works once, with the address that the dialog was given."""
    codes = world.memory["facebook"].get("codes", {})
    if query.get("client_secret") != app_secret(world):
        raise GraphError(Refusal(400, 1, "Error validating client secret."))
    if codes.pop(query["code"], None) != query.get("redirect_uri"):
        raise GraphError(Refusal(400, 100, "This authorization code has been used."))
    return {"access_token": world.tokens.facebook_user, "token_type": "bearer", "expires_in": SHORT_S}
