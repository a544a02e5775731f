"""The alerter: looks what somebody should know, and tells it by mail and webhook, beside the dispatcher."""

import json
import logging
import smtplib
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from config.alerts import sentence
from config.settings import Settings
from connectors.mail import Deliver, delivery
from connectors.outbound import Outbound, networks
from domain.alert import Way, next_try
from domain.errors import RegularsError
from pipeline import alerting
from store import alerts, pings
from store.alerts import Due
from store.database import Database, DatabaseError
from workers.health import queue_server_is_away
from workers.runtime import MAILS, utc_now

log = logging.getLogger("regulars.alerter")

#: Seconds between two looks, and between two signs to whoever notices our silence.
LOOK_S, PING_S = 10.0, 60.0
#: How long a delivery is nobody else's.
LEASE = timedelta(minutes=2)


class Alerter:
    """Looks and tells in a thread of its own; several may run, each alert is told once."""

    def __init__(self, database: Database, settings: Settings, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._settings = settings
        self._now = now
        self._outbound = Outbound(networks(settings.outbound_private))
        self._due_at = 0.0
        self._ping_at = 0.0
        self._was_away = False
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to look where that is due and the last look has ended."""
        if time.monotonic() < self._due_at or (self._thread and self._thread.is_alive()):
            return
        self._due_at = time.monotonic() + LOOK_S
        self._thread = threading.Thread(target=self._work, name="alerter", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.tell()
            self.ping_schedules()
            self._ping()
        except (DatabaseError, RegularsError) as error:
            log.warning("alerter.failed", extra={"reason": str(error)})

    def tell(self) -> int:
        """Look once and tell what is due; returns how many wishes were served."""
        now = self._now()
        away = self._queue_is_away()
        with self._database.write() as connection:
            alerting.look(connection, queue_away=away, now=now)
        with self._database.write() as connection:
            due = alerts.claim(connection, now + LEASE, now=now)
        served = 0
        for each in due:
            error = self.deliver(each)
            with self._database.write() as connection:
                if error is None:
                    alerts.sent(connection, each, now=now)
                    served += 1
                else:
                    alerts.failed(connection, each, error, next_try(each.tries, now))
        return served

    def deliver(self, due: Due) -> str | None:
        """Tell one wish what is due; returns why that failed."""
        try:
            if due.way == Way.WEBHOOK:
                self._outbound.post(due.address, webhook_body(due), {"content-type": "application/json"})
            else:
                mails_of(self._settings)(mail_of(due, self._settings))
        except RegularsError as error:
            return str(error)
        except (OSError, smtplib.SMTPException) as error:
            return f"The mail server did not take it ({type(error).__name__})."
        return None

    def _queue_is_away(self) -> bool:
        """Tell whether the queue server answered neither now nor at the last look: a restart is no alarm."""
        is_away = queue_server_is_away(self._settings)
        was_away, self._was_away = self._was_away, is_away
        return is_away and was_away

    def ping_schedules(self) -> int:
        """Ask for the addresses of schedules whose harvest has ended whole; returns how many answered."""
        now = self._now()
        with self._database.read() as connection:
            due = pings.due(connection, now=now)
        answered = 0
        for each in due:
            with self._database.write() as connection:
                taken = pings.take(connection, each, now=now)
            if not taken:
                continue
            try:
                self._outbound.ping(each.url)
                answered += 1
            except RegularsError as error:
                log.warning("alerter.ping_failed", extra={"schedule": each.schedule_id, "reason": str(error)})
                with self._database.write() as connection:
                    pings.failed(connection, each, str(error), now=now)
        return answered

    def _ping(self) -> None:
        url = self._settings.ping_url
        if url is None or time.monotonic() < self._ping_at:
            return
        self._ping_at = time.monotonic() + PING_S
        self._outbound.ping(url)


def mails_of(settings: Settings) -> Deliver:
    """Return how mails leave; raises RegularsError where a mail server is set and no address to send from."""
    server = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    return delivery(server, settings.mail_from, settings.data_dir / MAILS)


def mail_of(due: Due, settings: Settings) -> EmailMessage:
    """Write the mail of what is due."""
    mail = EmailMessage()
    mail["Subject"] = sentence("subject", due.language, {})
    mail["From"] = settings.mail_from or "no-reply@localhost"
    mail["To"] = due.address
    said = [_said(due, kind, values) for _, kind, values, _ in due.alerts]
    where = [settings.console_url] if settings.console_url else []
    mail.set_content("\n\n".join([*said, sentence("signature", due.language, {}), *where]) + "\n")
    return mail


def _said(due: Due, kind: str, values: Mapping[str, Any]) -> str:
    return sentence(kind, due.language, alerting.in_zone(values, due.time_zone))


def webhook_body(due: Due) -> bytes:
    """Write the body of what is due: kinds, values and sentences; nobody is named in it."""
    told = [
        {
            "id": number,
            "kind": kind,
            "at": at.isoformat(),
            "values": values,
            "text": _said(due, kind, values),
        }
        for number, kind, values, at in due.alerts
    ]
    return json.dumps({"alerts": told}).encode()
