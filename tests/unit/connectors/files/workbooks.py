"""Files in tests: tables as CSV and XLSX, workbooks written by hand, and bombs."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    ' Target="{target}"/></Relationships>'
)
WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0"?>{before}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{size}<sheetData>{rows}</sheetData></worksheet>"
)


def workbook(rows: Iterable[Sequence[Any]], *further: str) -> io.BytesIO:
    """Write a workbook as a spreadsheet does, with further sheets."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "People"
    for row in rows:
        sheet.append(row)
    for each in further:
        book.create_sheet(each).append(["something"])
    file = io.BytesIO()
    book.save(file)
    return file


def by_hand(rows: str, *, before: str = "", size: str = "") -> io.BytesIO:
    """Write a workbook of these rows, in XML."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(before=before, size=size, rows=rows))
    return file


def cell(place: str, text: str) -> str:
    """Write one cell of text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    """Write a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return file


def saying(file: io.BytesIO, size: int, *, members: int = 1) -> io.BytesIO:
    """Let the last members of a zip file say that each unpacks to `size` bytes, which may be a lie."""
    raw = bytearray(file.getvalue())
    place = len(raw)
    for _ in range(members):
        place = raw.rindex(b"PK\x01\x02", 0, place)
        raw[place + 24 : place + 28] = size.to_bytes(4, "little")
    return io.BytesIO(bytes(raw))
