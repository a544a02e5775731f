"""Tables in files: the same cells whatever wrote them; what is no list is refused in one sentence."""

import contextlib
import datetime as dt
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import size, table
from connectors.files.bombs import FileRefusedError
from connectors.files.table import Table
from tests.unit.connectors.files.workbooks import by_hand, cell, saying, workbook, zipped

HEADER = "Prénom;Courriel;Né\n"
PEOPLE = [("Ada", "ada@club.example"), ("Zoé", "zoe@club.example")]


def csv(text: str, saved: str = "utf-8", **options: str) -> Table:
    return table.read(io.BytesIO(text.encode(saved)), "list.csv", **options)


def cells(read: Table) -> list[tuple[str, ...]]:
    return [each.cells for each in read.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_csv_reads_the_same_however_it_was_saved(encoding: str, separator: str, ending: str) -> None:
    lines = [separator.join(each) for each in [("Prénom", "Courriel"), *PEOPLE]]
    read = csv(ending.join(lines) + ending, encoding)
    assert read.columns == ("Prénom", "Courriel")
    assert cells(read) == PEOPLE


def test_a_workbook_reads_the_same_as_a_csv() -> None:
    read = table.read(workbook([("Prénom", "Courriel"), *PEOPLE]), "list.xlsx")
    assert (read.columns, cells(read)) == (("Prénom", "Courriel"), PEOPLE)


def test_cells_of_a_workbook_are_text_and_formulas_are_not_carried_out() -> None:
    row = [
        "=1+1",
        639980001,
        12.5,
        3.0,
        dt.date(2026, 3, 31),
        True,
        None,
        '=HYPERLINK("http://x.example","y")',
    ]
    read = table.read(workbook([[f"c{each}" for each in range(len(row))], row]), "list.xlsx")
    assert cells(read) == [
        (
            "=1+1",
            "639980001",
            "12.5",
            "3",
            "2026-03-31T00:00:00",
            "True",
            "",
            '=HYPERLINK("http://x.example","y")',
        )
    ]


def test_a_formula_with_a_stored_result_is_the_formula() -> None:
    rows = f'<row r="1">{cell("A1", "a")}</row><row r="2"><c r="A2"><f>CMD()</f><v>7</v></c></row>'
    assert cells(table.read(by_hand(rows), "list.xlsx")) == [("=CMD()",)]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows() -> None:
    read = csv("\n\na;b\n1;2\n;\n3;4\n")
    assert [each.number for each in read.rows] == [4, 6]


def test_a_line_that_tells_excel_the_separator_is_no_header() -> None:
    read = csv("sep=|\na|b;c\n1|2\n")
    assert (read.columns, cells(read)) == (("a", "b;c"), [("1", "2")])


def test_a_separator_within_quotation_marks_is_text() -> None:
    read = csv('"a;b;c;d",e\n"1\n2",3\n')
    assert (read.columns, cells(read)) == (("a;b;c;d", "e"), [("1\n2", "3")])


def test_short_and_long_rows() -> None:
    read = list(csv("a;b\n1\n1;2;\n1;2;3\n").rows)
    assert [(each.cells, each.fits) for each in read] == [
        (("1", ""), True),
        (("1", "2"), True),
        (("1", "2"), False),
    ]


def test_what_is_left_out_is_in_no_row() -> None:
    read = table.without(csv("a;secret;b\n1;never;2\n1;never;2;never\n"), ["secret"])
    assert read.columns == ("a", "b")
    assert "never" not in str(list(read.rows))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.pdf", b"a;b", "neither CSV nor XLSX"),
        ("list.csv", b"", "is empty"),
        ("list.csv", b";;\n;\n", "is empty"),
        ("list.csv", b"a;b;a\n", "Two of its columns"),
        ("list.csv", b"a;\x81\x8d\n", "no text in UTF-8"),
        ("list.csv", b"a;\x00b\n", "no text in UTF-8"),
        ("list.csv", b'a;b\n"' + b"x" * 200_000, "quotation mark"),
        ("list.csv", b"a;b\n" + b"x" * 10_001 + b";1\n", "Row 2 has a cell"),
        ("list.csv", b";".join(b"c%d" % each for each in range(201)), "more than 200 columns"),
        ("list.csv", b"x" * 201 + b";b\n", "no row of column names"),
        ("list.xlsx", b"no zip", "no zip file"),
        ("list.xlsx", zipped(("a.txt", b"a")).getvalue(), "cannot be read as a workbook"),
    ],
)
def test_what_is_no_list_is_refused(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefusedError, match=sentence):
        list(table.read(io.BytesIO(content), name).rows)


def test_a_wished_encoding_is_taken_at_its_word() -> None:
    assert csv("Prénom\nZoé\n", "mac-roman", encoding="mac-roman").columns == ("Prénom",)
    for wrong, sentence in (
        ("utf-8", "no text in UTF-8"),
        ("klingon", "no encoding"),
        ("hex", "no encoding"),
    ):
        with pytest.raises(FileRefusedError, match=sentence):
            csv("Prénom\n", "mac-roman", encoding=wrong)


