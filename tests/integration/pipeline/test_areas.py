"""Areas: a partition taken once, a table a quarter, never changed, and every form of it the same."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from connectors.files import partition
from domain.admission import Controller
from domain.area import UNKNOWN, Area, AreaError, AreaKind, AreaTable
from domain.contact import ContactKey
from domain.errors import RegularsError
from exports.areas import as_csv, as_geojson, as_values, write
from pipeline.areas import publish_table, take_partition
from pipeline.rights import ERASED, end_contact
from store import areas
from store.database import Database
from tests.cast import ADA, CNIL, NOW, follows
from tests.contents import rows
from tests.interests import page
from tests.segmented import joined, keys_by_name, person
from tests.signing import SUPPRESSOR

GROUND = [Area("01", "Port"), Area("02", "Centre"), Area("03", "Gare"), Area("04", "Bois")]
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}


def take(database: Database, given: Sequence[Area] = GROUND, kind: AreaKind = AreaKind.COMMUNE) -> None:
    with database.write() as connection:
        take_partition(connection, kind, given, "cli:ada", now=NOW)


def people(count: int, place: str | None, prefix: str) -> list[object]:
    return [person(f"{prefix}{each}", area=place) for each in range(count)]


def published(database: Database, days: int = 0) -> AreaTable:
    return publish_table(database, CNIL, Controller.PARTY, "cli:ada", now=NOW + timedelta(days=days))


@pytest.fixture
def ground(database: Database) -> Database:
    """Let 30 live at the port, 22 in the centre, 5 at the station, nobody in the wood, 40 who knows where."""
    take(database)
    crowd = [*people(30, "Port", "p"), *people(22, "centre", "c"), *people(5, "03", "g")]
    joined(database, *crowd, *people(40, None, "u"))  # type: ignore[arg-type]
    page(database, [follows(ADA)])
    return database


def test_a_table_shows_no_small_number_nor_what_would_tell_it(ground: Database) -> None:
    table = published(ground)
    assert table.counts == {UNKNOWN: 40, "01": 30, "02": None, "03": None, "04": None}
    assert (table.quarter, table.asked, table.not_asked, table.least) == ("2026-Q4", 97, 1, 20)
    assert table.names == {UNKNOWN: "", "01": "Port", "02": "Centre", "03": "Gare", "04": "Bois"}
    with ground.read() as connection:
        assert areas.published(connection) == areas.published(connection, "2026-Q4") == table
        assert areas.published(connection, "2026-Q3") is None
        assert areas.quarters(connection) == ["2026-Q4"]
    (entered,) = [each for each in rows(ground, "journal_texts") if each["act"] == "areas.published"]
    assert orjson.loads(entered["details"]) == {"quarter": "2026-Q4", "areas": 4, "hidden": 3, "least": 20}


def test_a_published_table_never_changes_whoever_comes_or_is_erased(ground: Database) -> None:
    table = published(ground)
    before = rows(ground, "area_counts")
    key = ContactKey(*keys_by_name(ground)["p0"])
    with ground.write() as connection:
        end_contact(connection, [key], SUPPRESSOR, ERASED, now=NOW)
    joined(ground, *people(3, "Port", "more"))  # type: ignore[arg-type]
    for days in (0, 30):
        with pytest.raises(AreaError, match="one a quarter"):
            published(ground, days)
    assert rows(ground, "area_counts") == before
    with ground.read() as connection:
        assert areas.published(connection) == table


def test_the_next_quarter_has_a_table_of_its_own(ground: Database) -> None:
    published(ground)
    joined(ground, *people(3, "Port", "more"))  # type: ignore[arg-type]
    with ground.write() as connection:  # whoever was not seen for 30 days is refused by a gate
        counted, _ = areas.counted(connection)
    assert counted["01"] == 33
    later = published(ground, 65)
    assert (later.quarter, later.counts["01"]) == ("2027-Q1", 33)
    with ground.read() as connection:
        assert areas.quarters(connection) == ["2027-Q1", "2026-Q4"]


def test_the_codes_stay_as_they_are_once_a_table_is_published(ground: Database) -> None:
    take(ground, GROUND[:3])
    take(ground)
    published(ground)
    for given, kind in ((GROUND[:3], AreaKind.COMMUNE), (GROUND, AreaKind.IRIS)):
        with pytest.raises(AreaError, match="in between"):
            take(ground, given, kind)
    take(ground, [*GROUND[:3], Area("04", "Bois", ("forêt",))])
    with ground.read() as connection:
        assert areas.codes_of(connection, ["Forêt", "Port", "?"]) == {"Forêt": "04", "Port": "01"}


def test_a_table_needs_a_partition_and_enough_people(database: Database) -> None:
    with pytest.raises(AreaError, match="no partition"):
        published(database)
    with pytest.raises(AreaError, match="holds no area"):
        take(database, [])
    take(database)
    joined(database, *people(19, "Port", "p"))  # type: ignore[arg-type]
    with pytest.raises(AreaError, match="Fewer than 20"):
        published(database)
    assert rows(database, "area_tables") == []


def test_whom_no_gate_admits_is_not_counted(database: Database) -> None:
    take(database)
    joined(database, *people(20, "Port", "p"))  # type: ignore[arg-type]
    with database.write() as connection:
        connection.execute(text("UPDATE admissions SET refusal = 'minor'"))
        assert areas.counted(connection)[0]["01"] == 0


def test_the_view_the_files_and_the_values_tell_the_same(ground: Database, tmp_path: Path) -> None:
    table = published(ground)
    with ground.read() as connection:
        view = connection.execute(
            text("SELECT * FROM regular_contacts_by_area_v1 ORDER BY area_code")
        ).mappings()
        seen = {each["area_code"]: (each["contacts"], bool(each["is_suppressed"])) for each in view}
    written = {each["area_code"]: each for each in csv.DictReader(io.StringIO(as_csv(table).decode()))}
    told = {each["area_code"]: each for each in as_values(table)["areas"]}
    mapped = orjson.loads(as_geojson(table, {"01": SQUARE}))
    assert seen == {code: (number, number is None) for code, number in table.counts.items()}
    for feature in mapped["features"]:
        code = feature["properties"]["area_code"]
        number, suppressed = seen[code]
        assert feature["geometry"] == (SQUARE if code == "01" else None)
        assert feature["properties"]["contacts"] == told[code]["contacts"] == number
        assert written[code]["contacts"] == ("" if number is None else str(number))
        assert written[code]["is_suppressed"] == ("true" if suppressed else "false")
    files = write(table, tmp_path / "new", {})
    assert [each.name for each in files] == ["areas-2026-Q4.csv", "areas-2026-Q4.geojson"]
    assert [each.name for each in write(table, tmp_path)] == ["areas-2026-Q4.csv"]
    (tmp_path / "file").write_text("")
    with pytest.raises(RegularsError, match="cannot be written"):
        write(table, tmp_path / "file")


def test_no_name_of_an_area_runs_as_a_formula(database: Database) -> None:
    take(database, [Area("=1+1", "@SUM(A1)")])
    joined(database, *people(20, None, "u"))  # type: ignore[arg-type]
    (_, row) = csv.DictReader(io.StringIO(as_csv(published(database)).decode()))
    assert (row["area_code"], row["area_name"]) == ("'=1+1", "'@SUM(A1)")


GEO = orjson.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"code": "01", "nom": "Port"}, "geometry": SQUARE},
            {"type": "Feature", "properties": {"code": 2, "also": ["a", "b"]}, "geometry": None},
        ],
    }
)


def test_a_partition_is_read_from_csv_or_geojson() -> None:
    of_csv = partition.read("\ufeffcode;name;also\r\n01;Port;69001| 69002 \r\n02;;\r\n".encode())
    assert of_csv.areas == [Area("01", "Port", ("69001", "69002")), Area("02", "02")]
    assert of_csv.shapes == {}
    of_json = partition.read(GEO, name="nom")
    assert of_json.areas == [Area("01", "Port"), Area("2", "2", ("a", "b"))]
    assert of_json.shapes == {"01": SQUARE, "2": None}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"name\nPort\n", "no 'code'"),
        (b'code,name\n"01,Port', "no CSV"),
        (b"{", "no JSON"),
        (b"{}", "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": [{}]}', "no properties"),
    ],
)
def test_a_file_that_is_no_partition_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(AreaError, match=said):
        partition.read(content)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "MOST_BYTES", 3)
    with pytest.raises(AreaError, match="more than 3 bytes"):
        partition.read(b"code")
