"""Connecting an account by signing in at its platform: there, back, and the choice of a page."""

import json
import secrets
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from config.settings import Settings
from connectors.login import App, Grant, Login, Page, login_of, pages_of, scopes_for
from connectors.registry import streams
from console.connecting import UNKNOWN, Connected, ForeignTokenError, Proven, keep, proof_of
from console.patience import AT_A_PAGE, patiently
from console.paying import price_of_proof
from console.web.access import Admin
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.gate import policy
from console.web.rendering import after, page
from domain.account import Account, StreamCheck
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import PlatformError, RegularsError
from domain.journal import Act
from pipeline.signing_in import hash_of
from store import checks, ledger, logins

#: Under which a list of pages waits for somebody's choice.
PAGES = "facebook pages"
_LONGEST = 200


class Named(NamedTuple):
    """What the form said: how the account is called here, and what is wished of it."""

    name: str
    owned_reads: bool
    wishes: list[str]


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/accounts/connect")
    def choose(visit: Admin) -> Response:
        return page(visit, "accounts/connect")

    @app.get("/accounts/connect/facebook/pages")
    def pages(visit: Admin) -> Response:
        known = _waiting_pages(desk, visit)
        if known is None:
            return _back_to_form("facebook", "state")
        shown = [Page(*each) for each in known["pages"]]
        return page(visit, "accounts/pages", pages=shown, wrong=visit.query.get("wrong", ""))

    @app.post("/accounts/connect/facebook/pages")
    def choice(visit: Admin) -> Response:
        known = _waiting_pages(desk, visit)
        if known is None:
            return _back_to_form("facebook", "state")
        chosen = next(
            (each for each in map(Page._make, known["pages"]) if each.id == visit.sent("page")), None
        )
        if chosen is None or not chosen.is_admin:
            return after("/accounts/connect/facebook/pages?wrong=page")
        try:
            connected = _connect_page(desk, visit, chosen, known)
        except RegularsError as error:
            return _back_to_form("facebook", _word_of(error))
        with desk.database.write() as connection:
            logins.forget(connection, hash_of(visit.token), PAGES)
        return after(f"/accounts/{connected.account_id}?done=connected")

    _add_way(app, desk)


def _add_way(app: FastAPI, desk: Desk) -> None:
    @app.get("/accounts/connect/{platform}")
    def ask(visit: Admin, request: Request, platform: str) -> Response:
        login = _login(platform)
        shown = _form(desk, visit, request, platform, login)
        answer = page(visit, "accounts/sign-in", **shown)
        origin = login.origin(desk.runtime.settings.base_url(platform))
        answer.headers["content-security-policy"] = policy(forms_to=origin)
        return answer

    @app.post("/accounts/connect/{platform}")
    def begin(visit: Admin, request: Request, platform: str) -> Response:
        return _begin(desk, visit, request, platform)

    @app.get("/accounts/connect/{platform}/back")
    def back(visit: Admin, platform: str) -> Response:
        _login(platform)
        try:
            return _back(desk, visit, platform)
        except RegularsError as error:
            return _back_to_form(platform, _word_of(error))


def app_of(settings: Settings, platform: str) -> tuple[str, str]:
    """Return the client id and secret that the settings name, "" where they name none."""
    secret = getattr(settings, f"{platform}_client_secret")
    return getattr(settings, f"{platform}_client_id") or "", secret.get_secret_value() if secret else ""


def back_address(desk: Desk, request: Request, platform: str) -> str:
    """Return where the platform sends the browser back to, as it must stand in the app's settings there."""
    base = desk.runtime.settings.console_url or f"http://{request.headers.get('host', '')}"
    return f"{base.rstrip('/')}/accounts/connect/{platform}/back"


def _form(desk: Desk, visit: Visit, request: Request, platform: str, login: Login) -> dict[str, Any]:
    client_id, client_secret = app_of(desk.runtime.settings, platform)
    needs = {
        scope: [each.name for each in streams(platform).values() if scope in each.permissions]
        for scope in scopes_for(login, list(filter(None, login.wishes)))
    }
    return {
        "platform": platform,
        "back_to": back_address(desk, request, platform),
        "client_id": client_id,
        "has_secret": bool(client_secret),
        "needs_secret": login.needs_secret,
        "wishes": login.wishes,
        "needs": needs,
        "price": price_of_proof(Account(platform, UNKNOWN, "")),
        "wrong": visit.query.get("wrong", ""),
    }


def _begin(desk: Desk, visit: Visit, request: Request, platform: str) -> Response:
    login, settings = _login(platform), desk.runtime.settings
    set_id, set_secret = app_of(settings, platform)
    client_id = (set_id or visit.sent("client_id"))[:_LONGEST]
    secret = (set_secret or visit.sent("client_secret"))[:_LONGEST]
    if not client_id or (login.needs_secret and not secret):
        return _back_to_form(platform, "app")
    wishes = [each for each in login.wishes if each and visit.sent(f"wish_{each}")]
    app = App(client_id, secret or None, back_address(desk, request, platform))
    state = secrets.token_urlsafe(32)
    dialog = login.ask(app, state, scopes_for(login, wishes), settings.base_url(platform))
    named = Named(visit.sent("name")[:_LONGEST], bool(visit.sent("owned_reads")), wishes)
    known = {"app": [client_id, secret, app.back_to], "verifier": dialog.verifier, "named": named}
    with desk.database.write() as connection:
        sealed = desk.runtime.seal_text(connection, json.dumps(known))
        bound_to = hash_of(visit.token)
        logins.begin(connection, bound_to, platform, hash_of(state), sealed, now=visit.now)
    return RedirectResponse(dialog.address, 303)


