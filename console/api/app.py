"""The application of the API: its routes, and what is said where something is wrong."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from console.api import beside, described, feed, objections
from console.api.gate import ApiGate
from console.api.limiting import ALLOWED, Windows
from console.api.problems import ProblemError, problem
from console.web.desk import Desk

#: What every address of the API begins with.
ROOT = "/v1"
_NAMES = {404: "not-found", 405: "method-not-allowed"}


def make_api(desk: Desk, allowed: int = ALLOWED) -> ApiGate:
    """Make the API of an installation; a consumer may ask so often in a minute."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.desk, app.state.windows = desk, Windows(allowed)
    feed.add_routes(app)
    objections.add_routes(app)
    beside.add_routes(app)

    @app.get(f"{ROOT}/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return Response(described.document(app), media_type="application/json")

    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, lambda *_: problem("bad-request"))
    app.add_exception_handler(HTTPException, _missing)
    # The gate hears of it, too: what was raised goes on after the answer.
    app.add_exception_handler(Exception, lambda *_: problem("unavailable"))
    return ApiGate(app, desk.runtime.settings.console_url)


def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101  # what it is registered for
    return problem(error.name, error.headers)


def _missing(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return problem(_NAMES.get(status, "bad-request"), getattr(error, "headers", None))
