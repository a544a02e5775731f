"""Asks an OpenID provider who somebody is: code flow with PKCE (OpenID Connect Core 1.0, §3.1)."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from oauthlib.oauth2 import WebApplicationClient

from connectors.http import RefusedError, Session
from domain.errors import PlatformError, RegularsError

#: Signatures that are taken: none that a public key could forge, and never "none".
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SCOPES = ("openid", "profile", "email")
#: Seconds that our clocks may differ, and that what a provider says of itself is believed.
LEEWAY_S, FRESH_S = 60, 3600.0


class OpenIdError(RegularsError):
    """Raised where a provider does not prove who somebody is; nobody is signed in by it."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at the provider, and where it sends the browser back to."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    back_to: str


class Way(NamedTuple):
    """Where the browser goes, and what must be known when it comes back."""

    address: str
    verifier: str


class Person(NamedTuple):
    """Somebody whom a provider vouches for; `subject` is theirs alone, `name` what they are called there."""

    subject: str
    name: str


class Provider:
    """One provider; what it says of itself is kept for an hour."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._lock = threading.Lock()
        self._told: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = float("-inf")

    def ask(self, client: Client, state: str, nonce: str) -> Way:
        """Write the address at which somebody signs in."""
        there = self._endpoint("authorization_endpoint")
        made = WebApplicationClient(client.client_id)
        verifier: str = made.create_code_verifier(64)
        # The library takes https only, a provider on this machine may do without.
        asked: str = made.prepare_request_uri(
            "https://provider.invalid",
            redirect_uri=client.back_to,
            scope=list(SCOPES),
            state=state,
            nonce=nonce,
            code_challenge=made.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        query = urlsplit(asked).query
        return Way(there + ("&" if urlsplit(there).query else "?") + query, verifier)

    def person(self, client: Client, code: str, verifier: str, nonce: str) -> Person:
        """Trade a code for a token that says who somebody is; raises OpenIdError."""
        body: str = WebApplicationClient(client.client_id).prepare_request_body(
            code=code, redirect_uri=client.back_to, code_verifier=verifier, include_client_id=True
        )
        secret = client.client_secret
        told = self._json(
            "POST",
            self._endpoint("token_endpoint"),
            data=body,
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=(client.client_id, secret) if secret else None,
        )
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OpenIdError("The provider did not say who you are; sign in again.")
        return self._checked(token, client, nonce, told.get("access_token"))

    def _checked(self, token: str, client: Client, nonce: str, access_token: object) -> Person:
        """Check signature, issuer, audience, time and nonce of a token."""
        try:
            read = self._verified(token)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self.issuer_told},
                    "aud": {"essential": True, "value": client.client_id},
                },
                {"nonce": nonce, "client_id": client.client_id, "access_token": access_token},
            )
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            # Its text may hold what the token says.
            raise OpenIdError(
                f"The provider's token is not to be believed ({type(error).__name__}); sign in again."
            ) from None
        name = claims.get("preferred_username") or claims.get("email") or ""
        return Person(f"{self.issuer_told} {claims['sub']}", str(name))

    @property
    def issuer_told(self) -> str:
        """The issuer as the provider itself writes it."""
        return str(self._read()["issuer"])

    def _verified(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._signing_keys(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # Keys turn: one that we do not know may be new.
            return jwt.decode(token, self._signing_keys(anew=True), algorithms=list(ALGORITHMS))

    def _signing_keys(self, *, anew: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(self._json("GET", address))  # type: ignore[arg-type]
            return self._keys

    def _endpoint(self, name: str) -> str:
        address = str(self._read().get(name) or "")
        parts = urlsplit(address)
        local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme == "https" or (parts.scheme == "http" and local):
            return address
        raise OpenIdError(f"The provider names no {name} with https; check REGULARS_OIDC_ISSUER.")

    def _read(self) -> Mapping[str, Any]:
        """Return what the provider says of itself (OpenID Connect Discovery 1.0, §4)."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                told = self._json("GET", f"{self.issuer}/.well-known/openid-configuration")
                if str(told.get("issuer", "")).rstrip("/") != self.issuer:
                    raise OpenIdError("The provider calls itself otherwise than REGULARS_OIDC_ISSUER does.")
                self._told, self._keys, self._read_at = told, None, time.monotonic()
            return self._told

    def _json(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        parts = urlsplit(address)
        base = f"{parts.scheme}://{parts.netloc}"
        try:
            with Session(base, replaces=base, whose="the OpenID provider") as session:
                read = session.request(method, address, **options).json()
        except RefusedError as refused:
            raise OpenIdError(f"The provider refused ({refused.status}); sign in again.") from None
        except (PlatformError, ValueError):
            raise OpenIdError("The provider cannot be reached, or answers nothing readable.") from None
        if not isinstance(read, dict):
            raise OpenIdError("The provider cannot be reached, or answers nothing readable.")
        return read
