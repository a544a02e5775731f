"""A console in tests: it listens on loopback, and users of each role visit it as browsers do."""

import http.client
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pydantic import SecretStr

from config.settings import Settings
from console.web.beside import Both
from console.web.desk import Desk
from domain.user import Role
from pipeline import signing_in
from simulator.run import listening as simulating
from simulator.world import World
from store import users
from store.database import Database
from tests.hosting import hosting
from workers.runtime import Runtime, utc_now

#: The password of every user of these tests.
PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


@cache
def hashed() -> str:
    """Hash the password as the product does: dearly, so once for all consoles of a process."""
    return signing_in.hasher().hash(PASSWORD)


class Answer(NamedTuple):
    """What a screen answered."""

    status: int
    headers: Mapping[str, str]
    text: str
    #: The headers as they came: one name may stand several times.
    pairs: Sequence[tuple[str, str]] = ()


class Visitor:
    """A browser without a face: it keeps its cookie and the token of the form that it read last."""

    def __init__(self, port: int, language: str = "en") -> None:
        self.port = port
        self.cookie = ""
        self.language = language
        self.form_token = ""

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Ask as it stands, with `_` for `-` in the names of headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Cookie": self.cookie, "Accept-Language": self.language, "Accept": "text/html", **headers}
        try:
            named = {name.replace("_", "-"): value for name, value in sent.items() if value}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            read = Answer(answer.status, told, _text(told, answer.read()), answer.getheaders())
        finally:
            connection.close()
        if "set-cookie" in told:
            self.cookie = told["set-cookie"].partition(";")[0]
        if found := _TOKEN.search(read.text):
            self.form_token = found[1]
        return read

    def get(self, path: str, **headers: Any) -> Answer:
        """Read a page."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Send a form as a page of the same session does."""
        sent = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content_Type": "application/x-www-form-urlencoded",
            **headers,
        }
        values = {"form_token": self.form_token, **(fields or {})}
        return self.ask("POST", path, urlencode(values, doseq=True).encode(), **sent)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        """Sign in, and read the overview for its token."""
        answer = self.post("/sign-in", {"name": name, "password": password})
        if answer.status == 303:
            self.get("/")
        return answer


def _text(headers: Mapping[str, str], body: bytes) -> str:
    """Return what somebody reads of an answer: of an archive what its files hold."""
    if headers.get("content-type") != "application/zip":
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(archive.read(each).decode(errors="replace") for each in archive.namelist())


class Consoles:
    """A console that listens, with one user of each role, named like it."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        now: datetime | None = None,
        settings: Settings | None = None,
    ) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        place = {"data_dir": folder, "database_url": SecretStr(url)}
        self.runtime = Runtime((settings or Settings()).model_copy(update=place))
        #: What a simulator told of itself, where there is one.
        self.told: Mapping[str, Any] = {}
        self.database = database
        self.now = now
        self.port = 0
        with database.write() as connection:
            self.users = {
                role: users.add(connection, role.word, role, now=utc_now(), password_hash=hashed())
                for role in Role
            }
        self.app = Both(Desk(self.runtime, b"key of the tries in tests", self._now))

    def _now(self) -> datetime:
        return self.now or utc_now()

    def stranger(self, language: str = "en") -> Visitor:
        """Return somebody who is not signed in."""
        return Visitor(self.port, language)

    def as_(self, role: Role, language: str = "en") -> Visitor:
        """Return a user of a role who is signed in."""
        visitor = self.stranger(language)
        assert visitor.sign_in(role.word).status == 303
        return visitor


@contextmanager
def listening(console: Consoles) -> Iterator[Consoles]:
    """Let a console listen for the time of a block."""
    try:
        with hosting(console.app, at_once=True) as console.port:
            yield console
    finally:
        console.runtime.database.close()


@contextmanager
def beside_simulators(database: Database, folder: Path) -> Iterator[Consoles]:
    """Let a console listen whose platforms are simulated; what they tell of themselves is in `told`."""
    with simulating(World(seed=5, size=300)) as told:
        addresses = {f"{each}_base_url": told[each]["base_url"] for each in ("twitter", "facebook")}
        made = Consoles(database, folder, settings=Settings(**addresses))
        made.told = told
        with listening(made):
            yield made