def test_one_of_several_sheets_must_be_named() -> None:
    for sheet, sentence in ((None, "People, Others"), ("None", "no sheet 'None'")):
        with pytest.raises(FileRefusedError, match=sentence):
            table.read(workbook([["a"]], "Others"), "list.xlsx", sheet=sheet)
    assert table.read(workbook([["a"]], "Others"), "list.xlsx", sheet="Others").columns == ("something",)


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_FILE", 10)
    with pytest.raises(FileRefusedError, match="is larger"):
        csv("a;b;c;d;e;f;g\n")


def test_more_rows_than_anybody_signs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(FileRefusedError, match="more than 3 rows"):
        list(csv("a\n1\n2\n3\n").rows)
    assert len(list(csv("a\n1\n2\n").rows)) == 2


def refused_cheaply(file: io.BytesIO, sentence: str) -> None:
    """See a workbook refused, without having taken more than a little memory."""
    assert len(file.getvalue()) < 12_000_000
    tracemalloc.start()
    try:
        with pytest.raises(FileRefusedError, match=sentence):
            list(table.read(file, "list.xlsx").rows)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_a_workbook_that_would_unpack_to_gigabytes_is_refused() -> None:
    small = zipped(("xl/worksheets/sheet1.xml", b"a" * 1_000))
    refused_cheaply(saying(small, 4_000_000_000), "more than 200,000,000 bytes")


def test_one_whose_files_are_too_much_together_is_refused() -> None:
    three = zipped(*((f"xl/worksheets/sheet{each}.xml", b"a" * 1_000) for each in range(3)))
    refused_cheaply(saying(three, 90_000_000, members=3), "more than 200,000,000 bytes")


def test_one_that_is_packed_as_no_list_is_refused() -> None:
    refused_cheaply(zipped(("xl/worksheets/sheet1.xml", b"\x00" * 20_000_000)), "as a bomb")


def test_one_that_lies_about_its_size_brings_no_more_than_it_says() -> None:
    lying = saying(zipped(("xl/worksheets/sheet1.xml", b"\x00" * 20_000_000)), 1_000)
    refused_cheaply(lying, "cannot be read|no zip")


def test_one_of_ten_thousand_files_is_refused() -> None:
    refused_cheaply(zipped(*((f"xl/{each}", b"") for each in range(2_001))), "more than 2,000 files")


def test_entities_that_multiply_are_refused() -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + each)} "{f"&{chr(97 + each)};" * 10}">' for each in range(9)
    )
    rows = f'<row r="1">{cell("A1", "&j;")}</row>'
    refused_cheaply(by_hand(rows, before=laughs + "]>"), "cannot be read as a workbook")


def test_an_entity_reads_no_file_of_this_machine() -> None:
    before = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    refused_cheaply(by_hand(f'<row r="1">{cell("A1", "&a;")}</row>', before=before), "cannot be read")


def test_a_sheet_that_says_that_it_is_immense_is_as_large_as_it_is() -> None:
    rows = f'<row r="1">{cell("A1", "a")}</row><row r="2">{cell("A2", "1")}{cell("XFD2", "far")}</row>'
    read = table.read(by_hand(rows, size='<dimension ref="A1:XFD1048576"/>'), "list.xlsx")
    assert (read.columns, cells(read)) == (("a",), [("1",)])


def test_a_row_a_million_rows_below_is_refused() -> None:
    rows = f'<row r="1">{cell("A1", "a")}</row><row r="1048576">{cell("A1048576", "1")}</row>'
    with pytest.raises(FileRefusedError, match="more than 200,000 rows"):
        list(table.read(by_hand(rows), "list.xlsx").rows)


def test_the_limits_leave_room_for_a_real_list() -> None:
    rows = [("Courriel", "Ville"), *((f"a{each}@club.example", "Lyon") for each in range(3_000))]
    file = workbook(rows)
    with zipfile.ZipFile(file) as archive:
        assert (
            sum(each.file_size for each in archive.infolist()) * size.MAX_ROWS / 3_000 < size.WORKBOOK.total
        )
    assert len(list(table.read(file, "list.xlsx").rows)) == 3_000


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=5))
def test_no_text_ends_in_anything_but_rows_or_a_sentence(rows: list[list[str]]) -> None:
    raw = "\n".join(";".join(each) for each in [["a", "b"], *rows]).encode("utf-8", "surrogatepass")
    try:
        read = table.read(io.BytesIO(raw), "list.csv")
        assert all(len(each.cells) == len(read.columns) for each in read.rows)
    except FileRefusedError:
        pass


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_rows_or_a_sentence(raw: bytes) -> None:
    for name in ("list.csv", "list.xlsx"):
        with contextlib.suppress(FileRefusedError):
            list(table.read(io.BytesIO(raw), name).rows)
