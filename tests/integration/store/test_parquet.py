"""Parquet exports: typed, the same bytes for the same state, and read back equal to the NDJSON of it.

DuckDB reads them here: it shares nothing with the writer. More readers are in tests/readers.
"""

import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from domain.errors import RegularsError
from exports import parquet
from exports.files import export
from exports.forms import FORMS
from exports.package import NAME
from exports.parquet import write_parquet
from exports.record import FIELDS, GIVEN_FIELDS
from exports.removals import export_removals, export_removals_of
from store import exports as recorded
from store.database import Database
from tests.cast import ADA, BO, NOW
from tests.delivered import follow, shown, unfollow
from tests.exported import contact, hostile, signer

ALL = (*FIELDS, *GIVEN_FIELDS)


def table(content: bytes | Path) -> list[dict[str, Any]]:
    """Read a file; moments become what NDJSON writes."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content if isinstance(content, bytes) else content.read_bytes())
        file.flush()
        read = duckdb.read_parquet(file.name)
        names = [each[0] for each in read.description]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in read.fetchall()]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_OMIT_MICROSECONDS))


def written(records: Any, fields: tuple[str, ...] = ALL) -> bytes:
    file = io.BytesIO()
    write_parquet(file, fields, records, lambda _: None)
    return file.getvalue()


def told(value: Any) -> Any:
    """Leave out what is not there: in a column within a column every name stands in every row."""
    if not isinstance(value, dict):
        return value
    return {name: told(each) for name, each in value.items() if each not in (None, {})}


def test_it_holds_what_ndjson_of_the_same_state_holds(database: Database, tmp_path: Path) -> None:
    shown(database)
    lines = export(database, "ndjson", tmp_path / "ndjson", now=NOW)
    done = export(database, "parquet", tmp_path / "parquet", now=NOW)
    for one, other in ((done.contacts, lines.contacts), (done.tombstones, lines.tombstones)):
        expected = [orjson.loads(each) for each in other.read_bytes().splitlines()]
        assert [told(each) for each in table(one)] == [told(each) for each in expected]
        assert expected


def test_the_package_tells_of_its_files(database: Database, tmp_path: Path) -> None:
    follow(database, ADA)
    export(database, "parquet", tmp_path, now=NOW)
    contacts, tombstones = orjson.loads((tmp_path / NAME).read_bytes())["resources"]
    assert (contacts["path"], tombstones["path"]) == ("contacts.parquet", "tombstones.parquet")
    assert (contacts["mediatype"], contacts["rows"]) == ("application/vnd.apache.parquet", 1)
    assert "schema" not in contacts  # a file of this form tells its types itself
    kinds = duckdb.read_parquet(str(tmp_path / "contacts.parquet"))
    told = dict(zip(kinds.columns, map(str, kinds.types), strict=True))
    assert tuple(told) == ALL
    assert (told["seq"], told["regular_since"]) == ("BIGINT", "TIMESTAMP WITH TIME ZONE")
    assert (told["topics"], told["consents"][:7]) == ("VARCHAR[]", "STRUCT(")


def test_the_same_state_gives_the_same_bytes(database: Database, tmp_path: Path) -> None:
    shown(database)
    once, again = (export(database, "parquet", tmp_path / each, now=NOW) for each in ("1", "2"))
    assert once.contacts.read_bytes() == again.contacts.read_bytes()
    assert once.tombstones.read_bytes() == again.tombstones.read_bytes()


def test_removals_are_told_in_the_same_form(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO)
    number = export(database, "parquet", tmp_path, now=NOW).number
    unfollow(database, BO)
    assert export_removals(database, "parquet", tmp_path / "alone", now=NOW) == 1
    with database.read() as connection:
        one = recorded.one(connection, number)
    assert one is not None
    (path,) = export_removals_of(database, one, tmp_path, now=NOW).files
    assert [each["contact_key"] for each in table(path)] == [str(BO)]


def test_hostile_values_come_back_as_they_were() -> None:
    values = [each for each in hostile() if not any("\ud800" <= sign <= "\udfff" for sign in each)]
    people = [signer(f"signup:{place}", display_name=each) for place, each in enumerate(values)]
    assert [each["display_name"] for each in table(written(people))] == values


def test_nothing_is_told_apart_from_none_and_empty() -> None:
    people = [contact(topics=[], handle=None, email=""), contact("facebook:7", topics=["a", ""])]
    first, second = table(written(people))
    assert (first["topics"], first["handle"], first["email"], first["consents"]) == ([], None, "", None)
    assert (second["topics"], second["email"]) == (["a", ""], None)
    assert table(written([])) == []


def test_groups_of_rows_bound_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "AT_ONCE", 5)
    monkeypatch.setattr(parquet, "GROUP", 10)
    ahead: list[int] = []
    said: list[int] = []

    def people() -> Iterator[dict[str, Any]]:
        for place in range(33):
            ahead.append(place)
            yield contact(f"twitter:{place}")

    file = io.BytesIO()
    assert write_parquet(file, ALL, people(), said.append) == 33
    assert said == [5, 10, 15, 20, 25, 30, 33]
    assert [each["platform_id"] for each in table(file.getvalue())] == [str(each) for each in range(33)]


class StoppedError(Exception):
    """Something that stops an export."""


@pytest.mark.parametrize("stop", [StoppedError, KeyboardInterrupt])
def test_what_stops_it_is_raised_as_it_is(stop: type[BaseException]) -> None:
    def people() -> Iterator[dict[str, Any]]:
        yield contact()
        raise stop

    with pytest.raises(stop):
        written(people())

    def halted(_: int) -> None:
        raise stop

    with pytest.raises(stop):
        write_parquet(io.BytesIO(), ALL, [contact()], halted)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_told_in_a_sentence(database: Database, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        write_parquet(full, ALL, [contact()], lambda _: None)
    (tmp_path / "file").write_text("")
    with pytest.raises(RegularsError, match="cannot be written"):
        export(database, "parquet", tmp_path / "file", now=NOW)
    assert FORMS["parquet"](io.BytesIO(), ALL, [contact()], lambda _: None) == 1
