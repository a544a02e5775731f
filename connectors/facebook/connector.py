"""Reads one Facebook page through facebook-sdk, one page of a listing at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.facebook.answers import batch_of, items_of, parameters_at
from connectors.facebook.checks import check_streams
from connectors.facebook.errors import refusal_of
from connectors.facebook.graph import Answer, Graph
from connectors.facebook.listings import FRIENDS, LISTINGS, STREAMS
from connectors.facebook.ownership import TokenFacts, facts_of, prove
from connectors.facebook.place import Place
from connectors.facebook.translate import Asked, is_id
from connectors.facebook.usage import PAGES
from domain.account import Account, Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest
from domain.credentials import Credentials
from domain.errors import OperatorNeededError, PlatformError
from domain.stream import Stream


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FacebookConnector:
    """Reads one Facebook page; see `connectors.base.Connector`.

    Friends are read with the token of a team member; without one there is no such stream.
    """

    streams: Mapping[str, Stream]

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        base_url: str | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        if not is_id(account.platform_id):
            raise OperatorNeededError(
                f"A Facebook page's id is a number, not {account.platform_id!r}; give the id, not the name.",
                code="account_id",
            )
        self._account = account
        self._now = now
        self._credentials = credentials
        whose = f"Facebook page {account.platform_id}"
        secret = credentials.app_secret
        self._page = Graph(credentials.token, base_url, whose=whose, app_secret=secret)
        self._person = (
            Graph(credentials.user_token, base_url, whose=whose, app_secret=secret)
            if credentials.user_token
            else None
        )
        self.streams = {
            name: each for name, each in STREAMS.items() if name != FRIENDS or self._person is not None
        }

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page and translate it; `newest` is a moment in UTC."""
        stream = self.streams[request.stream]
        listing = LISTINGS[stream.name]
        place = self._place(request, stream.permissions)
        asked = self._asked(request)
        parameters = {
            **listing.parameters,
            "limit": str(max(stream.min_page, min(request.page_size, stream.max_page))),
            **parameters_at(request.cursor, place),
        }
        answer = self._ask(f"{self._owner_of(request)}/{listing.edge}", parameters, place)
        items = items_of(answer, place)
        return batch_of(answer, items, listing.translate(items, asked), place, listing)

    def prove(self) -> Ownership:
        """Ask Facebook whose token this is; a person's token proves no page."""
        facts, user_facts = self._facts()
        return prove(self._account.platform_id, facts, user_facts, self._ask_about_us)

    def check(self) -> Sequence[StreamCheck]:
        """Look at one item of each stream."""
        try:
            facts, user_facts = self._facts()
        except PlatformError:
            # The looks themselves will say what is wrong.
            facts, user_facts = TokenFacts(), TokenFacts()
        return check_streams(self.streams, self.fetch, facts, user_facts)

    def usage(self) -> Usage:
        """Return nothing: reading Facebook is free."""
        return Usage()

    def _facts(self) -> tuple[TokenFacts, TokenFacts]:
        person = self._credentials.user_token
        return (
            facts_of(self._credentials.token, self._ask_about_us),
            facts_of(person, self._ask_as_person) if person else TokenFacts(),
        )

    def _asked(self, request: PageRequest) -> Asked:
        page_id, app_id = self._account.platform_id, self._account.app_id
        if request.stream != FRIENDS:
            return Asked(page_id, page_id, request.post)
        if app_id is None:
            raise OperatorNeededError(
                f"The app behind page {page_id} is not known, and friends have ids within an app only; "
                "connect the page again with a token that Facebook lets be inspected.",
                code="app_id_unknown",
            )
        return Asked(page_id, f"app-{app_id}")

    def _owner_of(self, request: PageRequest) -> str:
        if request.stream == FRIENDS:
            return "me"
        return (
            quote(request.post, safe="")
            if self.streams[request.stream].per_post
            else self._account.platform_id
        )

    def _place(self, request: PageRequest, permissions: tuple[str, ...]) -> Place:
        stream = STREAMS.get(request.stream)
        window = (stream.window or stream.name) if stream else PAGES
        return Place(self._account.platform_id, request, permissions, self._now(), window)

    def _ask(self, path: str, parameters: Mapping[str, str], place: Place) -> Answer:
        graph = self._person if place.request.stream == FRIENDS and self._person else self._page
        answer = graph.get(path, parameters)
        refusal = refusal_of(answer, place)
        if refusal is not None:
            raise refusal
        return answer

    def _ask_about_us(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        body: Mapping[str, Any] = self._ask(path, parameters, self._place(PageRequest("details"), ())).body
        return body

    def _ask_as_person(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        body: Mapping[str, Any] = self._ask(path, parameters, self._place(PageRequest(FRIENDS), ())).body
        return body


def connect(account: Account, credentials: Credentials, base_url: str | None) -> FacebookConnector:
    """Make the connector of a Facebook page; raises OperatorNeededError for an unusable id or token."""
    return FacebookConnector(account, credentials, base_url)