def _back(desk: Desk, visit: Visit, platform: str) -> Response:
    with desk.database.write() as connection:
        state = hash_of(visit.query.get("state", ""))
        sealed = logins.take(connection, hash_of(visit.token), platform, state, now=visit.now)
        known = json.loads(desk.runtime.open_text(connection, sealed)) if sealed else None
    if known is None:
        return _back_to_form(platform, "state")
    if "code" not in visit.query:
        denied = visit.query.get("error") == "access_denied"
        return _back_to_form(platform, "denied" if denied else "refused")
    client_id, secret, back_to = known["app"]
    app = App(client_id, secret or None, back_to)
    base_url = desk.runtime.settings.base_url(platform)
    grant = login_of(platform).trade(app, visit.query["code"], known["verifier"], base_url)
    named = Named(*known["named"])
    if platform == Platform.FACEBOOK:
        return _offer_pages(desk, visit, app, grant, named)
    account = Account(platform, UNKNOWN, named.name, app_id=client_id, owned_reads=named.owned_reads)
    credentials = Credentials(grant.token, refresh_token=grant.refresh_token, client_secret=secret or None)
    connected = _connect(desk, visit, account, credentials, grant)
    return after(f"/accounts/{connected.account_id}?done=connected")


def _offer_pages(desk: Desk, visit: Visit, app: App, grant: Grant, named: Named) -> Response:
    base_url = desk.runtime.settings.base_url(Platform.FACEBOOK)
    found = patiently(lambda: pages_of(grant, app, base_url), AT_A_PAGE)
    if not found:
        return _back_to_form("facebook", "no_pages")
    known = {
        "app": [app.client_id, app.client_secret],
        "grant": [grant.token, grant.seconds, sorted(grant.scopes)],
        "named": named,
        "pages": found,
    }
    with desk.database.write() as connection:
        sealed = desk.runtime.seal_text(connection, json.dumps(known))
        bound_to = hash_of(visit.token)
        logins.begin(connection, bound_to, PAGES, bound_to, sealed, now=visit.now)
    return after("/accounts/connect/facebook/pages")


def _waiting_pages(desk: Desk, visit: Visit) -> dict[str, Any] | None:
    with desk.database.read() as connection:
        sealed = logins.look(connection, hash_of(visit.token), PAGES, now=visit.now)
        return json.loads(desk.runtime.open_text(connection, sealed)) if sealed else None


def _connect_page(desk: Desk, visit: Visit, chosen: Page, known: dict[str, Any]) -> Connected:
    named, (client_id, secret) = Named(*known["named"]), known["app"]
    token, seconds, scopes = known["grant"]
    friends = "friends" in named.wishes
    account = Account(Platform.FACEBOOK, chosen.id, named.name or chosen.name, app_id=client_id)
    credentials = Credentials(chosen.token, user_token=token if friends else None, app_secret=secret)
    # A page's own token does not end by itself; a person's, which friends take, does.
    grant = Grant(chosen.token, None, seconds if friends else None, frozenset(scopes))
    return _connect(desk, visit, account, credentials, grant)


def _connect(desk: Desk, visit: Visit, given: Account, credentials: Credentials, grant: Grant) -> Connected:
    """Prove whose token this is, keep it, and note which streams its permissions do not allow."""
    proof = proof_of(desk.runtime, given, credentials, AT_A_PAGE)
    name = given.name or proof.handle or proof.platform_id
    account = replace(given, platform_id=proof.platform_id, name=name)
    with desk.database.write() as connection:
        proven = Proven(account, credentials, proof, grant.seconds)
        connected = keep(connection, desk.runtime, proven, now=visit.now)
        if given.platform_id == UNKNOWN:
            ledger.rename(connection, given.key, account.key, since=visit.now.date())
        known = _allowed(account.platform, grant)
        checks.keep(connection, connected.account_id, known, now=visit.now)
        enter(connection, visit, Act.ACCOUNT_ADDED, account=account.key, resumed=connected.resumed)
    return connected


def _allowed(platform: str, grant: Grant) -> list[StreamCheck]:
    """Return the streams that some permission is missing for; the others nobody has looked at yet."""
    found = []
    for each in streams(platform).values():
        missing = tuple(scope for scope in each.permissions if scope not in grant.scopes)
        if missing and grant.scopes:
            found.append(StreamCheck(each.name, readable=False, missing_permissions=missing))
    return found


def _login(platform: str) -> Login:
    """Return a platform's sign-in; raises HTTPException where there is none."""
    try:
        return login_of(platform)
    except PlatformError:
        raise HTTPException(404) from None


def _word_of(error: RegularsError) -> str:
    """Return the name of the words that say an error, known to the form's page."""
    if isinstance(error, PlatformError):
        return error.code
    if isinstance(error, ForeignTokenError):
        return "foreign"
    return "budget" if "budget" in str(error) else "name"


def _back_to_form(platform: str, wrong: str) -> Response:
    return after(f"/accounts/connect/{platform}?wrong={wrong}")
