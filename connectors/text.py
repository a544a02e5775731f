"""Text of strangers, made fit for every database; nothing else of it is altered."""

import re

# PostgreSQL's text holds no NUL, and no UTF-8 holds half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace NULs and lone surrogates by U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("�", text)
