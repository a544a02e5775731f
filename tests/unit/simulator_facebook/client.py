"""Asks the Facebook simulator without a network: one request, or a walk from page to page."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from simulator.facebook.app import answer
from simulator.http import Request
from simulator.world import World


class Got(NamedTuple):
    """One answer, read."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> tuple[int | None, int | None]:
        """The error's code and subcode."""
        error = self.body["error"]
        return error.get("code"), error.get("error_subcode")


class Client:
    """Holds one world and asks under one of its tokens."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.page_id = world.audience.page.page_scoped_id

    def get(self, path: str, token: str | None = None, **query: str) -> Got:
        return self.ask("GET", path, token or self.world.tokens.page, query)

    def as_user(self, path: str, **query: str) -> Got:
        return self.get(path, self.world.tokens.facebook_user, **query)

    def post(self, path: str, **query: str) -> Got:
        return self.ask("POST", path, self.world.tokens.page, query)

    def ask(self, method: str, path: str, token: str, query: Mapping[str, str]) -> Got:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        found = answer(Request(method, f"/v26.0/{path}".rstrip("/"), query, headers), self.world)
        kind = found.headers["content-type"]
        return Got(found.status, found.headers, json.loads(found.body) if "html" not in kind else found.body)

    def pages(self, path: str, token: str | None = None, **query: str) -> list[Any]:
        """Follow `next` to the end, taking only its parameters, and return the bodies."""
        found = []
        while True:
            got = self.get(path, token, **query)
            assert got.status == 200, got.body
            found.append(got.body)
            following = got.body.get("paging", {}).get("next")
            if following is None:
                return found
            assert len(found) < 2000, "the walk does not end"
            query = dict(parse_qsl(urlsplit(following).query))
            query.pop("access_token")

    def rows(self, path: str, token: str | None = None, **query: str) -> list[Any]:
        """Return the rows of all pages."""
        return [row for page in self.pages(path, token, **query) for row in page["data"]]

    def post_ids(self) -> list[str]:
        """Return the ids of the own posts, newest first."""
        return [each["id"] for each in self.rows(f"{self.page_id}/posts", limit="100")]

    def switch(self, **switches: Any) -> None:
        """Set switches of the Facebook simulator."""
        self.world.options = replace(self.world.options, facebook=switches)
