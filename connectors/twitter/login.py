"""Signing in at X: OAuth 2.0 with PKCE, as https://docs.x.com/fundamentals/authentication asks (2026-11).

Somebody agrees on https://x.com/i/oauth2/authorize; the browser brings back a code that is good for half a
minute; https://api.x.com/2/oauth2/token trades it, with the verifier behind the S256 challenge, for a token
of two hours, and for a refresh token where `offline.access` was among the scopes. An app that can keep a
secret ("confidential client") signs the trade with HTTP Basic.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from oauthlib.oauth2 import WebApplicationClient

from connectors.http import RefusedError, Session
from connectors.login import App, Dialog, Grant, grant_in
from connectors.twitter.connector import DEFAULT_BASE_URL, TWEEPY_HOST
from connectors.twitter.listings import STREAMS
from connectors.twitter.renewal import PATH
from domain.errors import OperatorNeededError, RetryLaterError

SITE = "https://x.com"
#: With it comes a refresh token; without it the account would have to be connected again every two hours.
LASTING = "offline.access"
_NEEDED = tuple(dict.fromkeys(each for stream in STREAMS.values() for each in stream.permissions))


class TwitterLogin:
    """See `connectors.login.Login`."""

    needs_secret = False
    wishes: Mapping[str, Sequence[str]] = {"": (*sorted(_NEEDED), LASTING)}

    def origin(self, base_url: str | None) -> str:
        """Return the origin of X's page."""
        parts = urlsplit(base_url or SITE)
        return f"{parts.scheme}://{parts.netloc}"

    def ask(self, app: App, state: str, scopes: Sequence[str], base_url: str | None) -> Dialog:
        """Write the address of X's page; the verifier stays here."""
        client = WebApplicationClient(app.client_id)
        verifier: str = client.create_code_verifier(64)
        address: str = client.prepare_request_uri(
            SITE + "/i/oauth2/authorize",
            redirect_uri=app.back_to,
            scope=list(scopes),
            state=state,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        return Dialog((base_url or SITE).rstrip("/") + address.removeprefix(SITE), verifier)

    def trade(self, app: App, code: str, verifier: str, base_url: str | None) -> Grant:
        """Trade the code for a token and a refresh token."""
        body: str = WebApplicationClient(app.client_id).prepare_request_body(
            code=code, redirect_uri=app.back_to, code_verifier=verifier, include_client_id=True
        )
        secret = app.client_secret
        session = Session(base_url or DEFAULT_BASE_URL, replaces=TWEEPY_HOST, whose="the X app")
        try:
            response = session.post(
                TWEEPY_HOST + PATH,
                data=body,
                headers={"content-type": "application/x-www-form-urlencoded"},
                auth=(app.client_id, secret) if secret else None,
            )
        except RefusedError as refused:
            if refused.status in {400, 401, 403}:
                raise OperatorNeededError(
                    "X refused to give a token: the app's client id or secret is not X's, or too much time "
                    "went by; check them and begin again.",
                    code="login_refused",
                ) from None
            raise RetryLaterError("X gives no tokens just now; begin again later.", code="server") from None
        return grant_in(response.text, "X")


LOGIN = TwitterLogin()
