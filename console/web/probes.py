"""Probes for whoever runs this: whether the process lives, whether all is well, and the metrics."""

import hmac
import ipaddress

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from console.web.desk import Desk
from console.web.looks import looks_of
from console.web.metrics import written


def add_routes(app: FastAPI) -> None:
    """Add the routes; none needs a session, and none tells a secret."""
    desk: Desk = app.state.desk
    looks = looks_of(app)

    @app.get("/healthz")
    def lives() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def ready() -> Response:
        checks = looks.checks()
        wrong = any(each.wrong for each in checks)
        return JSONResponse({each.name: each.wrong or "ok" for each in checks}, 503 if wrong else 200)

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        if not _may_read(desk, request):
            return PlainTextResponse("Set REGULARS_METRICS_TOKEN and send it as a bearer.\n", 403)
        return Response(written(desk), media_type=CONTENT_TYPE_LATEST)


def _may_read(desk: Desk, request: Request) -> bool:
    """Ask for the token; without one only this machine may read, and not through a proxy."""
    settings = desk.runtime.settings
    if settings.metrics_token is not None:
        given = request.headers.get("authorization", "").encode()
        wanted = f"Bearer {settings.metrics_token.get_secret_value()}".encode()
        return hmac.compare_digest(given, wanted)
    handed_on = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "via"))
    return settings.console_url is None and not handed_on and _is_here(request)


def _is_here(request: Request) -> bool:
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
