"""What every peer does the same: pages of 1,000 followers through tweepy, as dictionaries."""

import os
from collections.abc import Iterator
from typing import Any

import requests
import tweepy

HOST = "https://api.twitter.com"
ACCOUNT = os.environ["PEER_ACCOUNT"]


class _ToSimulator(requests.Session):
    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:
        return super().request(method, url.replace(HOST, os.environ["PEER_URL"]), *args, **options)


def pages(token: str | None = None) -> Iterator[tuple[list[dict[str, Any]], str | None]]:
    """Yield the users of each page, from a token on, with the token of the next."""
    client = tweepy.Client(os.environ["PEER_TOKEN"], return_type=dict, wait_on_rate_limit=True)
    client.session = _ToSimulator()
    while True:
        answer = client.get_users_followers(
            ACCOUNT, max_results=1000, pagination_token=token, user_fields=["protected"]
        )
        token = answer["meta"].get("next_token")
        yield answer.get("data", []), token
        if token is None:
            return
