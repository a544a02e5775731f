"""The postman: sends mails beside the pages, so that no answer waits for a mail server."""

import logging
import queue
import smtplib
import threading
from collections.abc import Callable, Sequence
from email.message import EmailMessage

from connectors.mail import Deliver
from domain.errors import RegularsError

#: How many mails may wait.
MOST_WAITING = 1_000
#: Seconds after which a mail is tried again that the server did not take.
PAUSES_S = (5.0, 60.0)
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
