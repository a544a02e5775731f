"""Signing in and out, and becoming a user by an invitation's link."""

from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request, Response

from console.pages.crowd import network
from console.pages.words import language_of
from console.web.access import FORM, Viewer, cookie_name, is_secure
from console.web.desk import Desk
from console.web.rendering import after, plain_page
from domain.user import SHORTEST_PASSWORD, UserError
from pipeline import signing_in
from pipeline.signing_in import SignInError, TooManyTriesError, Try, hash_of
from store import sessions, users


def address(path: str, query: str = "") -> str:
    """Return where to sign in so as to come back to a page afterwards."""
    asked = path + (f"?{query}" if query else "")
    return "/sign-in" + ("" if asked == "/" else f"?{urlencode({'next': asked}, quote_via=quote)}")


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk
    settings = desk.runtime.settings
    oidc = bool(settings.oidc_issuer and settings.oidc_client_id)

    @app.get("/sign-in")
    def ask(request: Request) -> Response:
        return page_of(request, "sign-in", next=own_path(request.query_params.get("next", "/")), oidc=oidc)

    @app.post("/sign-in")
    def sign_in(request: Request) -> Response:
        sent = {name: values[0] for name, values in request.scope[FORM].items()}
        client = request.client.host if request.client else ""
        tried = Try(sent.get("name", ""), sent.get("password", ""), network(client))
        to = own_path(sent.get("next", "/"))
        try:
            _, token = signing_in.sign_in(desk.database, tried, desk.key, now=desk.now())
        except SignInError as error:
            wrong = "many" if isinstance(error, TooManyTriesError) else "wrong"
            status = 429 if wrong == "many" else 403
            return page_of(request, "sign-in", status, next=to, wrong=wrong, name=tried.name[:100], oidc=oidc)
        return signed_in(desk, request, token, to)

    @app.post("/sign-out")
    def sign_out(visit: Viewer) -> Response:
        with desk.database.write() as connection:
            sessions.end(connection, hash_of(visit.token))
        left = after("/sign-in")
        left.delete_cookie(cookie_name(desk), secure=is_secure(desk), httponly=True, samesite="lax")
        return left

    _add_welcome(app, desk, oidc=oidc)


def _add_welcome(app: FastAPI, desk: Desk, *, oidc: bool) -> None:
    @app.get("/welcome/{token}")
    def welcome(request: Request, token: str) -> Response:
        with desk.database.read() as connection:
            role = users.invited(connection, hash_of(token), now=desk.now())
        if role is None:
            return page_of(request, "said", 404, what="used_up")
        return page_of(request, "welcome", role=role, shortest=SHORTEST_PASSWORD, token=token, oidc=oidc)

    @app.post("/welcome/{token}")
    def accept(request: Request, token: str) -> Response:
        sent = {name: values[0] for name, values in request.scope[FORM].items()}
        name, password = sent.get("name", ""), sent.get("password", "")
        try:
            with desk.database.write() as connection:
                _, opened = signing_in.accept(connection, token, name, password, now=desk.now())
        except SignInError:
            return page_of(request, "said", 404, what="used_up")
        except UserError as error:
            with desk.database.read() as connection:
                role = users.invited(connection, hash_of(token), now=desk.now())
            if role is None:
                return page_of(request, "said", 404, what="used_up")
            told = {"wrong": str(error), "name": name[:100], "token": token, "oidc": oidc}
            return page_of(request, "welcome", 422, role=role, shortest=SHORTEST_PASSWORD, **told)
        return signed_in(desk, request, opened, "/")


def own_path(path: str) -> str:
    """Return a path of ours, "/" for anything that could lead elsewhere."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own and not path.startswith("/sign-") else "/"


def page_of(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """Make a page for somebody who is not signed in, in their browser's language."""
    language = language_of(None, request.headers.get("accept-language", ""))
    return plain_page(template, language, status, **values)


def signed_in(desk: Desk, request: Request, token: str, to: str) -> Response:
    """Send somebody on with a new session; the one that the browser held before ends."""
    before = request.cookies.get(cookie_name(desk))
    if before:
        with desk.database.write() as connection:
            sessions.end(connection, hash_of(before))
    there = after(to)
    there.set_cookie(
        cookie_name(desk), token, secure=is_secure(desk), httponly=True, samesite="lax", path="/"
    )
    return there
