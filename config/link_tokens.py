"""The tokens of public links: sealed, so that only this installation can read or make one.

They have keys of their own, kept sealed in the database: the installation's key may change under them, and a
link in an old mail still opens. The newest key seals; all of them open.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.errors import RegularsError

#: Longest token that is looked at, in characters.
MAX_TOKEN = 4_000
_SHAPE = re.compile(r"[A-Za-z0-9_-]+")


class LinkError(RegularsError):
    """Raised for a token that is none of ours, was made for something else, or is too old."""


class ExpiredError(LinkError):
    """Raised for a token of ours that is too old."""


class LinkSealer:
    """Seals what a link stands for and opens it again."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._first = keys[0].encode()
        self._fernet = MultiFernet([Fernet(each) for each in reversed(keys)])

    def seal(self, purpose: str, content: bytes, *, now: datetime) -> str:
        """Make the token of a link; `purpose` keeps it from serving for another page."""
        sealed = self._fernet.encrypt_at_time(purpose.encode() + b"\0" + content, int(now.timestamp()))
        return sealed.decode().rstrip("=")  # mail programs leave what stands at the end out of a link

    def open(self, purpose: str, token: str, *, now: datetime, lasts: timedelta | None = None) -> bytes:
        """Return what a token stands for; raises LinkError, and ExpiredError after `lasts`."""
        written = _canonical(token)
        try:
            content = self._fernet.decrypt(written)
            age_s = now.timestamp() - self._fernet.extract_timestamp(written)
            if lasts is not None and age_s > lasts.total_seconds():
                raise ExpiredError("The link is too old.")
        except InvalidToken:
            raise LinkError("The link is none of ours.") from None
        made_for, _, rest = content.partition(b"\0")
        if made_for != purpose.encode():
            raise LinkError("The link is for something else.")
        return rest

    def mark(self, text: str) -> str:
        """Return a keyed hash by which a text is known again and not told; later keys do not change it."""
        return hmac.digest(self._first, b"mark\0" + text.encode(), "sha256").hex()


def new_key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode()


def _canonical(token: str) -> bytes:
    """Return the token as it was made; raises LinkError for what only decodes to the same bytes."""
    if len(token) > MAX_TOKEN or not _SHAPE.fullmatch(token):
        raise LinkError("The link is none of ours.")
    padded = token + "=" * (-len(token) % 4)
    try:
        raw = base64.urlsafe_b64decode(padded)
    except binascii.Error:
        raise LinkError("The link is none of ours.") from None
    if base64.urlsafe_b64encode(raw).decode() != padded:
        raise LinkError("The link is none of ours.")
    return padded.encode()
