"""Forms: a table is what the plain writer of Python makes of the same cells, whatever they hold."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exports.forms import CSV, cell
from tests.exported import hostile

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from([each for each in hostile() if each.encode("utf-8", "ignore").decode() == each]),
    st.sampled_from(["", "=1", 'a"b', "a,b", "a\nb", "a\r", "\n=1", "\t", " a", "-"]),
)
#: What one column of records may hold.
COLUMNS = (
    TEXTS | st.none(),
    st.integers() | st.none(),
    st.lists(TEXTS, max_size=3),
    st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)) | st.none(),  # noqa: DTZ001  # has a zone then
    st.dictionaries(TEXTS, TEXTS, max_size=2) | st.none(),
    st.one_of(TEXTS, st.none(), st.integers(), st.lists(TEXTS, max_size=2)),
)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4))
    rows = st.tuples(*columns).map(lambda row: dict(zip("abcd", row, strict=False)))
    return draw(st.lists(rows, max_size=4))


@settings(max_examples=150)
@given(records=tables())
def test_a_table_is_what_the_plain_writer_makes_of_its_cells(records: list[dict[str, Any]]) -> None:
    fields = tuple(records[0]) if records else ("a",)
    plain = io.StringIO(newline="")
    table = csv.writer(plain, lineterminator="\r\n")
    table.writerow(fields)
    table.writerows([cell(each[name]) for name in fields] for each in records)
    file = io.BytesIO()
    assert CSV.write(file, fields, records) == len(records)
    assert file.getvalue() == plain.getvalue().encode()
