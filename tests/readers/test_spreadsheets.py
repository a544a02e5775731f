"""What a person opens: LibreOffice reads our CSV as text, whole, and runs nothing; openpyxl tells what.

openpyxl reads workbooks alone, so LibreOffice makes one of each CSV. It is asked to guess numbers and dates
and to run formulas, as somebody in a hurry lets it.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from exports.forms import FORMS
from exports.presets import PRESETS, write
from exports.presets.preset import Form, Preset
from exports.record import FIELDS, GIVEN_FIELDS
from tests.exported import contact, hostile, left, signer

pytestmark = pytest.mark.slow

#: Separator, quotation mark, UTF-8, from row 1, no column formats, English (United States); quoted fields are
#: not taken for text, special numbers are guessed, formulas are run.
AS_IN_A_HURRY = "CSV:{separator},34,76,1,,1033,false,true,false,false,false,0,true"
#: What our own columns say in words or numbers that a spreadsheet knows: choices, steps of the feed.
KNOWN = {"TRUE", "FALSE", "0", "1"}


@pytest.fixture(scope="module")
def office() -> str:
    """Find LibreOffice; Debian has it as libreoffice-calc-nogui."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    return found


def opened(
    office: str, folder: Path, paths: list[Path], separator: str
) -> Iterator[tuple[Path, list[list[object]]]]:
    """Open files in LibreOffice and return the cells of each as it took them; a formula fails."""
    asked = AS_IN_A_HURRY.format(separator=ord(separator))
    made = folder / "made"
    words = [office, "--headless", f"-env:UserInstallation=file://{folder}/profile", f"--infilter={asked}"]
    told = [*words, "--convert-to", "xlsx", "--outdir", str(made), *map(str, paths)]
    subprocess.run(told, check=True, capture_output=True, timeout=300)
    for each in paths:
        book = openpyxl.load_workbook(made / f"{each.stem}.xlsx")
        (sheet,) = book.worksheets
        rows = [list(row) for row in sheet.iter_rows()]
        assert [cell.coordinate for row in rows for cell in row if cell.data_type == "f"] == []
        yield each, [[cell.value for cell in row] for row in rows]


def assert_read(path: Path, separator: str, rows: list[list[object]]) -> int:
    """Compare what was read with what stands in the file; returns how many cells were."""
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file, delimiter=separator, strict=True))
    wrong = []
    for number, (ours, theirs) in enumerate(zip(written, rows, strict=True), start=1):
        read = [*theirs, *[None] * (len(ours) - len(theirs))]
        told = zip(written[0], ours, read, strict=True)
        wrong += [(number, name, cell, found) for name, cell, found in told if not _is_same(cell, found)]
    assert wrong == []
    return sum(map(len, written))


def _is_same(cell: str, found: object) -> bool:
    """Tell whether a cell was taken as it stands; a date of ours as that day, a choice as that choice."""
    if isinstance(found, datetime):
        return found.isoformat() == f"{cell}T00:00:00"
    if isinstance(found, int) and cell == str(found) and 11 <= len(cell) <= 15:
        return True  # a phone as Brevo wants it: no sign, no leading zero, not rounded
    if not isinstance(found, str):
        return not cell if found is None else cell.upper() in KNOWN and str(found).upper() == cell.upper()
    return found == cell


@pytest.mark.parametrize(
    "preset", [each for each in PRESETS.values() if each.form is Form.CSV], ids=lambda each: each.name
)
def test_a_preset_opens_as_text(office: str, tmp_path: Path, preset: Preset) -> None:
    people = [contact(), signer(display_name="Zoé Müßig-Łęcka", area="Saint-Étienne")]
    for number, value in enumerate(hostile()):
        people.append(contact(f"twitter:9{number}", display_name=value, handle=value))
        people.append(
            signer(f"signup:c{number}", display_name=value, area=value, email=f"p{number}@mail.example")
        )
    gone = [left("signup:d1", "objected"), left("signup:d2", "erased"), left("twitter:5", "unfollowed")]
    (tmp_path / "out").mkdir()
    written = [each.path for each in write(preset, people, gone, tmp_path / "out")]
    tables = [each for each in written if each.suffix == ".csv"]
    read = [
        assert_read(path, preset.delimiter, rows)
        for path, rows in opened(office, tmp_path, tables, preset.delimiter)
    ]
    assert len(read) == len(tables)
    assert sum(read) > 1_000


def test_the_neutral_form_keeps_lines_and_letters(office: str, tmp_path: Path) -> None:
    names = [
        "Zoé Müßig-Łęcka",
        "two\nlines",
        "a;b\tc,d",
        '"quoted"',
        "=1+1",
        "+33 6 39 98 00 01",
        "@SUM(A1)",
        "-2+3",
    ]
    people = [signer(f"signup:c{number}", display_name=each) for number, each in enumerate(names)]
    path = tmp_path / "contacts.csv"
    fields = ("contact_key", "display_name", "email", "phone", "area", "topics")
    assert set(fields) < {*FIELDS, *GIVEN_FIELDS}
    with path.open("wb") as file:
        FORMS["csv"](file, fields, people, lambda _: None)
    ((_, rows),) = opened(office, tmp_path, [path], ",")
    shown = [str(row[1]).removeprefix("'") for row in rows[1:]]
    assert shown == names
    assert {row[3] for row in rows[1:]} == {"'+33639980001"}
