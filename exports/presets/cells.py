"""Cells: what a text becomes so that neither an importer nor a spreadsheet reads anything else in it."""

import re
import unicodedata
from collections.abc import Callable

#: Characters at most of any cell; a preset may want fewer.
MAX_CHARS = 255
# What needs no look: letters, digits and what stands in ordinary names, beginning with a letter or digit.
_PLAIN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ɏ](?:[A-Za-z0-9À-ÖØ-öø-ɏ_.'\u2019:-]| (?! ))*(?<! )")
# Controls and line breaks, which importers that read physical lines take for the end of a row (Mautic).
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\\s]+")
# What no UTF-8 file holds, or what turns the first column's name into another one (a byte order mark).
_UNFIT = re.compile("[\ud800-\udfff\ufeff\ufffe\uffff]")
# What makes a formula at the start of a cell, as OWASP lists it (CSV injection, 2025), with its wide forms;
# also behind what another spreadsheet may take for the end of a cell, such as a French one the semicolon.
_FORMULA = re.compile('(^|[;,|"])\\s*(?:[=+\\-@\uff1d\uff0b\uff0d\uff20]\\s*)+')
# What a spreadsheet takes for a number, a date or a truth, and what importers read as "empty this field".
_MONTH = "(?:jan|feb|f[ée]v|mar|apr|avr|may|mai|jun|jui|jul|aug|ao[uû]|sep|oct|nov|d[eé]c)"
_NO_TEXT = re.compile(
    r"[\d\s.,:/%€$£'\u2019()-]*\d[\d\s.,:/%€$£'\u2019()-]*(?:e\d+)?"
    rf"|\d{{1,4}}[ ./-]?{_MONTH}\w{{0,6}}\.?(?:[ ./-]?\d{{2,4}})?|{_MONTH}\w{{0,6}}\.?[ ./-]?\d{{1,4}}"
    r"|true|false|vrai|faux|wahr|null|none|nil|nan|n/a|#n/a|#\w+[!?]",
    re.IGNORECASE,
)


def clean(text: str, most: int = MAX_CHARS) -> str:
    """Return a text as one plain line of at most `most` characters that no spreadsheet runs.

    Line breaks and tabs become spaces, backslashes slashes; what would begin a formula goes. Cleaning twice
    changes nothing more.
    """
    if len(text) <= most and _PLAIN.fullmatch(text):
        return text
    line = _BREAKS.sub(" ", _UNFIT.sub("", text[: most * 4])).replace("\\", "/").strip()[:most]
    while line and unicodedata.combining(line[0]):  # it would be set on the quotation mark before it
        line = line[1:]
    stripped = _FORMULA.sub(r"\1", line.strip())
    return stripped if stripped == text else clean(stripped, most)


def exact(text: str, most: int = MAX_CHARS) -> str | None:
    """Return an identifier as it is; None where cleaning, or a spreadsheet, would make another one of it."""
    return text if text and clean(text, most) == text and not _NO_TEXT.fullmatch(text) else None


def named(text: str, where: str, most: int = MAX_CHARS) -> str:
    """Return a name of at most `most` characters; what a spreadsheet takes for a number gets `where`."""
    line = clean(text, most)
    if not line or not _NO_TEXT.fullmatch(line):
        return line
    return f"{clean(line, most - len(where) - 3)} ({where})"


def within(text: str, most: int, size: Callable[[str], int]) -> str:
    """Cut a text until its size, such as that of its bytes, is at most `most`; no character is cut in two."""
    while size(text) > most:
        text = text[: -max(1, (size(text) - most) // 4)].rstrip()
    return text
