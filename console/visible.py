"""What people wrote, shown as text: what cannot be seen is made visible."""

import unicodedata

#: Joins two pictures into one, such as a person and a trade: harmless between them.
_JOINER = "\u200d"


def shown(text: object) -> str:
    """Return a text as text: control, direction and other invisible characters are made visible."""
    if text is None:
        return ""
    written = str(text)
    if written.isprintable():
        return written
    return "".join(
        each if _is_seen(each) or _joins(written, place) else f"\\u{ord(each):04x}"
        for place, each in enumerate(written)
    )


def _is_seen(character: str) -> bool:
    return character.isprintable() and unicodedata.category(character) != "Cf"


def _joins(text: str, place: int) -> bool:
    """Tell whether a joiner stands between two pictures."""
    if text[place] != _JOINER or not 0 < place < len(text) - 1:
        return False
    before, after = unicodedata.category(text[place - 1]), unicodedata.category(text[place + 1])
    return before in ("So", "Sk", "Mn") and after == "So"
