"""A thin adapter on facebook-sdk: one path and its parameters in; body, status and headers out.

The SDK of 2018 knows no present version, throws statuses and headers away, puts the token into the
address and stumbles over any content type but JSON's (facebook-graph-api.md §5, measured 2026-11-23).
"""

import hashlib
import hmac
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import facebook
import requests

from connectors.http import TIME_OUT_S, RefusedError, Session, checked_token

#: The Graph version that is asked for (released 2026-07-29); the listings are written for it.
VERSION = "v26.0"
DEFAULT_BASE_URL = "https://graph.facebook.com"

# At DEBUG urllib3 writes whole addresses, which hold the proof and the token under inspection.
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: record.levelno > logging.DEBUG)


class Answer(NamedTuple):
    """What Facebook answered; `body` is None where it was no JSON, `markup` says that it was HTML."""

    body: Any
    status: int
    headers: Mapping[str, str]
    markup: bool = False


class _GraphSession(Session):
    """Calls every whole answer UTF-8 JSON, because the SDK asks the content type and not the body."""

    last_content: bytes = b""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        response = super().request(method, url, *args, **options)
        self.last_content = response.content
        response.headers["content-type"] = "application/json"
        response.encoding = "utf-8-sig"
        return response


class Graph:
    """Asks the Graph API in the name of one token, which travels in a header."""

    def __init__(
        self, token: str, base_url: str | None, *, whose: str, app_secret: str | None = None
    ) -> None:
        token = checked_token(token, whose=whose)
        self._session = _GraphSession(
            base_url or DEFAULT_BASE_URL, replaces=facebook.FACEBOOK_GRAPH_URL, whose=whose
        )
        self._session.headers.update({"authorization": f"Bearer {token}", "accept": "application/json"})
        self._proof = {"appsecret_proof": proof_of(token, app_secret)} if app_secret else {}
        self._sdk = facebook.GraphAPI(None, timeout=TIME_OUT_S, session=self._session)
        # Its constructor takes no version after 3.1.
        self._sdk.version = VERSION

    def get(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Ask once; errors of Facebook's own are answers too.

        Raises RetryLaterError where no whole answer came, BadAnswerError for a redirect.
        """
        try:
            body = self._sdk.request(f"{VERSION}/{path}", {**parameters, **self._proof})
        except RefusedError as refused:
            return Answer(
                refused.problem or None, refused.status, refused.headers, is_markup(refused.content)
            )
        except facebook.GraphAPIError as error:
            body = error.result
        except (ValueError, RecursionError):
            return Answer(None, 200, self._session.last_headers, is_markup(self._session.last_content))
        return Answer(body, 200, self._session.last_headers)


def proof_of(token: str, app_secret: str) -> str:
    """Return the appsecret_proof: hex HMAC-SHA256 of the token under the app's secret (§1.2)."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def is_markup(content: bytes) -> bool:
    """Tell whether a body is HTML: a gateway spoke, not the API."""
    return content.lstrip()[:1] == b"<"
