"""The application: every screen's routes, and what is said where there is none."""

from importlib import import_module
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from console.form_reading import Message
from console.pages.words import language_of
from console.web import halting, live, openid, probes, sign_in
from console.web.access import ForbiddenError, SignedOutError, may_upload
from console.web.desk import Desk
from console.web.gate import Gate
from console.web.rendering import SCREENS, STATIC, address_of, after, plain_page

_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


def make_app(desk: Desk) -> Gate:
    """Make the console of an installation."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.desk = desk
    sign_in.add_routes(app)
    openid.add_routes(app)
    live.add_routes(app)
    halting.add_routes(app)
    probes.add_routes(app)
    for each in SCREENS:
        import_module(f"console.web.screens.{each}").add_routes(app)
    _add_static(app)
    app.add_exception_handler(SignedOutError, lambda request, _: _to_sign_in(request))
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(HTTPException, _missing)
    app.add_exception_handler(RequestValidationError, _missing)  # no number where one belongs
    # The gate hears of it, too: what was raised goes on after the answer.
    app.add_exception_handler(Exception, lambda request, _: said(request.scope, 503, "failed"))
    return Gate(app, said, desk.runtime.settings.console_url, lambda scope: may_upload(desk, scope))


def said(scope: Message, status: int, what: str) -> Response:
    """Make a page that only says something: the words `said.<what>` and `said.<what>_why`."""
    language = language_of(None, Headers(scope=scope).get("accept-language", ""))
    return plain_page("said", language, status, what=what)


def _add_static(app: FastAPI) -> None:
    names = {each.name for each in STATIC.iterdir()}

    @app.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
    def static(digest: str, name: str) -> Response:
        if name not in names or address_of(name) != f"/static/{digest}/{name}":
            raise HTTPException(404)
        return FileResponse(Path(STATIC / name), headers=_KEPT)


def _to_sign_in(request: Request) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", "text/html"):
        return after(sign_in.address(request.url.path, request.url.query))
    return said(request.scope, 401, "signed_out")


def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, ForbiddenError)  # noqa: S101  # what it is registered for
    return said(request.scope, 403, error.words)


def _missing(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return said(request.scope, status, "missing")
