"""The secrets that sign pushes: those of our accounts' apps, read again now and then."""

import time
from collections.abc import Callable
from typing import NamedTuple

from store import accounts
from workers.runtime import Runtime

#: Seconds after which they are read again, and after a signature that fits none: an account may be new.
FRESH_S, RECONSIDER_S = 60.0, 2.0


class AppSecret(NamedTuple):
    """The secret of the app that reads an account."""

    platform: str
    platform_id: str
    secret: str
    app_id: str | None = None


class Secrets:
    """Knows the secrets of all accounts; `read` asks the database and blocks."""

    def __init__(
        self, read: Callable[[], list[AppSecret]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._known: list[AppSecret] = []
        self._read_at: float | None = None

    def older_than(self, seconds: float) -> bool:
        """Tell whether they were read so long ago, or never."""
        return self._read_at is None or self._clock() - self._read_at >= seconds

    @property
    def never_read(self) -> bool:
        """Whether they could not be read yet."""
        return self._read_at is None

    def refresh(self) -> None:
        """Read them again; raises DatabaseError where that fails, and keeps what is known."""
        self._known = self._read()
        self._read_at = self._clock()

    def of(self, platform: str, platform_id: str = "") -> list[str]:
        """Return the distinct secrets of a platform's apps, or of the app of one account."""
        wanted = (
            each.secret
            for each in self._known
            if each.platform == platform and platform_id in ("", each.platform_id)
        )
        return list(dict.fromkeys(wanted))

    def apps(self, platform: str) -> list[tuple[str, str]]:
        """Return the (app id, secret) of a platform's apps, as far as their ids are known."""
        return [
            (each.app_id, each.secret) for each in self._known if each.platform == platform and each.app_id
        ]


def reader(runtime: Runtime) -> Callable[[], list[AppSecret]]:
    """Return what reads the secrets of an installation."""

    def read() -> list[AppSecret]:
        with runtime.database.read() as connection:
            found = [
                (
                    each.platform,
                    each.platform_id,
                    runtime.credentials(connection, each.id).app_secret,
                    each.app_id,
                )
                for each in accounts.every(connection)
                if each.app_secret_sealed
            ]
        return [
            AppSecret(platform, platform_id, secret, app_id)
            for platform, platform_id, secret, app_id in found
            if secret
        ]

    return read
