"""What people wrote, shown as text: what cannot be seen is made visible."""

import re
import unicodedata

#: Marks upon one letter: no language has more (UAX #15, D3), and a browser breaks no line within them.
MOST_MARKS = 30
_MARK = "".join(
    chr(each) for each in range(0x300, 0x10000) if unicodedata.category(chr(each)).startswith("M")
)
_HEAPED = re.compile(f"[{_MARK}](?<=[{_MARK}]{{{MOST_MARKS + 1}}})")
#: Joins two pictures into one, such as a person and a trade: harmless between them.
_JOINER = "\u200d"


def shown(text: object) -> str:
    """Return a text as text: control, direction and other invisible characters are made visible."""
    if text is None:
        return ""
    written = str(text)
    if not written.isprintable():
        written = "".join(
            each if _is_seen(each) or _joins(written, place) else f"\\u{ord(each):04x}"
            for place, each in enumerate(written)
        )
    return unheaped(written)


def unheaped(text: str) -> str:
    """Make marks visible that somebody heaped upon a letter, from the one on that is one too many."""
    return text if text.isascii() else _HEAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_seen(character: str) -> bool:
    return character.isprintable() and unicodedata.category(character) != "Cf"


def _joins(text: str, place: int) -> bool:
    """Tell whether a joiner stands between two pictures."""
    if text[place] != _JOINER or not 0 < place < len(text) - 1:
        return False
    before, after = unicodedata.category(text[place - 1]), unicodedata.category(text[place + 1])
    return before in ("So", "Sk", "Mn") and after == "So"
