"""One call in the light of who asks: the world, the token, the version and what it has cost so far."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from simulator.acts import Act
from simulator.audience import Audience
from simulator.facebook.errors import REFUSALS, GraphError, Refusal, no_permission
from simulator.facebook.switches import Switches
from simulator.http import Request
from simulator.mixing import key_of
from simulator.world import World

#: The host that stands in every `next`: the real one, to tempt clients (§5, last paragraph of the recipe).
HOST = "https://graph.facebook.com"
PERMISSIONS = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_messaging",
    "user_friends",
    "public_profile",
)

Kind = Literal["page", "user", "app"]


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token proves."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Call:
    """Everything a table's row may look at while it answers."""

    world: World
    switches: Switches
    token: Token
    query: Mapping[str, str]
    version: str
    nested_rows: int = field(default=0)

    @property
    def audience(self) -> Audience:
        """The audience today."""
        return self.world.audience

    @property
    def page_id(self) -> str:
        """The id of the only Page of this world."""
        return self.audience.page.page_scoped_id

    def has(self, permission: str) -> bool:
        """Tell whether the token holds a permission."""
        return permission not in self.switches.missing

    def need(self, *permissions: str) -> None:
        """Refuse where one of the permissions is missing (§3, codes 10 and 200-299)."""
        for each in permissions:
            if not self.has(each):
                raise no_permission(each, self.switches.permission_code)

    def written(self, act: Act) -> str:
        """Return the time of an act as Graph writes it."""
        return written(self.world.when(act))

    def count_nested(self, rows: int) -> None:
        """Refuse an answer that grew too large (§9: code 1 "reduce" above N nested rows)."""
        self.nested_rows += rows
        if self.nested_rows > self.switches.nested_rows:
            raise GraphError(REFUSALS["reduce"])


def written(at: datetime) -> str:
    """Write a moment as Graph does: whole seconds and `+0000`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def app_secret(world: World) -> str:
    """Return the secret of the developer app; it opens nothing but this simulator."""
    return f"simulated-secret-{key_of(world.seed, 'app secret'):016x}"


def app_token(world: World) -> str:
    """Return the app's own token, in Graph's form `id|secret`."""
    return f"{world.audience.app_id}|{app_secret(world)}"


def long_lived(world: World) -> str:
    """Return what the user's token is exchanged for (§1.2)."""
    return f"{world.tokens.facebook_user}-long"


def proof_of(token: str, world: World) -> str:
    """Return the appsecret_proof of a token: hex HMAC-SHA256 of it under the app's secret (§1.2)."""
    return hmac.new(app_secret(world).encode(), token.encode(), sha256).hexdigest()


def token_of(text: str, world: World) -> Token | None:
    """Tell what an access token proves; None for one that proves nothing."""
    kinds: dict[str, Kind] = {
        world.tokens.page: "page",
        world.tokens.facebook_user: "user",
        long_lived(world): "user",
        app_token(world): "app",
    }
    kind = kinds.get(text)
    return Token(kind, text) if kind else None


def caller(request: Request, query: Mapping[str, str], world: World, switches: Switches) -> Token:
    """Read and check the token of a request; the header goes before the query (§5: header token works)."""
    text = request.bearer() or query.get("access_token", "")
    if not text:
        message = "An access token is required to request this resource."
        raise GraphError(Refusal(400, 104, message))
    token = token_of(text, world)
    if token is None:
        raise GraphError(REFUSALS["token_invalid"])
    given = query.get("appsecret_proof")
    if given is None and switches.require_proof:
        raise GraphError(REFUSALS["proof"])
    if given is not None and not hmac.compare_digest(given, proof_of(text, world)):
        message = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(Refusal(400, 100, message, "GraphMethodException"))
    return token
