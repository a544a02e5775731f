"""Batch compliance of X: uploads ids, and reads what became of the people behind them (x-api.md §4)."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import tweepy

from connectors.http import RefusedError, Session, checked_token
from connectors.twitter.as_app import body_of
from connectors.twitter.asked import Asked
from connectors.twitter.errors import unreadable
from connectors.twitter.limits import limit_of
from connectors.twitter.translate import is_id
from domain.account import Account
from domain.batch import PageRequest
from domain.deletion import Fate, Progress
from domain.errors import BadAnswerError, RetryLaterError
from domain.limit import Limit

#: The name under which limits of the compliance addresses are kept.
ENDPOINT = "deletions"
#: X hands out signed addresses of its storage; ids of our contacts go nowhere else.
STORAGE = frozenset({"storage.googleapis.com", "api.x.com", "api.twitter.com"})
_TYPE = "users"
_PROGRESS = {
    "created": Progress.AWAITS_IDS,
    "in_progress": Progress.UNDER_WAY,
    "complete": Progress.READY,
}


class Check(NamedTuple):
    """A job of X; the addresses are secrets of their own, and so stay out of the database."""

    id: str
    name: str
    progress: Progress
    upload_url: str
    download_url: str


class Told(NamedTuple):
    """What a check found: the fates by user id, and how many rows could not be understood."""

    fates: Mapping[str, Fate]
    unknown: int


class Compliance:
    """Speaks as the app of an X account, which alone may ask for this."""

    endpoint = ENDPOINT

    def __init__(self, account: Account, app_token: str, base_url: str, replaces: str, now: datetime) -> None:
        self._whose = f"the app of X account {account.platform_id}"
        self._session = Session(base_url, replaces=replaces, whose=self._whose)
        self._client = tweepy.Client(
            bearer_token=checked_token(app_token, whose=self._whose),
            return_type=dict,
            wait_on_rate_limit=False,
        )
        self._client.session = self._session
        self._asked = Asked(account.platform_id, PageRequest(ENDPOINT), (), now)

    @property
    def limit(self) -> Limit | None:
        """What the last answer told of the window."""
        return limit_of(self._session.last_headers, self._asked)

    def find(self, name: str) -> Check | None:
        """Return the check of that name which still awaits its ids: one whose answer was lost on its way."""
        found = self._ask(lambda: self._client.get_compliance_jobs(_TYPE)).get("data") or []
        if not isinstance(found, list):
            raise unreadable(self._asked, "holds no list of jobs")
        checks = [self._check(each) for each in found if isinstance(each, dict) and each.get("name") == name]
        return next((each for each in checks if each.progress is Progress.AWAITS_IDS), None)

    def begin(self, name: str) -> Check:
        """Begin a check; X runs one at a time, so RetryLaterError is raised while another is under way."""
        try:
            return self._check(
                self._ask(lambda: self._client.create_compliance_job(_TYPE, name=name)).get("data")
            )
        except BadAnswerError as error:
            if not isinstance(error.__cause__, RefusedError):
                raise
            raise RetryLaterError(
                f"X takes no further check of ids from {self._whose} now; another may be under way.",
                code="another_check",
                limit=error.limit,
            ) from error

    def look(self, check_id: str) -> Check:
        """Look how far a check has come; one that X does not know any more is lost."""
        job = self._ask(lambda: self._client.get_compliance_job(check_id)).get("data")
        return self._check(job) if job is not None else Check(check_id, "", Progress.LOST, "", "")

    def upload(self, check: Check, ids: Iterable[str]) -> None:
        """Upload user ids, one a line."""
        body = "".join(f"{each}\n" for each in ids).encode()
        self._fetch("PUT", check.upload_url, body)

    def result(self, check: Check) -> Told:
        """Download what became of people; of whom nothing is said, all is well."""
        fates: dict[str, Fate] = {}
        unknown = 0
        for line in self._fetch("GET", check.download_url, None).splitlines():
            if line.strip():
                person, fate = _row(line)
                if fate is None:
                    unknown += 1
                elif person not in fates or fates[person] in _MILD:
                    fates[person] = fate
        return Told(fates, unknown)

    def _fetch(self, method: str, address: str, body: bytes | None) -> bytes:
        try:
            parts = urlsplit(address)
        except ValueError:
            parts = urlsplit("")
        origin = f"{parts.scheme}://{parts.netloc}"
        ours = urlsplit(self._session.base_url)
        home = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
        if not home and (parts.scheme != "https" or parts.netloc not in STORAGE):
            raise BadAnswerError(
                f"X named an address for {self._whose} that is not its own; nothing was sent there.",
                code="foreign_address",
            )
        with Session(origin, replaces=origin, whose=self._whose) as storage:
            try:
                answer = storage.request(method, address, data=body, headers={"Content-Type": "text/plain"})
            except RefusedError as refused:
                sentence = f"X's storage answered {self._whose} with status {refused.status}."
                if refused.status >= 500 or refused.status in {408, 429}:
                    raise RetryLaterError(sentence, code="storage") from refused
                raise BadAnswerError(sentence, code="storage") from refused
            content: bytes = answer.content
            return content

    def _ask(self, call: Callable[[], Any]) -> dict[str, Any]:
        return body_of(call, self._asked)

    def _check(self, job: Any) -> Check:
        if not isinstance(job, dict) or not is_id(job.get("id")):
            raise unreadable(self._asked, "names no job")
        told = {name: str(job.get(name) or "") for name in ("name", "status", "upload_url", "download_url")}
        progress = _PROGRESS.get(told["status"], Progress.LOST)
        return Check(job["id"], told["name"], progress, told["upload_url"], told["download_url"])


#: What says less than any other fate: two rows about one person leave the harder one.
_MILD = frozenset({Fate.PROTECTED, Fate.SCRUB_GEO})
_FATES = frozenset(Fate)


def _row(line: bytes) -> tuple[str, Fate | None]:
    """Read one row; its shape is `{id, action, created_at, redacted_at, reason}`.

    The reason decides; where it is none that we know, the order to delete does.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "", None
    person = row.get("id") if isinstance(row, dict) else None
    if not is_id(person):
        return "", None
    words = [str(row.get(name, "")).lower() for name in ("reason", "action")]
    for each in words:
        if each in _FATES:
            return person, Fate(each)
    return person, Fate.DELETED if "delete" in words else None
