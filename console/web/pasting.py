"""Connecting an account by a token that somebody pastes, as `regulars account add` does."""

from fastapi import FastAPI, Response

from console.connecting import Proven, keep, proof_of
from console.patience import AT_A_PAGE
from console.web.access import Admin
from console.web.acting import enter
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from domain.account import Account
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import OperatorNeededError, RegularsError
from domain.journal import Act

#: Secrets by the name of their field, and on which platform there are any.
SECRETS = {
    "token": ("twitter", "facebook"),
    "refresh_token": ("twitter",),
    "client_secret": ("twitter",),
    "app_token": ("twitter",),
    "user_token": ("facebook",),
    "app_secret": ("twitter", "facebook"),
}


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/accounts/paste")
    def ask(visit: Admin) -> Response:
        return _page(visit)

    @app.post("/accounts/paste")
    def paste(visit: Admin) -> Response:
        try:
            account, credentials = _read(visit)
            proof = proof_of(desk.runtime, account, credentials, AT_A_PAGE)
            with desk.database.write() as connection:
                proven = Proven(account, credentials, proof)
                connected = keep(connection, desk.runtime, proven, now=visit.now)
                enter(connection, visit, Act.ACCOUNT_ADDED, account=account.key, resumed=connected.resumed)
        except RegularsError as error:
            return _page(visit, error)
        return after(f"/accounts/{connected.account_id}?done=connected")


def _read(visit: Visit) -> tuple[Account, Credentials]:
    """Read the form; raises RegularsError where a secret is no secret."""
    platform = visit.sent("platform")
    if platform not in {Platform.TWITTER, Platform.FACEBOOK}:
        platform = Platform.TWITTER
    given = {name: visit.sent(name) for name, where in SECRETS.items() if platform in where}
    for each in given.values():
        if len(each.split()) > 1:
            raise OperatorNeededError(
                "A token is one line without spaces; copy it again.", code="token_malformed"
            )
    if not given["token"]:
        raise OperatorNeededError("Paste the account's token.", code="no_token")
    client_id = visit.sent("client_id") or None
    if (given.get("refresh_token") or given.get("client_secret")) and not client_id:
        raise OperatorNeededError(
            "X renews a token for the app's client id only; give the client id too.", code="no_client_id"
        )
    owned = platform == Platform.TWITTER and bool(visit.sent("owned_reads"))
    name = visit.sent("name")[:200] or visit.sent("platform_id")
    account = Account(platform, visit.sent("platform_id")[:40], name, app_id=client_id, owned_reads=owned)
    return account, Credentials(**{name: value or None for name, value in given.items()})  # type: ignore[arg-type]  # the token is not empty


def _page(visit: Visit, wrong: RegularsError | None = None) -> Response:
    code = getattr(wrong, "code", "")
    sent = {name: visit.sent(name) for name in ("platform", "platform_id", "name", "client_id")}
    return page(visit, "accounts/paste", 422 if wrong else 200, wrong=wrong, code=code, sent=sent)
