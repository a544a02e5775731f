"""Text of strangers, made fit for every database; nothing else of it is altered."""

import re

# PostgreSQL's text holds no NUL, and no UTF-8 holds half of a surrogate pair.
#: Characters of a handle at most: X gives 15 today (its OpenAPI, 2.166), and gave older accounts more.
MAX_HANDLE = 50
#: Characters of a display name that are stored; X lets nobody write more than 50.
MAX_NAME = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace NULs and lone surrogates by U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("�", text)


def clean_name(text: str) -> str:
    """Clean a display name, and cut what is longer than any platform lets it be; "…" stands for the rest."""
    name = clean(text)
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
