"""Whether a public profile leads to a notice."""

import re
from collections.abc import Iterable

#: What ends an address within a text.
_WORDS = re.compile(r"[\s<>\"'()\[\]]+")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


def leads_to(shown: Iterable[str], notice_url: str) -> bool:
    """Tell whether a text of a profile holds the address of the notice, whole.

    http or https, a written scheme or none, and a slash at the end make no difference; a longer path does.
    """
    wanted = _plain(notice_url)
    return bool(wanted) and any(_plain(word) == wanted for text in shown for word in _WORDS.split(text))


def _plain(address: str) -> str:
    host, slash, path = _SCHEME.sub("", address.strip().rstrip(".,;:!?")).partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")
