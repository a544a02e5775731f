"""The application: `/object`, `/stop/…`, `/join`, `/join/confirm/…`, `/notice`, without any session.

Reading a page changes nothing: mail scanners follow links. Only a button acts.
"""

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from config.link_tokens import LinkError
from config.notice import NoticeError
from console.pages.forms import TRAP, first, handle_of
from console.pages.guard import FORM, Guard
from console.pages.notice import language_of as notice_language
from console.pages.notice import notice_page
from console.pages.rendering import STYLE, Pages
from console.pages.sign_up import add_sign_up
from console.pages.site import Site
from pipeline import objecting

#: What answers a GET answers a HEAD, which scanners send.
READ = ["GET", "HEAD"]


def make_app(site: Site) -> Guard:
    """Make the application of an installation."""
    pages = Pages(site.face)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    _add_objection(app, site, pages)
    add_sign_up(app, site, pages)
    _add_notice(app, site, pages)

    @app.api_route("/pages.css", methods=READ)
    def style() -> Response:
        return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})

    def say(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        return pages.say(request.scope, status if status == 405 else 404, "missing")

    app.add_exception_handler(HTTPException, say)
    # The guard hears of it, too: what was raised goes on after the answer.
    app.add_exception_handler(Exception, lambda request, _: pages.say(request.scope, 503, "failed"))
    return Guard(app, pages.say, public_url=site.face.public_url, embed=site.face.embed, crowd=site.crowd)


def _add_objection(app: FastAPI, site: Site, pages: Pages) -> None:
    @app.api_route("/stop/{token}", methods=READ)
    def ask_to_stop(request: Request, token: str) -> Response:
        with site.database.read() as connection:
            links = site.links_of(connection)
        if not objecting.is_stop(links, token, now=site.now()):
            return pages.say(request.scope, 404, "link_bad", "object")
        return pages.page(request.scope, "stop.html")

    @app.post("/stop/{token}")
    def stop(request: Request, token: str) -> Response:
        try:
            objecting.stop(site.database, token, site.keys_of, now=site.now())
        except LinkError:
            return pages.say(request.scope, 404, "link_bad", "object")
        return pages.say(request.scope, 200, "stop_done")

    @app.api_route("/object", methods=READ)
    def ask_to_object(request: Request) -> Response:
        return pages.page(request.scope, "object.html", wrong=False, platform="", handle="")

    @app.post("/object")
    def object_(request: Request) -> Response:
        sent = request.scope[FORM]
        if first(sent, TRAP):
            return pages.say(request.scope, 200, "object_done")
        found = handle_of(sent)
        if found is None:
            given = {each: first(sent, each)[:200] for each in ("platform", "handle")}
            return pages.page(request.scope, "object.html", 422, wrong=True, **given)
        site.database.transact(
            lambda connection: objecting.object_by_handle(
                connection, *found, site.suppressor_of(connection), now=site.now()
            )
        )
        return pages.say(request.scope, 200, "object_done")


def _add_notice(app: FastAPI, site: Site, pages: Pages) -> None:
    @app.api_route("/notice", methods=READ)
    def notice(request: Request, lang: str | None = None, language: str | None = None) -> Response:
        if site.notice_of is None:
            return pages.say(request.scope, 404, "missing")
        chosen = notice_language(request.headers.get("accept-language"), language or lang)
        try:
            with site.database.read() as connection:
                return HTMLResponse(notice_page(site.notice_of(connection, chosen)))
        except NoticeError:  # what is missing is for the operator: `regulars notices text` says it
            return pages.say(request.scope, 404, "no_notice")
