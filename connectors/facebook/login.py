"""Signing in at Facebook: the code flow of Facebook Login, then a page of those that somebody works on.

As https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow tells it (read 2026-11):
somebody agrees on https://www.facebook.com/v26.0/dialog/oauth, and /oauth/access_token trades the code for
their token, which lives an hour or two; `fb_exchange_token` makes one of about 60 days of it. The tokens of
pages in /me/accounts that are asked for with that one do not end by themselves (facebook-graph-api.md §1.2).
All trades are sent as forms, so that the app's secret stands in no address.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from oauthlib.oauth2 import WebApplicationClient

from connectors.facebook.graph import DEFAULT_BASE_URL, VERSION, Answer, Graph
from connectors.facebook.translate import is_id
from connectors.http import RefusedError, Session
from connectors.login import App, Dialog, Grant, Page, grant_in
from domain.errors import BadAnswerError, OperatorNeededError, RetryLaterError

SITE = "https://www.facebook.com"
#: Tasks of whoever may do everything on a page, on the new pages and the old ones.
_FULL = frozenset({"MANAGE", "PROFILE_PLUS_FULL_CONTROL"})
#: Nobody works on more pages than so many answers of 100.
_MAX_ANSWERS = 5


class FacebookLogin:
    """See `connectors.login.Login`."""

    needs_secret = True
    #: What posts, comments, reactions and the page's own team take; messages and friends are wishes apart.
    wishes: Mapping[str, Sequence[str]] = {
        "": (
            "pages_show_list",
            "pages_read_engagement",
            "pages_read_user_content",
            "pages_manage_metadata",
        ),
        "messages": ("pages_messaging",),
        "friends": ("user_friends",),
    }

    def origin(self, base_url: str | None) -> str:
        """Return the origin of Facebook's page."""
        parts = urlsplit(base_url or SITE)
        return f"{parts.scheme}://{parts.netloc}"

    def ask(self, app: App, state: str, scopes: Sequence[str], base_url: str | None) -> Dialog:
        """Write the address of Facebook's page; it lists permissions with commas."""
        address: str = WebApplicationClient(app.client_id).prepare_request_uri(
            f"{SITE}/{VERSION}/dialog/oauth",
            redirect_uri=app.back_to,
            scope=",".join(scopes),
            state=state,
            auth_type="rerequest",
        )
        return Dialog((base_url or SITE).rstrip("/") + address.removeprefix(SITE), "")

    def trade(self, app: App, code: str, verifier: str, base_url: str | None) -> Grant:  # noqa: ARG002  # there is none here
        """Trade the code for a person's token of about 60 days, and see which permissions it holds."""
        ours = {"client_id": app.client_id, "client_secret": app.client_secret or ""}
        short = _traded({**ours, "code": code, "redirect_uri": app.back_to}, base_url)
        asked = {**ours, "grant_type": "fb_exchange_token", "fb_exchange_token": short.token}
        long = _traded(asked, base_url)
        answer = _graph(long.token, app, base_url).get("me/permissions", {"limit": "100"})
        held = (each.get("permission") for each in _rows(answer) if each.get("status") == "granted")
        return Grant(long.token, None, long.seconds, frozenset(map(str, held)))


def pages(grant: Grant, app: App, base_url: str | None) -> list[Page]:
    """Return the pages that somebody works on, with a token of each."""
    graph = _graph(grant.token, app, base_url)
    found: list[Page] = []
    after: dict[str, str] = {}
    for _ in range(_MAX_ANSWERS):
        asked = {"fields": "id,name,tasks,access_token", "limit": "100", **after}
        answer = graph.get("me/accounts", asked)
        for each in _rows(answer):
            token, tasks = each.get("access_token"), each.get("tasks")
            if is_id(each.get("id")) and isinstance(token, str):
                is_admin = isinstance(tasks, list) and bool(_FULL & set(map(str, tasks)))
                found.append(Page(each["id"], str(each.get("name") or each["id"]), token, is_admin))
        paging = answer.body.get("paging") if isinstance(answer.body, dict) else None
        cursor = (paging or {}).get("cursors", {}).get("after")
        if not cursor or "next" not in (paging or {}):
            break
        after = {"after": str(cursor)}
    return found


def _traded(form: Mapping[str, str], base_url: str | None) -> Grant:
    session = Session(base_url or DEFAULT_BASE_URL, replaces=DEFAULT_BASE_URL, whose="the Facebook app")
    try:
        response = session.post(f"{DEFAULT_BASE_URL}/{VERSION}/oauth/access_token", data=form)
    except RefusedError as refused:
        if refused.status in {400, 401, 403}:
            raise OperatorNeededError(
                "Facebook refused to give a token: the app's id or secret is not Facebook's, the address of "
                "this console is not among the app's, or too much time went by; check them and begin again.",
                code="login_refused",
            ) from None
        raise RetryLaterError("Facebook gives no tokens now; begin again later.", code="server") from None
    return grant_in(response.text, "Facebook")


def _graph(token: str, app: App, base_url: str | None) -> Graph:
    return Graph(token, base_url, whose="the Facebook app", app_secret=app.client_secret)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    if answer.status != 200 or not isinstance(data, list):
        raise BadAnswerError("Facebook did not say what was granted; begin again.", code="unreadable")
    return [each for each in data if isinstance(each, dict)]


LOGIN = FacebookLogin()
