"""The postman: sends mails beside the pages, so that no answer waits for a mail server."""

import logging
import os
import queue
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from domain.errors import RegularsError

#: How many mails may wait.
MOST_WAITING = 1_000
#: Seconds after which a mail is tried again that the server did not take.
PAUSES_S = (5.0, 60.0)
#: How long a mail waits as a file: as long as its link works.
KEPT_S = 7 * 24 * 3600
_TIME_OUT_S = 20

Deliver = Callable[[EmailMessage], None]
#: Called with a mail's mark where it could not be sent.
GivenUp = Callable[[str], None]

log = logging.getLogger("regulars.pages")


class Postman:
    """Delivers mails one after the other in a thread of its own."""

    def __init__(self, deliver: Deliver, given_up: GivenUp, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._deliver = deliver
        self._given_up = given_up
        self._pauses_s = pauses_s
        self._queue: queue.Queue[tuple[EmailMessage, str] | None] = queue.Queue(MOST_WAITING)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="postman", daemon=True)
        self._thread.start()

    def send(self, mail: EmailMessage, mark: str) -> None:
        """Send a mail soon; where too many wait, it is given up at once."""
        try:
            self._queue.put_nowait((mail, mark))
        except queue.Full:
            self._give_up(mark, "queue full")

    def close(self) -> None:
        """Send what waits, once each, and end."""
        self._ended.set()
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (waiting := self._queue.get()) is not None:
            self._try(*waiting)

    def _try(self, mail: EmailMessage, mark: str) -> None:
        for pause_s in (*self._pauses_s, None):
            try:
                self._deliver(mail)
            except smtplib.SMTPRecipientsRefused:
                log.info("pages.mail_refused")
                return
            except (OSError, smtplib.SMTPException) as error:
                if pause_s is None or self._ended.wait(pause_s):
                    self._give_up(mark, type(error).__name__)
                    return
            else:
                return

    def _give_up(self, mark: str, reason: str) -> None:
        log.warning("pages.mail_not_sent", extra={"reason": reason})
        try:
            self._given_up(mark)
        except RegularsError as error:  # the address waits until tomorrow
            log.warning("pages.mail_counted", extra={"reason": type(error).__name__})


def by_smtp(url: str) -> Deliver:
    """Return what delivers through a mail server; raises RegularsError where the address is none.

    Off this machine nothing is sent in clear: `smtp://` turns TLS on first and checks the certificate.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise RegularsError(
            "REGULARS_SMTP_URL is no address such as smtp://user:password@mail.example:587; mend it."
        )
    host, port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 587)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")

    @contextmanager
    def session() -> Iterator[smtplib.SMTP]:
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            with smtplib.SMTP_SSL(host, port, timeout=_TIME_OUT_S, context=context) as open_session:
                yield open_session
        else:
            with smtplib.SMTP(host, port, timeout=_TIME_OUT_S) as open_session:
                if not _is_here(host):
                    open_session.starttls(context=ssl.create_default_context())
                yield open_session

    def deliver(mail: EmailMessage) -> None:
        with session() as open_session:
            if user:
                open_session.login(user, password)
            open_session.send_message(mail)

    return deliver


def into_folder(folder: Path) -> Deliver:
    """Return what keeps mails as files for the operator alone, until their links end."""

    def deliver(mail: EmailMessage) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in folder.glob("*.eml"):
            if time.time() - each.stat().st_mtime > KEPT_S:
                each.unlink(missing_ok=True)
        path = folder / f"{time.time_ns()}.eml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(mail.as_bytes(policy=SMTP))

    return deliver


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
