"""New tokens for an X account through OAuth 2 (x-api.md §5.2: a token lives two hours)."""

from dataclasses import replace
from typing import Any

from connectors.http import RefusedError, Session
from connectors.twitter.asked import Asked
from connectors.twitter.errors import refusal_of, unreadable
from domain.account import Account
from domain.credentials import Credentials, Renewal
from domain.errors import PlatformError, TokenDeadError

PATH = "/2/oauth2/token"


def renewed(session: Session, account: Account, credentials: Credentials, asked: Asked) -> Renewal:
    """Trade the refresh token for new tokens; it works once, so these must be kept before they are used.

    Raises TokenDeadError where X refuses it.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
        "client_id": account.app_id,
    }
    secret = credentials.client_secret
    try:
        response = session.post(
            session.replaces + PATH,
            data={name: value for name, value in form.items() if value},
            auth=(account.app_id or "", secret) if secret else None,
        )
    except RefusedError as refused:
        raise _refusal(refused, account, asked) from refused
    try:
        body: Any = response.json()
    except ValueError as error:
        raise unreadable(asked, f"is no JSON ({type(error).__name__})") from None
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise unreadable(asked, "names no token")
    again = body.get("refresh_token")
    seconds = body.get("expires_in")
    return Renewal(
        replace(
            credentials,
            token=token,
            refresh_token=again if isinstance(again, str) and again else credentials.refresh_token,
        ),
        seconds if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0 else None,
    )


def _refusal(refused: RefusedError, account: Account, asked: Asked) -> PlatformError:
    if refused.status in {400, 401, 403}:
        return TokenDeadError(
            f"X does not renew the token of account {account.platform_id} any more; sign in as that account "
            "once more and connect it again.",
            code="renewal_refused",
        )
    return refusal_of(refused, asked)
