# ruff: noqa: RUF001  # meant to be taken for others
"""Records and removals as an export hands them to a preset: a small cast, and hostile ones by the hundred."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from exports.presets import Preset, Written, write
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
#: An id that a spreadsheet would round.
LONG_ID = "1234567890123456789"


def contact(key: str = f"twitter:{LONG_ID}", **changed: Any) -> dict[str, Any]:
    """Return the record of somebody on X who follows and gave no address, but for what is changed."""
    platform, _, platform_id = key.partition(":")
    record = {
        "contact_key": key,
        "op": "upsert",
        "seq": 1,
        "platform": platform,
        "platform_id": platform_id,
        "handle": "ada" if platform == "twitter" else None,
        "display_name": "Ada Lévy",
        "label": "regular",
        "label_reason": "follows",
        "policy": "eu-2026",
        "regular_since": NOW - timedelta(days=30),
        "topics": ["climate", "transport"],
        "declared_topics": ["climate"],
        "addressable": [],
        "not_addressable_because": {"email": "no_consent", "sms": "no_consent"},
    }
    return record | changed


def signer(key: str = "signup:ab12", **changed: Any) -> dict[str, Any]:
    """Return the record of somebody who signed up for mail and SMS, but for what is changed."""
    agreed = {"given_at": NOW - timedelta(days=3), "withdrawn_at": None}
    given = {
        "display_name": "Bo Example",
        "label_reason": "signed_up",
        "addressable": ["email", "sms"],
        "not_addressable_because": {},
        "email": "bo@mail.example",
        "phone": "+33639980001",
        "language": "fr",
        "area": "Quartier du port",
        "consents": {"email": agreed, "sms": agreed},
    }
    return contact(key, **{**given, **changed})


def left(key: str, reason: str, **more: Any) -> dict[str, Any]:
    """Return the tombstone of somebody."""
    return {"contact_key": key, "op": "remove", "seq": 9, "reason": reason, "at": NOW, **more}


def left_as_they_are(preset: Preset) -> set[str]:
    """Return the columns that files of choices and removals leave empty: « as it is »."""
    said = [*preset.removal.values(), *(cells for each in preset.choices for cells in each[1:] if cells)]
    return {name for cells in said for name, cell in cells.items() if not cell}


class Taken(NamedTuple):
    """What an independent reader finds in the files of a preset: rows by what their file holds."""

    rows: dict[str, list[dict[str, str]]]
    files: list[Written]

    def of(self, holds: str) -> list[dict[str, str]]:
        """Return the rows of all files that hold this, none where there is no such file."""
        return self.rows.get(holds, [])


def taken(
    preset: Preset,
    folder: Path,
    records: Iterable[dict[str, Any]] = (),
    removals: Iterable[dict[str, Any]] = (),
    **known: Any,
) -> Taken:
    """Write the files of a preset and read those that are tables, by Python's own reader at its strictest."""
    files = write(preset, records, removals, folder, **known)
    rows: dict[str, list[dict[str, str]]] = {}
    for each in files:
        if each.path.suffix == ".csv":
            rows.setdefault(each.holds, []).extend(table(each.path, preset))
    return Taken(rows, files)


def table(path: Path, preset: Preset) -> list[dict[str, str]]:
    """Read one table; every row has as many cells as its header."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=preset.delimiter, strict=True)
    return [dict(zip(header, each, strict=True)) for each in rows]


def assert_nothing_runs(folder: Path) -> None:
    """Look at every cell of every table, cut at whatever separator: none is a formula."""
    starts = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r")
    for path in folder.glob("*.csv"):
        lines = path.read_bytes().decode().split("\r\n")
        assert lines.pop() == ""
        for separator in (",", ";", "\t"):
            for cells in csv.reader(lines, delimiter=separator):
                assert [each for each in cells if each.lstrip().startswith(starts)] == []


# fmt: off
def hostile() -> Iterator[str]:
    """Give some three hundred values that have broken importers, spreadsheets and readers."""
    starts = ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\ufeff=", "\u200b=", "＝", "＋", "＠", "'=")
    bodies = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("https://evil.example","Ada")', "SUM(A1:A9)*9")
    ends = (";", ",", "\t", '"', '",', '";', "|", " ", "a;", 'a";"', "a\n", "a\r\n", "a\\")
    family = "👩\u200d👧"
    yield from HOSTILE
    yield from (f"{start}{body}" for start in starts for body in bodies)
    yield from (f"{end}{start}{bodies[0]}" for end in ends for start in starts[:4])
    yield from (f"Ada{mark}Lévy" for mark in "\n\r\t\x0b\x0c\x00\x1b\x85\u2028\u2029\\,;|\"'`")
    yield from (f"{mark}Ada{mark}" for mark in "\n\\\"';,|\ufeff\u00a0\u3000\u202e\u200d")
    yield from ("\\", "\\\\", "Ada\\", "\\n", "\\N", "\\'", '\\"', "Ada\\\nBo", '"', '""', '"""', "A\\,B")
    yield from ("NULL", "null", "None", "nil", "N/A", "#N/A", "#REF!", "NaN", "true", "FALSE", "vrai")
    yield from ("0", "007", "01234", LONG_ID, "1e5", "1E400", "3.14", "1,5", "12/05", "12:30", "-0")
    yield from ("MARCH1", "SEPT2", "mai 68", "1 mai", "Mar 3", "Apr-26", "10 déc.", "5%", "€5", "1 000")
    yield from ("", " ", "\n", "\u00a0", "\u3000", "\ufeff", "\u200b", "-", "@", "====", "@@", ";;", ",,")
    yield from ("\u0301", "\u0301Ada", "e\u0301", "é", "İstanbul", "ß", "ǅ", "ﬁ", "①", "𝟏𝟐", "١٢", "Ⅷ")
    yield from ("2026-01-01", "(5)", "''", "－1", "12.5.26", "1.000.000,00", "+33", "1/2", "½", "∞")
    yield from ("BEGIN:VCARD", "END:VCARD", "FN:Ada\r\nEND:VCARD", "a;b;c;;", "TYPE=x", ":x", "{}", "%0A")
    yield from (f"Ada{'é' * count}" for count in (58, 60, 61, 62, 63, 64, 65, 78, 126, 127, 128, 254, 300))
    yield from (f"{family * count}" for count in (1, 15, 16, 17, 24, 64, 100))
    yield from ("--1", "0x1F", "---", "[]", "∅", "N.N.", "-", "S/O", "--", "/*", "_", ".")
    yield from ("sep=;", "sep=,", "ID", "id", "\ufeffid", "contact_key", "rejects", "# a", "//", "<a>")
    yield from ("\ud800", "Ada\udfff", "\ufffe", "\uffff", "\U000e0041", "\U0010ffff", "\x7f", "\x9f", "\xad")
# fmt: on
