"""The site: what the pages need of an installation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from config.link_tokens import LinkSealer
from config.notice import NoticeText
from config.suppression import Suppressor
from console.pages.crowd import Crowd
from console.pages.postman import Postman
from store.database import Database


class Face(NamedTuple):
    """What the pages show of an installation and how they are reached."""

    controller: str | None = None
    public_url: str | None = None
    notice_url: str | None = None
    #: Sites that may show the sign-up page in theirs, with spaces between them.
    embed: str | None = None
    sender: str = "nobody@localhost"
    mails_a_day: int = 500

    @property
    def takes_sign_ups(self) -> bool:
        """Whether people can be told who asks for their consent, and a mail can lead back here."""
        return bool(self.controller and self.public_url)


@dataclass(frozen=True)
class Site:
    """Everything that pages act with."""

    database: Database
    suppressor_of: Callable[[Connection], Suppressor]
    links_of: Callable[[Connection], LinkSealer]
    policy_of: Callable[[Connection], Policy]
    postman: Postman
    now: Callable[[], datetime]
    face: Face = field(default_factory=Face)
    #: Writes the notice as it stands today, in a language; None where this installation serves none.
    notice_of: Callable[[Connection, str], NoticeText] | None = None
    crowd: Crowd = field(default_factory=Crowd)

    def keys_of(self, connection: Connection) -> tuple[Suppressor, LinkSealer]:
        """Return what makes values of identifiers and what opens links."""
        return self.suppressor_of(connection), self.links_of(connection)
