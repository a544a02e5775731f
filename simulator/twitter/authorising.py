"""OAuth 2.0 with PKCE: the page at /i/oauth2/authorize, and the trade of its code (docs.x.com, 2026-11)."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, unquote

from simulator.agreeing import agreed, asked, sent_back, turned_away
from simulator.http import Answer, Request
from simulator.mixing import key_of
from simulator.world import World

#: "You have to exchange the code within 30 seconds."
CODE_LIFE_S = 30
_NAME = "oauth2_authorize"


def client_of(world: World) -> tuple[str, str]:
    """Return the developer app's OAuth 2 client id and secret; they open nothing but this simulator."""
    return tuple(f"simulated-client-{each}-{key_of(world.seed, each):016x}" for each in ("id", "secret"))  # type: ignore[return-value]


def authorise(request: Request, world: World) -> Answer:
    """Show the page, or take what somebody decided on it."""
    query = request.query
    if query.get("client_id") != client_of(world)[0] or "redirect_uri" not in query:
        return turned_away("X", "You weren't able to give access to the App.", _NAME)
    wrong = (
        query.get("response_type") != "code"
        or query.get("code_challenge_method") not in {"S256", "plain"}
        or not (query.get("code_challenge") and query.get("state") and query.get("scope"))
    )
    if wrong:
        return turned_away("X", "You weren't able to give access to the App.", _NAME)
    if request.method != "POST":
        return asked("X", "Simulated App", query["scope"].split(), _NAME)
    if not agreed(request):
        return sent_back(request, _NAME, error="access_denied")
    codes: dict[str, Any] = world.memory["twitter"].setdefault("codes", {})
    code = f"simulated-code-{key_of(world.seed, 'code', len(codes)):016x}"
    codes[code] = {**query, "at": world.now()}
    return sent_back(request, _NAME, code=code)


def grant_of(request: Request, world: World) -> str | None:
    """Return the scopes behind a code that is traded as it must be; it is used up by it."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    found = world.memory["twitter"].get("codes", {}).pop(form.get("code", ""), None)
    if found is None or world.now() > found["at"] + CODE_LIFE_S or not _is_client(request, form, world):
        return None
    verifier = form.get("code_verifier", "")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    proof = hashed if found["code_challenge_method"] == "S256" else verifier
    same = form.get("redirect_uri") == found["redirect_uri"]
    return str(found["scope"]) if same and hmac.compare_digest(proof, found["code_challenge"]) else None


def _is_client(request: Request, form: dict[str, str], world: World) -> bool:
    """Tell whether the app itself asks: a public one by its id, a confidential one by HTTP Basic."""
    ours = client_of(world)
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        name, _, secret = base64.b64decode(text).decode(errors="replace").partition(":")
        return (unquote(name), unquote(secret)) == ours
    return form.get("client_id") == ours[0]
