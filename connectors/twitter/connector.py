"""Reads one X account through tweepy, whose waiting, logging and host are replaced by ours."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import tweepy

from connectors.http import RefusedError, Session, checked_token
from connectors.twitter.answers import batch_of, items_of
from connectors.twitter.asked import Asked
from connectors.twitter.checks import check_streams
from connectors.twitter.compliance import Compliance
from connectors.twitter.errors import refusal_of, unreadable
from connectors.twitter.limits import limit_of
from connectors.twitter.listings import LISTINGS, READ_USERS, STREAMS, Listing
from connectors.twitter.profile import shown_by
from connectors.twitter.renewal import renewed
from connectors.twitter.translate import count_of, is_id
from connectors.twitter.usage import NOT_TOLD, usage_of
from domain.account import Account, Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest
from domain.credentials import Credentials, Renewal
from domain.errors import OperatorNeededError, PlatformError
from domain.limit import Limit
from domain.stream import COUNT, Stream

DEFAULT_BASE_URL = "https://api.x.com"
#: The host that tweepy 4.17 has in its code (x-api.md §5.1).
TWEEPY_HOST = "https://api.twitter.com"
#: What is asked of our own profile: its counts, or what it says, too; one user read, whatever is asked.
COUNTS = "public_metrics"
OWN_FIELDS = f"{COUNTS},description,url,entities"

# At DEBUG tweepy writes tokens and whole answers into the log.
logging.getLogger("tweepy.client").addFilter(lambda record: record.levelno > logging.DEBUG)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TwitterConnector:
    """Reads one X account; see `connectors.base.Connector`."""

    streams: Mapping[str, Stream] = STREAMS

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        base_url: str | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        whose = f"X account {account.platform_id}"
        if not is_id(account.platform_id):
            raise OperatorNeededError(
                f"An X account's id is a number, not {account.platform_id!r}; give the id, not the handle.",
                code="account_id",
            )
        self._account = account
        self._credentials = credentials
        self._now = now
        self._session = Session(base_url or DEFAULT_BASE_URL, replaces=TWEEPY_HOST, whose=whose)
        token = checked_token(credentials.token, whose=whose)
        self._client = tweepy.Client(bearer_token=token, return_type=dict, wait_on_rate_limit=False)
        self._client.session = self._session

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page and translate it; `newest` is a post's id, padded with zeros."""
        if request.stream == COUNT:
            return self._count(request)
        listing = LISTINGS[request.stream]
        asked = self._asked(request, listing.stream.permissions)
        parameters = _parameters(listing, request, self._account.platform_id)
        body = self._ask(partial(listing.method, self._client, **parameters), asked)
        items = items_of(body, asked)
        listed = listing.translate(items, asked)
        batch = batch_of(body, items, listed, asked)
        return replace(batch, limit=self._limit(asked))

    def prove(self) -> Ownership:
        """Ask X whose token this is; a token of an app proves no account."""
        user = self._me(self._asked(PageRequest("me"), READ_USERS), OWN_FIELDS)
        handle = user.get("username")
        return Ownership(
            user["id"],
            handle if isinstance(handle, str) else None,
            followers=count_of(user, "followers_count"),
            posts=count_of(user, "tweet_count", "post_count"),
            shown=shown_by(user),
        )

    def _count(self, request: PageRequest) -> Batch:
        """Ask how many follow: one User read, charged once a UTC day (x-api.md §2.1, 2026-08-13)."""
        asked = self._asked(request, READ_USERS)
        user = self._me(asked)
        followers = count_of(user, "followers_count")
        if followers is None or user["id"] != self._account.platform_id:
            raise unreadable(asked, "does not say how many follow this account")
        return Batch(billed_items=1, billed=(user["id"],), limit=self._limit(asked), followers=followers)

    def _me(self, asked: Asked, fields: str = COUNTS) -> dict[str, Any]:
        """Ask for the account that the token belongs to."""
        call = partial(self._client.get_me, user_auth=False, user_fields=fields)
        try:
            body = self._ask(call, asked)
        except OperatorNeededError as error:
            if error.code != "unsupported_authentication":
                raise
            raise OperatorNeededError(
                "This token belongs to an app, not to an account; make one while signed in as "
                f"account {self._account.platform_id} and give that.",
                code=error.code,
                limit=error.limit,
            ) from error
        user = body.get("data")
        if not isinstance(user, dict) or not is_id(user.get("id")):
            raise unreadable(asked, "names no account")
        return user

    def renew(self) -> Renewal:
        """Trade the refresh token for new tokens; see `connectors.twitter.renewal`."""
        return renewed(
            self._session, self._account, self._credentials, self._asked(PageRequest("tokens"), ())
        )

    def deletions(self) -> Compliance:
        """Return what asks X who is gone; X takes this from an app only."""
        token = self._credentials.app_token
        if token is None:
            raise OperatorNeededError(
                f"X says only to an app who is gone: connect account {self._account.platform_id} again with "
                "--app-token-file.",
                code="no_app_token",
            )
        base_url = self._session.base_url
        return Compliance(self._account, token, base_url, TWEEPY_HOST, self._now())

    def check(self) -> Sequence[StreamCheck]:
        """Look at one smallest page of each stream; spends up to 27 items."""
        listed = {name: each for name, each in self.streams.items() if name != COUNT}
        return check_streams(listed, self.fetch)

    def usage(self) -> Usage:
        """Ask for what X tells of its bill: best effort, since each half goes to another kind of token."""
        return usage_of(self._told("/2/usage/credits"), self._told("/2/usage/tweets"))

    def _told(self, route: str) -> Mapping[str, Any]:
        asked = self._asked(PageRequest("usage"), ())
        try:
            return self._ask(lambda: self._client.request("GET", route).json(), asked)
        except PlatformError as error:
            if isinstance(error.__cause__, RefusedError) and error.__cause__.status in NOT_TOLD:
                return {}
            raise

    def _asked(self, request: PageRequest, permissions: tuple[str, ...]) -> Asked:
        return Asked(self._account.platform_id, request, permissions, self._now())

    def _limit(self, asked: Asked) -> Limit | None:
        """Return what the answer that was just heard told of the stream's window."""
        return limit_of(self._session.last_headers, asked._replace(heard=self._now()))

    def _ask(self, call: Callable[[], Any], asked: Asked) -> dict[str, Any]:
        try:
            body = call()
        except RefusedError as refused:
            refusal = refusal_of(refused, asked._replace(heard=self._now()))
            refusal.unbilled = True
            raise refusal from refused
        except (ValueError, RecursionError) as error:
            # The JSON error's own fields hold the body: it is named, not chained.
            raise unreadable(asked, f"is no JSON ({type(error).__name__})") from None
        if not isinstance(body, dict):
            raise unreadable(asked, "is no JSON object")
        return body


def connect(account: Account, credentials: Credentials, base_url: str | None) -> TwitterConnector:
    """Make the connector of an X account; raises OperatorNeededError for an unusable id or token."""
    return TwitterConnector(account, credentials, base_url)


def _parameters(listing: Listing, request: PageRequest, account_id: str) -> dict[str, Any]:
    stream = listing.stream
    parameters: dict[str, Any] = {
        **listing.parameters,
        "id": request.post if stream.per_post else account_id,
        "max_results": max(stream.min_page, min(request.page_size, stream.max_page)),
        "pagination_token": request.cursor,
    }
    if listing.since_mark and request.mark:
        parameters["since_id"] = request.mark.lstrip("0")
    return parameters
