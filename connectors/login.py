"""What every platform's sign-in for account owners promises: an address to go to, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple, Protocol

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from domain.contact import Platform
from domain.errors import BadAnswerError, OperatorNeededError


@dataclass(frozen=True, slots=True)
class App:
    """The developer app in whose name somebody signs in, and where the platform sends the browser back to."""

    client_id: str
    client_secret: str | None = field(repr=False)
    back_to: str


class Dialog(NamedTuple):
    """Where the browser goes, and what proves at the end that we began."""

    address: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody granted: tokens, how long the first is good in seconds, and the permissions."""

    token: str = field(repr=False)
    refresh_token: str | None = field(repr=False, default=None)
    seconds: int | None = None
    scopes: frozenset[str] = frozenset()


class Page(NamedTuple):
    """A page that somebody works on; `is_admin` where they may do everything there."""

    id: str
    name: str
    token: str
    is_admin: bool


class Login(Protocol):
    """A platform's sign-in."""

    #: Whether the platform takes no app without its secret.
    needs_secret: bool
    #: Permissions by the wish that they serve; those of "" are always asked for.
    wishes: Mapping[str, Sequence[str]]

    def origin(self, base_url: str | None) -> str:
        """Return the origin of the page on which somebody agrees."""
        ...

    def ask(self, app: App, state: str, scopes: Sequence[str], base_url: str | None) -> Dialog:
        """Write the address of the platform's page on which somebody agrees."""
        ...

    def trade(self, app: App, code: str, verifier: str, base_url: str | None) -> Grant:
        """Trade the code that the browser brought back for tokens; raises PlatformError."""
        ...


def login_of(platform: str) -> Login:
    """Return a platform's sign-in; raises OperatorNeededError where there is none."""
    if platform not in {Platform.FACEBOOK, Platform.TWITTER}:
        raise OperatorNeededError(f"Nobody signs in at {platform!r}.", code="unknown_platform")
    found: Login = import_module(f"connectors.{platform}.login").LOGIN
    return found


def pages_of(grant: Grant, app: App, base_url: str | None) -> list[Page]:
    """Return the Facebook pages that somebody works on; raises PlatformError."""
    found: list[Page] = import_module("connectors.facebook.login").pages(grant, app, base_url)
    return found


def scopes_for(login: Login, wishes: Sequence[str]) -> list[str]:
    """Return the permissions that some wishes need, each once."""
    return list(dict.fromkeys(each for wish in ("", *wishes) for each in login.wishes[wish]))


def grant_in(body: str, whose: str) -> Grant:
    """Read the answer of a token endpoint; raises BadAnswerError."""
    try:
        told = WebApplicationClient("").parse_request_body_response(body)
    except (OAuth2Error, ValueError, TypeError) as error:
        raise BadAnswerError(
            f"{whose} answered without a token ({type(error).__name__}); begin again.", code="no_token"
        ) from None
    again, seconds = told.get("refresh_token"), told.get("expires_in")
    scopes = told.get("scope") or ()
    return Grant(
        str(told["access_token"]),
        again if isinstance(again, str) and again else None,
        seconds if isinstance(seconds, int) and seconds > 0 else None,
        frozenset(scopes.split() if isinstance(scopes, str) else map(str, scopes)),
    )
