"""A consumer in tests: it asks the API over HTTP, mirrors the store, may die and come back."""

import gzip
import http.client
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from domain.recipient import Part, Recipient
from exports.feed import OFFERED
from pipeline.consumers import Wanted, add_consumer
from store import recipients
from tests.consoles import Consoles
from workers.runtime import utc_now

CRM = Recipient("CRM of Paris", "FR", Part.OWN, None)


class Told(NamedTuple):
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its content."""
        return orjson.loads(self.body)


def let_in(console: Consoles, name: str = "crm", fields: Sequence[str] | None = None, **more: Any) -> str:
    """Let a consumer read the feed; returns its token."""
    now = console.now or utc_now()
    with console.database.write() as connection:
        known = [each for each in recipients.every(connection) if each.name == CRM.name]
        number = known[0].id if known else recipients.add(connection, CRM, now=now)
        wanted = Wanted(name, CRM._replace(id=number), fields, **more)
        return add_consumer(connection, wanted, OFFERED, "test", now=now)[1]


def ask(port: int, method: str, path: str, token: str = "", body: Any = None, **headers: str) -> Told:
    """Ask the API, with `_` for `-` in the names of headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    content = None if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    if content is not None:
        sent.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        read = answer.read()
    finally:
        connection.close()
    return Told(answer.status, told, gzip.decompress(read) if "content-encoding" in told else read)


class Mirror:
    """Holds what it was told, as `docs/consumers.md` says; `saved` is what outlives its death."""

    def __init__(self, port: int, token: str, limit: int = 3) -> None:
        self.port, self.token, self.limit = port, token, limit
        self.people: dict[str, dict[str, Any]] = {}
        #: Why each was deleted who was.
        self.gone: dict[str, str] = {}
        self.cursor = ""
        self.saved: tuple[dict[str, Any], dict[str, str], str] = ({}, {}, "")
        #: Every step in the order in which it was told since the last beginning.
        self.steps: list[dict[str, Any]] = []

    def get(self, path: str, **query: Any) -> Told:
        """Ask for something with its token."""
        return ask(self.port, "GET", f"{path}?{urlencode(query)}" if query else path, self.token)

    def contact(self, key: str) -> Told:
        """Ask for one contact."""
        return self.get(f"/v1/contacts/{quote(key, safe='')}")

    def begin(self) -> None:
        """Read a snapshot, which replaces all."""
        kept: dict[str, dict[str, Any]] = {}
        query: dict[str, Any] = {"limit": self.limit}
        while True:
            page = self.get("/v1/regular-contacts", **query)
            assert page.status == 200, page
            kept |= {each["contact_key"]: each for each in page.json["items"]}
            if not page.json["has_more"]:
                break
            query["cursor"] = page.json["next_cursor"]
        self.people, self.cursor, self.steps = kept, page.json["changes_cursor"], []

    def step(self) -> bool:
        """Read one page of changes; returns whether more is there. Begins anew after a 410."""
        if not self.cursor:
            self.begin()
            return True
        page = self.get("/v1/changes", cursor=self.cursor, limit=self.limit)
        if page.status == 410:
            self.begin()
            return True
        assert page.status == 200, page
        for each in page.json["items"]:
            self.steps.append(each)
            if each["op"] == "upsert":
                self.people[each["contact_key"]] = each
            else:
                self.people.pop(each["contact_key"], None)
                self.gone[each["contact_key"]] = each["reason"]
        self.cursor = page.json["next_cursor"]
        return bool(page.json["has_more"])

    def follow(self) -> None:
        """Read to the end, save it, and acknowledge it."""
        while self.step():
            pass
        self.save()

    def save(self) -> None:
        """Put what it has where it outlives a death, and say so."""
        self.saved = dict(self.people), dict(self.gone), self.cursor
        told = ask(self.port, "PUT", "/v1/consumers/me/ack", self.token, {"cursor": self.cursor})
        assert told.status in (200, 410), told

    def die(self) -> None:
        """Lose what was not saved."""
        people, gone, self.cursor = self.saved
        self.people, self.gone, self.steps = dict(people), dict(gone), []
