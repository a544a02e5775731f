"""Tokens asked about and exchanged: debug_token and oauth/access_token (§1.2)."""

from collections.abc import Mapping
from typing import Any

from simulator.facebook.call import PERMISSIONS, Call, app_secret, app_token, long_lived, token_of
from simulator.facebook.dialog import traded
from simulator.facebook.errors import REFUSALS, GraphError, Refusal
from simulator.facebook.pages import user_id
from simulator.facebook.switches import Switches
from simulator.rings import DAY_S
from simulator.world import World

#: §1.2: `expires_in` of a long-lived user token.
LONG_S = 5_183_944


def debug_token(call: Call) -> dict[str, Any]:
    """Tell what a token may do (§1.2, `debug_token` data)."""
    if "input_token" not in call.query:
        raise GraphError(Refusal(400, 100, "(#100) The parameter input_token is required"))
    found = token_of(call.query["input_token"], call.world)
    if found is None:
        error = {"code": 190, "message": "Invalid OAuth access token.", "subcode": 467}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    scopes = [each for each in PERMISSIONS if call.has(each)]
    started = int(call.world.started.timestamp())
    data: dict[str, Any] = {
        "app_id": call.audience.app_id,
        "type": found.kind.upper(),
        "application": "Simulated App",
        "data_access_expires_at": started + 90 * DAY_S,
        # §1.2: 0 = never; a Page's token has no expiry, a user's has about 60 days.
        "expires_at": started + LONG_S if found.kind == "user" else 0,
        "is_valid": True,
        "issued_at": started - DAY_S,
        "scopes": scopes,
        "granular_scopes": [
            {"scope": each} | ({"target_ids": [call.page_id]} if each.startswith("pages_") else {})
            for each in scopes
        ],
    }
    if found.kind != "app":
        data["user_id"] = user_id(call)
    if found.kind == "page":
        data["profile_id"] = call.page_id
    return {"data": data}


def access_token(query: Mapping[str, str], world: World, _switches: Switches) -> dict[str, Any]:
    """Exchange credentials for a token: a longer-lived one, or the app's own (§1.2)."""
    known = query.get("client_id") == world.audience.app_id
    if not known or query.get("client_secret") != app_secret(world):
        raise GraphError(Refusal(400, 1, "Error validating client secret."))
    if "code" in query:
        return traded(query, world)
    if query.get("grant_type") == "client_credentials":
        return {"access_token": app_token(world), "token_type": "bearer"}
    if query.get("grant_type") != "fb_exchange_token":
        raise GraphError(Refusal(400, 100, "(#100) The parameter grant_type has an unknown value"))
    given = token_of(query.get("fb_exchange_token", ""), world)
    if given is None or given.kind != "user":
        raise GraphError(REFUSALS["token_invalid"])
    return {"access_token": long_lived(world), "token_type": "bearer", "expires_in": LONG_S}
