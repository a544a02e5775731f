"""Signing in through an OpenID provider: for those who were invited, or joined it by themselves."""

import json
import secrets
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from config.settings import Settings
from connectors.openid import Client, OpenIdError, Person, Provider
from console.pages.words import language_of
from console.web.access import FORM, Viewer, cookie_name, is_secure
from console.web.desk import Desk
from console.web.rendering import after, plain_page
from console.web.sign_in import own_path, page_of, signed_in
from domain.user import UserError
from pipeline import signing_in
from pipeline.signing_in import SignInError, hash_of
from store import logins, sessions

#: Under which sign-ins that are under way are kept, and the cookie that binds one to its browser.
KIND, COOKIE, PATH = "oidc", "regulars-oidc", "/sign-in/oidc"
LIFE_S = int(logins.LIFE.total_seconds())


def is_set(settings: Settings) -> bool:
    """Tell whether there is a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.post(PATH)
    def begin(request: Request) -> Response:
        _require(desk)
        sent = {name: values[0] for name, values in request.scope[FORM].items()}
        known = {"next": own_path(sent.get("next", "/")), "invitation": sent.get("invitation", "")[:100]}
        return _leave(desk, request, known)

    @app.post("/settings/oidc")
    def join(visit: Viewer, request: Request) -> Response:
        _require(desk)
        return _leave(desk, request, {"next": "/settings?done=joined", "user": visit.user.id})

    @app.get(PATH + "/back")
    def back(request: Request) -> Response:
        _require(desk)
        cookie, state = request.cookies.get(COOKIE, ""), request.query_params.get("state", "")
        with desk.database.write() as connection:
            sealed = logins.take(connection, hash_of(cookie), KIND, hash_of(state), now=desk.now())
            known = json.loads(desk.runtime.open_text(connection, sealed)) if sealed else None
        code = request.query_params.get("code")
        if known is None or not code:
            return _refuse(request, "oidc_state" if known is None else "oidc_denied")
        try:
            person = _provider(desk).person(_client(desk, request), code, known["verifier"], known["nonce"])
            return _let_in(desk, request, person, known)
        except OpenIdError:
            return _refuse(request, "oidc_unproven")
        except (SignInError, UserError):
            return _refuse(request, "oidc_stranger")


def _leave(desk: Desk, request: Request, known: dict[str, Any]) -> Response:
    """Keep what must be known at the end, and lead the browser to the provider."""
    state, nonce, cookie = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        way = _provider(desk).ask(_client(desk, request), state, nonce)
    except OpenIdError:
        return _refuse(request, "oidc_away")
    kept = json.dumps({**known, "verifier": way.verifier, "nonce": nonce})
    with desk.database.write() as connection:
        sealed = desk.runtime.seal_text(connection, kept)
        logins.begin(connection, hash_of(cookie), KIND, hash_of(state), sealed, now=desk.now())
    # A page and no redirect: forms may lead nowhere but here.
    language = language_of(None, request.headers.get("accept-language", ""))
    answer = plain_page("leaving", language, address=way.address)
    secure = is_secure(desk)
    answer.set_cookie(COOKIE, cookie, max_age=LIFE_S, path=PATH, secure=secure, httponly=True, samesite="lax")
    return answer


def _let_in(desk: Desk, request: Request, person: Person, known: dict[str, Any]) -> Response:
    """Sign in whom the provider vouches for; raises SignInError for a stranger, UserError."""
    if "user" in known:
        held = hash_of(request.cookies.get(cookie_name(desk), ""))
        with desk.database.write() as connection:
            session = sessions.opened(connection, held, now=desk.now())
            if session is None or session.user.id != known["user"]:
                raise SignInError("Sign in first, then join the provider.")
            signing_in.join(connection, session.user, person.subject, now=desk.now())
        answer: Response = after(known["next"])
    else:
        with desk.database.write() as connection:
            called = signing_in.Called(person.subject, person.name)
            _, token = signing_in.sign_in_as(connection, called, known["invitation"], now=desk.now())
        answer = signed_in(desk, request, token, known["next"])
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _refuse(request: Request, wrong: str) -> Response:
    return page_of(request, "sign-in", 403, next="/", wrong=wrong, oidc=True)


def _require(desk: Desk) -> None:
    if not is_set(desk.runtime.settings):
        raise HTTPException(404)


def _client(desk: Desk, request: Request) -> Client:
    settings = desk.runtime.settings
    base = settings.console_url or f"http://{request.headers.get('host', '')}"
    secret = settings.oidc_client_secret
    return Client(
        settings.oidc_issuer or "",
        settings.oidc_client_id or "",
        secret.get_secret_value() if secret else None,
        f"{base.rstrip('/')}{PATH}/back",
    )


def _provider(desk: Desk) -> Provider:
    return _known(desk.runtime.settings.oidc_issuer or "")


@cache
def _known(issuer: str) -> Provider:
    return Provider(issuer)
