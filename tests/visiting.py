"""Pages in tests: they listen on loopback, strangers visit them, and mails are read instead of sent."""

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from config import link_tokens, suppression
from config.ledger import Ledger
from config.link_tokens import LinkSealer
from config.notice import NoticeError, NoticeText
from config.suppression import Suppressor
from console.pages.app import make_app
from console.pages.crowd import BOUNDS, Crowd
from console.pages.site import Face, Site
from domain.contact import ContactKey
from pipeline.objecting import stop_tokens
from store import installation
from store.database import Database
from tests.cast import CNIL, NOW
from tests.hosting import hosting
from tests.listening import listens

PUBLIC = "https://pages.club.example"
FACE = Face("The Club", PUBLIC, "https://club.example/notice", sender="no-reply@club.example")
LINK = re.compile(rf"{re.escape(PUBLIC)}(/\S+)")


class Answer(NamedTuple):
    """What a page answered."""

    status: int
    headers: Mapping[str, str]
    text: str


class Letterbox:
    """Keeps mails instead of sending them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    def send(self, mail: EmailMessage, _mark: str) -> None:
        """Keep a mail."""
        self.mails.append(mail)


class Visit:
    """Pages that listen, and what they act with."""

    def __init__(self, database: Database, face: Face = FACE, **bounds: Any) -> None:
        self.database = database
        self.now: datetime = NOW
        self.keys = [suppression.new_key()]
        self.link_keys = [link_tokens.new_key()]
        self.ledger: Ledger | None = None
        self.notices: dict[str, NoticeText] = {}
        self.letterbox = Letterbox()
        self.crowd = Crowd({**BOUNDS, **bounds}, clock=self._seconds)
        self.port = 0
        with database.write() as connection:
            if installation.key_fingerprint(connection) is None:
                installation.settle_key(connection, "key", now=NOW)
            installation.settle_policy(connection, CNIL.name)
        self.app = make_app(
            Site(
                database,
                suppressor_of=lambda _: self.suppressor,
                links_of=lambda _: self.links,
                policy_of=lambda _: CNIL,
                postman=self.letterbox,
                now=lambda: self.now,
                face=face,
                notice_of=self._notice,
                crowd=self.crowd,
            )
        )

    def _notice(self, _: Any, language: str) -> NoticeText:
        if language not in self.notices:
            raise NoticeError("A field is missing.")
        return self.notices[language]

    def _seconds(self) -> float:
        return self.now.timestamp()

    @property
    def suppressor(self) -> Suppressor:
        """What makes values with the keys of now."""
        return Suppressor(self.keys, self.ledger)

    @property
    def links(self) -> LinkSealer:
        """What opens links with the keys of now."""
        return LinkSealer(self.link_keys)

    def stop_token(self, who: ContactKey) -> str:
        """Make the token of somebody's one-click link."""
        with self.database.read() as connection:
            return stop_tokens(connection, [who], self.suppressor, self.links, now=self.now)[who]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Ask as it stands, with `_` for `-` in the names of headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Read a page."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: Any = (), **headers: str) -> Answer:
        """Send a form as a browser does that has the page open."""
        sent = {"Origin": PUBLIC, "Content_Type": "application/x-www-form-urlencoded", **headers}
        sent = {name: value for name, value in sent.items() if value}
        return self.ask("POST", path, urlencode(fields, doseq=True).encode(), **sent)

    def join(self, email: str = "ada@club.example", path: str = "/join?lang=en", **fields: Any) -> Answer:
        """Send the form of signing up."""
        return self.post(path, {"email": email, "consent": ["email"], **fields})

    def link(self, place: int = -1) -> str:
        """Return the path in a mail's link, the newest mail's where nothing is said."""
        text = self.letterbox.mails[place].get_content()
        (found,) = LINK.findall(text)
        return urlsplit(found).path


@contextmanager
def visiting(visit: Visit) -> Iterator[Visit]:
    """Let the pages listen for the time of a block."""
    with hosting(visit.app, proxy_headers=True, forwarded_allow_ips="127.0.0.1") as visit.port:
        yield visit


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Hear every statement of a block."""
    heard: list[str] = []

    def hear(*given: Any) -> None:
        heard.append(str(given[2]))

    with listens(database, "before_cursor_execute", hear):
        yield heard
