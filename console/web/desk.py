"""The desk: what the console acts with, and the visit that each request is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.form_reading import Form
from console.web.pictures import Pictures
from domain.user import Role, User
from pipeline.signing_in import form_token_of
from store.database import Database
from store.halts import Halt
from workers.runtime import Runtime, utc_now


@dataclass(frozen=True)
class Desk:
    """An installation as the console sees it."""

    runtime: Runtime
    #: Makes the marks under which tries to sign in are counted; of this process alone.
    key: bytes = field(repr=False)
    now: Callable[[], datetime] = utc_now
    pictures: Pictures = field(default_factory=Pictures)

    @property
    def database(self) -> Database:
        """Where everything is read from."""
        return self.runtime.database


class Visit(NamedTuple):
    """One request of a user who may make it."""

    user: User
    #: The session's token, which only the browser holds besides.
    token: str
    language: str
    path: str
    query: dict[str, str]
    form: Form
    now: datetime
    #: What is halted, and how many wait for the end of it, `store.halts.MOST_COUNTED` at most.
    halts: Sequence[Halt] = ()
    kept_out: int = 0

    @property
    def actor(self) -> str:
        """Who this is, for the journal."""
        return f"console:{self.user.name}"

    @property
    def form_token(self) -> str:
        """What forms carry so that no other site can send them."""
        return form_token_of(self.token)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which moments are shown."""
        return ZoneInfo(self.user.time_zone)

    def may(self, role: str) -> bool:
        """Tell whether this user has at least a role."""
        return self.user.role >= Role[role.upper()]

    def sent(self, name: str, default: str = "") -> str:
        """Return a field of the form."""
        return self.form.get(name, [default])[0].strip()
