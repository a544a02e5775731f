"""Mail: through a server over TLS, or into a folder where none is set."""

import os
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from domain.errors import RegularsError

#: How long a mail waits as a file: as long as the link in it works.
KEPT_S = 7 * 24 * 3600
_TIME_OUT_S = 20

Deliver = Callable[[EmailMessage], None]


def delivery(smtp_url: str | None, mail_from: str | None, folder: Path) -> Deliver:
    """Return how mails leave; raises RegularsError where a mail server is set and no address to send from."""
    if smtp_url is None:
        return into_folder(folder)
    if mail_from is None:
        raise RegularsError("REGULARS_SMTP_URL is set without REGULARS_MAIL_FROM; say what mails come from.")
    return by_smtp(smtp_url)


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
