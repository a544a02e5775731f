"""Readers that know nothing of us: Frictionless opens every file of every form, pandas and DuckDB Parquet."""

import json
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from exports.files import export
from exports.forms import FORMS
from exports.presets import PRESETS
from store.database import Database
from tests.cast import NOW
from tests.delivered import shown
from tests.readers.environments import environment, run

pytestmark = pytest.mark.slow
#: What Frictionless finds wrong with a package, and how many rows it read of each table.
FRICTIONLESS = """
import json, sys
from frictionless import Package
told = json.load(open(sys.argv[1]))
for each in told["resources"]:
    if each["format"] == "parquet":  # it knows no lists in one: others read its rows
        each["type"], each["format"] = "file", "bin"
        del each["rows"]
package = Package(told)
report = package.validate()
errors = report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
rows = {each.name: len(each.read_rows()) for each in package.resources if each.tabular}
checked = {each.name: each.valid for each in report.tasks}
print(json.dumps({"valid": report.valid, "errors": errors[:9], "rows": rows, "checked": checked}))
"""
#: The rows of a Parquet file as two readers see them, with names by the keys.
PARQUET = """
import json, sys, warnings
warnings.simplefilter("ignore")
import duckdb, pandas
place = sys.argv[1]
told = "contact_key, display_name, len(topics), epoch(regular_since)::BIGINT"
of_duckdb = duckdb.sql(f"SELECT {told} FROM '{place}'").fetchall()
frame = pandas.read_parquet(place, engine=sys.argv[2])
moments = frame["regular_since"].map(lambda each: int(each.timestamp()))
of_pandas = list(zip(frame["contact_key"], frame["display_name"], frame["topics"].map(len), moments))
kind = str(frame["regular_since"].dtype)
print(json.dumps([sorted(map(list, of_duckdb)), sorted(map(list, of_pandas)), kind]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for environments."""
    return tmp_path_factory.mktemp("environments")


@pytest.fixture
def kind() -> str:
    """Read from one kind of database: files are the same."""
    return "sqlite"


@pytest.mark.parametrize("form", [*FORMS, *PRESETS])
def test_frictionless_finds_every_file_as_its_package_says(
    database: Database, folder: Path, tmp_path: Path, form: str
) -> None:
    python = environment(folder, "fric", "frictionless[json,parquet,pandas]==5.21.0") / "python"
    shown(database)
    done = export(database, form, tmp_path, now=NOW)
    told = json.loads(run(python, "-c", FRICTIONLESS, "datapackage.json", folder=tmp_path).splitlines()[-1])
    assert told["errors"] == []
    assert told["valid"]
    package = orjson.loads((tmp_path / "datapackage.json").read_bytes())
    assert told["checked"].keys() == {each["name"] for each in package["resources"]}
    assert {each["path"] for each in package["resources"]} == {
        each.name for each in done.files if not each.name.startswith("datapackage")
    }
    for each in package["resources"]:
        if each["name"] in told["rows"]:
            assert told["rows"][each["name"]] == each.get("rows", each.get("records"))


@pytest.mark.parametrize("engine", ["pyarrow", "fastparquet"])
def test_pandas_and_duckdb_read_the_same(
    database: Database, folder: Path, tmp_path: Path, engine: str
) -> None:
    python = environment(folder, "read", "pandas", "pyarrow", "fastparquet", "duckdb") / "python"
    shown(database)
    with database.write() as connection:
        connection.execute(
            text("UPDATE contacts SET regular_since = :now"), {"now": "2026-11-01T12:00:00.000000+00:00"}
        )
    done = export(database, "parquet", tmp_path, now=NOW)
    of_duckdb, of_pandas, kind = json.loads(run(python, "-c", PARQUET, done.contacts, engine))
    assert of_duckdb == of_pandas
    assert len(of_duckdb) == done.contact_count == 4
    assert kind.startswith("datetime64")
