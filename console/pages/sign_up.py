"""The pages of signing up: a form, a mail, and a button that confirms."""

from fastapi import FastAPI, Request, Response
from sqlalchemy import Connection

from config.consent_texts import sentence, version
from config.link_tokens import ExpiredError, LinkError
from console.pages.forms import TRAP, agreed, first, joining_of
from console.pages.guard import FORM
from console.pages.mails import Letter, confirmation
from console.pages.rendering import Pages
from console.pages.site import Face, Site
from domain.sign_up import PURPOSES, SignUp
from domain.topic import TOPICS
from pipeline import joining
from pipeline.joining import Confirmed

READ = ["GET", "HEAD"]
#: What is said of a confirmation that changed nothing.
_SAID = {Confirmed.TAKEN_BACK: "taken_back", Confirmed.REWORDED: "reworded"}


def add_sign_up(app: FastAPI, site: Site, pages: Pages) -> None:
    """Add the pages; where nobody is named who asks for consent, they say that sign-up is not open."""
    if not site.face.takes_sign_ups:
        _close(app, pages)
        return
    controller = site.face.controller or ""

    def form(request: Request, status: int, wrong: list[str], sent: dict[str, list[str]]) -> Response:
        language = pages.language(request.scope)
        return pages.page(
            request.scope,
            "join.html",
            status,
            wrong=wrong,
            given={each: first(sent, each)[:300] for each in ("name", "email", "phone", "area")},
            ticked={*sent.get("consent", []), *sent.get("topic", [])},
            consents={each: sentence(language, each, controller) for each in PURPOSES},
            version=version(),
            topics=TOPICS,
        )

    @app.api_route("/join", methods=READ)
    def ask_to_join(request: Request) -> Response:
        return form(request, 200, [], {})

    @app.post("/join")
    def join(request: Request) -> Response:
        sent = request.scope[FORM]
        if not first(sent, TRAP):
            language = pages.language(request.scope)
            read = joining_of(sent, language, controller, now=site.now())
            if read.wrong:
                return form(request, 422, read.wrong, sent)
            _mail(site, read.signed)
        return pages.say(request.scope, 200, "join_done")

    _add_confirmation(app, site, pages, controller)


def _mail(site: Site, signed: SignUp) -> None:
    face, now = site.face, site.now()

    def act(connection: Connection) -> joining.Asked | None:
        suppressor, links = site.keys_of(connection)
        return joining.ask(connection, signed, suppressor, links, most=face.mails_a_day, now=now)

    asked = site.database.transact(act)
    if asked is None:
        return
    site.postman.send(confirmation(letter_of(face, signed, asked), now=now), asked.mark)


def letter_of(face: Face, signed: SignUp, asked: joining.Asked, *, again: bool = False) -> Letter:
    """Return what goes into the mail that asks for a confirmation."""
    place = (face.public_url or "").rstrip("/")
    return Letter(
        sender=face.sender,
        receiver=signed.email or "",
        controller=face.controller or "",
        language=signed.language,
        link=f"{place}/join/confirm/{asked.token}?lang={signed.language}",
        objected=asked.objected,
        again=again,
    )


def _add_confirmation(app: FastAPI, site: Site, pages: Pages, controller: str) -> None:
    def wording_of(given: SignUp) -> str:
        return agreed(given.language, given.channels, given.topics, controller)

    def opened(token: str) -> SignUp:
        with site.database.read() as connection:
            links = site.links_of(connection)
        return joining.form_of(links, token, now=site.now())

    def refused(request: Request, error: LinkError) -> Response:
        what = "expired" if isinstance(error, ExpiredError) else "link_bad"
        return pages.say(request.scope, 410 if what == "expired" else 404, what, "join")

    @app.api_route("/join/confirm/{token}", methods=READ)
    def ask_to_confirm(request: Request, token: str) -> Response:
        try:
            given = opened(token)
        except LinkError as error:
            return refused(request, error)
        return pages.page(request.scope, "confirm.html", wording=wording_of(given), given=given)

    @app.post("/join/confirm/{token}")
    def confirm(request: Request, token: str) -> Response:
        try:
            given = opened(token)
        except LinkError as error:
            return refused(request, error)

        def act(connection: Connection) -> Confirmed:
            policy, suppressor = site.policy_of(connection), site.suppressor_of(connection)
            return joining.confirm(connection, given, wording_of, policy, suppressor, now=site.now())

        became = site.database.transact(act)
        if became is Confirmed.DONE:
            return pages.say(request.scope, 200, "confirm_done")
        return pages.say(request.scope, 409, _SAID[became], "join")


def _close(app: FastAPI, pages: Pages) -> None:
    @app.api_route("/join{rest:path}", methods=[*READ, "POST"])
    def closed(request: Request, rest: str) -> Response:  # noqa: ARG001  # any place below is closed, too
        return pages.say(request.scope, 404, "closed")
