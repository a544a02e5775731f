"""Credentials: what opens an account to us, and what renews that."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account's owner gave us to read it; never shown, logged or put in an address.

    With a `refresh_token` new tokens are had without the owner; a confidential client needs its
    `client_secret` for it. The `app_token` is the app's own, for what a platform tells apps only.
    """

    token: str = field(repr=False)
    user_token: str | None = field(default=None, repr=False)
    app_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Renewal:
    """New credentials of an account; the token is good for `seconds`, None where nobody said."""

    credentials: Credentials
    seconds: int | None
