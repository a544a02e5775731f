"""`regulars segment` and `regulars areas`: from a file of areas and a saved filter to numbers and files."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from console.cli.start import runtime
from domain.errors import RegularsError
from pipeline.admit import review
from pipeline.signing_up import sign_up
from tests.segmented import person
from workers.runtime import utc_now


def said(*words: str) -> str:
    result = CliRunner().invoke(command_line(words[0]), words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Path:
    """Let 21 sign up who live at the port and care for health, and Ada in the centre, who does not."""
    shutil.copyfile(sqlite_template, tmp_path / "regulars.db")
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGULARS_CONTROLLER", "party")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "areas.csv").write_text("code,nom,also\n01,Port,69001|69002\n02,Centre,\n", "utf-8")
    people = [
        *(person(f"P{each}", "health", area="69001") for each in range(21)),
        person("Ada", area="centre"),
    ]
    opened = runtime()
    with opened.database.write() as connection:
        policy = opened.policy_in_force(connection)
        suppressor = opened.suppressor_of(connection)
        sign_up(
            connection, [each._replace(at=utc_now()) for each in people], policy, suppressor, now=utc_now()
        )
    review(opened.database, policy, opened.settings.controller, now=utc_now())
    return tmp_path


def test_a_segment_from_its_name_to_its_file(folder: Path) -> None:
    assert "is a segment" in said(
        "segment", "add", "for health", "--topic", "health", "--since", "2026-01-02"
    )
    assert json.loads(said("segment", "list", "--json"))["topic"] == "health"
    assert "topic health, since 2026-01-02" in said("segment", "list")
    assert "at least 20 contacts" in said("segment", "show", "for health")
    told = json.loads(said("segment", "show", "for health", "--json"))
    assert (told["at_least"], told["without_consent_at_least"], told["last_used_at"]) == (20, 0, None)
    with pytest.raises(RegularsError, match="--why"):
        said("export", "--out", "out", "--segment", "for health")
    said("export", "--out", "out", "--segment", "for health", "--why", "letter")
    assert len((folder / "out/contacts.ndjson").read_bytes().splitlines()) == 21
    assert json.loads(said("segment", "show", "for health", "--json"))["last_used_at"]
    assert "letter" in said("paper", "targeting", "--language", "en")
    assert said("segment", "remove", "for health") == "Done.\n"
    assert said("segment", "list") == ""


def test_areas_from_a_file_to_a_table(folder: Path) -> None:
    assert said("areas", "show") == ""
    with pytest.raises(RegularsError, match="is published"):
        said("areas", "export", "--out", "out")
    assert said("areas", "partition", "areas.csv", "--name", "nom").startswith("2 areas")
    assert "Port" in said("areas", "show")
    assert json.loads(said("areas", "show", "--json"))["areas"][1] == {
        "area_code": "02",
        "area_name": "Centre",
    }
    assert "2 of 2 areas are not shown" in said("areas", "publish")
    with pytest.raises(RegularsError, match="one a quarter"):
        said("areas", "publish")
    with pytest.raises(RegularsError, match="No table of 1999"):
        said("areas", "show", "--quarter", "1999-Q1")
    table = json.loads(said("areas", "show", "--json"))
    assert (table["asked"], table["not_asked"], table["smallest_shown"]) == (22, 0, 20)
    assert [each["contacts"] for each in table["areas"]] == [None, None, None]
    assert said("areas", "show").count("│ not shown") == 3
    shape = {
        "type": "Feature",
        "properties": {"code": "01"},
        "geometry": {"type": "Point", "coordinates": [0, 1]},
    }
    (folder / "map.json").write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}))
    assert len(said("areas", "export", "--out", "out", "--geometry", "map.json").splitlines()) == 2
    (written,) = (folder / "out").glob("*.geojson")
    assert json.loads(written.read_bytes())["features"][1]["geometry"] == shape["geometry"]


def test_of_a_segment_by_area_no_number_is_told() -> None:
    said("areas", "partition", "areas.csv", "--name", "nom")
    said("segment", "add", "port", "--area", "01")
    assert json.loads(said("segment", "show", "port", "--json"))["at_least"] is None
    assert said("segment", "show", "port") == "port: area 01\n"
