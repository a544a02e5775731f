"""A consumer as an address: POST /sync lets it read on, GET /contacts tells whom it holds."""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import orjson

from console.verifying.consumer import Ended, Held, How, Mistake, read
from domain.errors import RegularsError


@dataclass
class Address:
    """A consumer that listens: POST /sync lets it read, GET /contacts tells what it holds."""

    url: str
    time_out_s: float

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise RegularsError(
                "The address of a consumer begins with http:// or https://, such as http://127.0.0.1:8000."
            )
        self.url = self.url.rstrip("/")

    def sync(self, url: str, token: str) -> Ended:
        status, _ = self._ask("POST", "/sync", self.time_out_s, {"url": url, "token": token})
        if status is None:
            return Ended(How.FAILED, f"did not answer POST /sync within {self.time_out_s:g} s")
        if 200 <= status < 300:
            return Ended(How.DONE)
        return Ended(How.AGAIN) if status == 503 else Ended(How.FAILED, f"answered POST /sync with {status}")

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        time_out_s = within_s or self.time_out_s
        status, content = self._ask("GET", "/contacts", time_out_s)
        if status is None:
            raise Mistake(f"It did not answer GET /contacts within {time_out_s:g} s: answer it at any time.")
        if status != 200:
            raise Mistake(f"It answered GET /contacts with {status}: answer 200 with what it holds.")
        return read(content, "Its answer to GET /contacts")

    def kill(self) -> bool:
        return False

    def _ask(
        self, method: str, path: str, time_out_s: float, body: dict[str, str] | None = None
    ) -> tuple[int | None, bytes]:
        """Ask it; the status is None where it was too slow. Raises RegularsError where nobody listens."""
        sent = orjson.dumps(body) if body else None
        request = urllib.request.Request(  # noqa: S310  # http or https, see above
            self.url + path, sent, {"Content-Type": "application/json"}, method=method
        )
        try:
            with _OPENER.open(request, timeout=time_out_s) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
        except TimeoutError:
            return None, b""
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                return None, b""
            raise RegularsError(
                f"Nobody answers {method} {path} at the consumer's address ({reason}): start it first."
            ) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nowhere: the body holds a token."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
