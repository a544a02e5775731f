"""Whoever is erased stands in no byte of the database's files any more; before, in many."""

import gzip
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from config.suppression import Suppressor, new_key
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from pipeline.rights import ERASED, end_contact
from store import schema
from store.database import Database, sqlite_url
from store.scrub import scrub
from tests import servers
from tests.bytes import where, writings
from tests.cast import BO, LATER, NOW, follows
from tests.contents import let_be_shown
from tests.interests import page, read

WHO = ContactKey("twitter", "7000123456789012345")
VALUES = {
    "id": WHO.platform_id,
    "handle": "zelda_of_example",
    "name": "Zelda Ögretmen-Ñuñez",
    "text": "My words about #housing in Wiesengrund",
}


def met(database: Database) -> None:
    acts = [follows(WHO, Profile(VALUES["handle"], VALUES["name"])), follows(BO)]
    for each in range(4):
        said = Signal(WHO, SignalKind.MENTIONED, f"80{each}", NOW, text=VALUES["text"])
        acts.append(said)
    page(database, acts)
    let_be_shown(database)
    read(database)


def erased(database: Database) -> None:
    with database.write() as connection:
        end_contact(connection, [WHO], Suppressor([new_key()]), ERASED, now=LATER)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(sqlite_url(tmp_path / "regulars.db"))
    schema.upgrade(made)
    return made


@pytest.mark.postgresql
def test_postgresql_is_rid_of_them_once_its_tables_are_written_anew() -> None:
    with servers.postgresql() as place:
        database = Database(f"postgresql://postgres@/postgres?{place}")
        schema.upgrade(database)
        met(database)
        with database.read() as connection:
            folder = Path(str(connection.execute(text("SHOW data_directory")).scalar_one())) / "base"
        settle(database)
        assert {name for name, _ in where(VALUES, folder)} == set(VALUES)
        erased(database)
        with database.write() as connection:
            connection.execute(text("DELETE FROM changes"))
        assert not scrub(database)
        settle(database)
        assert where(VALUES, folder)
        scrub(database, whole=True)
        settle(database)
        assert where(VALUES, folder) == set()
        database.close()


def settle(database: Database) -> None:
    """Let PostgreSQL look at its tables and write everything to its files."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def test_values_are_found_in_every_writing(tmp_path: Path) -> None:
    for number, each in enumerate(sorted(writings(VALUES["name"]) | writings(VALUES["id"]))):
        (tmp_path / f"{number}").write_bytes(b"before" + each + b"after")
    assert {file for _, file in where(VALUES, tmp_path)} == {each.name for each in tmp_path.iterdir()}


def table() -> list[tuple[str, str]]:
    return [("1", "Aaa Example"), (VALUES["id"], VALUES["name"]), ("9", "Zzz Example")]


def test_values_are_found_in_forms_that_a_later_export_may_have(tmp_path: Path) -> None:
    """In a workbook, in what is packed by gzip, and in Parquet as Arrow writes it, packed or not."""
    workbook = openpyxl.Workbook()
    for row in table():
        workbook.active.append(row)
    workbook.save(tmp_path / "people.xlsx")
    (tmp_path / "people.csv.gz").write_bytes(gzip.compress("\n".join(map(",".join, table())).encode()))
    (tmp_path / "deeper.gz").write_bytes(gzip.compress((tmp_path / "people.xlsx").read_bytes()))
    for each in (Path(__file__).parent / "parquet").iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    asked = {name: VALUES[name] for name in ("id", "name")}
    assert not any(VALUES["name"].encode() in each.read_bytes() for each in tmp_path.glob("*.[xg]*"))
    assert where(asked, tmp_path) == {(name, each.name) for name in asked for each in tmp_path.iterdir()}
    assert len([*tmp_path.iterdir()]) == 7


def test_nothing_but_the_tombstone_is_left(database: Database, tmp_path: Path) -> None:
    met(database)
    assert {name for name, _ in where(VALUES, tmp_path)} == set(VALUES)
    erased(database)
    assert scrub(database)
    assert {name for name, _ in where(VALUES, tmp_path)} == {"id"}
    with database.write() as connection:
        connection.execute(text("DELETE FROM changes"))
    assert scrub(database)
    assert where(VALUES, tmp_path) == set()


def test_a_reader_holds_the_log_up_and_a_later_try_empties_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.scrub._TRIES", 2)
    met(database)
    with database.read() as reader:
        reader.execute(text("SELECT count(*) FROM contacts")).scalar()
        erased(database)
        assert not scrub(database)
        assert ("name", "regulars.db-wal") in where(VALUES, tmp_path)
    assert scrub(database)
    assert {name for name, _ in where(VALUES, tmp_path)} == {"id"}
