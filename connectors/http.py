"""The one session through which a platform is asked: base address, time-outs, what answers said."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from domain.errors import BadAnswerError, OperatorNeededError, RetryLaterError

#: Seconds to wait for a connection and for the next bytes; the SDKs themselves would wait for ever.
TIME_OUT_S = (5.0, 30.0)
#: Query parameters that carry a credential; they are never taken from an address that an answer names.
CREDENTIAL_PARAMETERS = frozenset({"access_token", "appsecret_proof", "client_secret", "input_token"})


class RefusedError(Exception):
    """Raised for every answer but 200; a platform's error table makes a domain error of it.

    Its text holds the status alone, so that it may stand in a chain of causes.
    """

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        super().__init__(f"The platform answered with status {status}.")
        self.status = status
        self.headers = headers
        self.content = content

    @property
    def problem(self) -> dict[str, Any]:
        """The body where it is a JSON object, else an empty one (5xx often come as HTML)."""
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}


class Session(requests.Session):
    """A session for an SDK: sends what was meant for `replaces` to `base_url`, and nothing elsewhere.

    `whose` names the account in sentences ("X account 42"). Raises RefusedError for any status but
    200, RetryLaterError where no whole answer came, BadAnswerError for a redirect: none is followed,
    for it would carry the token to an address of the answer's choice.
    """

    def __init__(self, base_url: str, *, replaces: str, whose: str) -> None:
        super().__init__()
        self.trust_env = False
        self.base_url = _checked_address(base_url)
        self.replaces = replaces.rstrip("/")
        self.whose = whose
        self.last_headers: Mapping[str, str] = {}

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """Ask for `url` with our own time-outs whatever the SDK says."""
        address = self._rewritten(url)
        options.update(timeout=TIME_OUT_S, allow_redirects=False)
        self.last_headers = {}
        try:
            response = super().request(method, address, *args, **options)
        except requests.RequestException as error:
            # Texts of such errors hold addresses and header values: only the class's name is told.
            unanswered = _unanswered(error, self.whose)
            unanswered.unbilled = _never_sent(error)
            raise unanswered from None
        self.last_headers = response.headers
        if 300 <= response.status_code < 400:
            redirected = BadAnswerError(
                f"The platform sent a redirect for {self.whose}, which is never followed; "
                "check the configured base address.",
                code="redirect",
            )
            redirected.unbilled = True
            raise redirected
        if response.status_code != 200:
            raise RefusedError(response.status_code, response.headers, response.content)
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # its signature
        """Say that no answer leads anywhere: requests would prepare the next request even unasked."""
        return None

    def _rewritten(self, url: str | bytes) -> str:
        asked = url.decode() if isinstance(url, bytes) else url
        for each in (self.replaces, self.base_url):
            rest = asked.removeprefix(each)
            if rest != asked and rest.startswith(("/", "?")):
                return self.base_url + rest
        raise BadAnswerError(
            f"A request for {self.whose} was meant for an address that is not the platform's; "
            "it was not sent.",
            code="foreign_address",
        )


def checked_token(token: str, *, whose: str) -> str:
    """Return a token that can stand in a header; raises OperatorNeededError for any other text."""
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise OperatorNeededError(
        f"The token of {whose} is empty or holds characters that no token has; copy it again as one line.",
        code="token_malformed",
    )


def parameters_of(address: str) -> dict[str, str]:
    """Return the query parameters of an address that an answer named, without any credential."""
    try:
        pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    except ValueError:
        return {}
    return {name: value for name, value in pairs if name not in CREDENTIAL_PARAMETERS}


def _checked_address(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment):
        return base_url.rstrip("/")
    raise OperatorNeededError(
        "A platform's base address must look like https://host; mend the setting of that name.",
        code="base_url",
    )


def _never_sent(error: requests.RequestException) -> bool:
    """Tell whether no connection came about, so that the platform cannot have seen the request."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError)


def _unanswered(error: requests.RequestException, whose: str) -> RetryLaterError:
    if isinstance(error, requests.Timeout):
        return RetryLaterError(f"The platform did not answer in time for {whose}.", code="timeout")
    return RetryLaterError(f"The connection failed for {whose} ({type(error).__name__}).", code="connection")
