"""Frictionless, a reader that knows nothing of us, finds every table whole."""

from pathlib import Path

import pytest
from frictionless import Dialect, Resource
from frictionless.formats import CsvControl

from exports.presets import PRESETS, Preset, write
from tests.exported import contact, hostile, left, signer


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_table_of_an_export_is_valid(preset: Preset, tmp_path: Path) -> None:
    people = [signer(f"signup:{place}", display_name=each) for place, each in enumerate(hostile())]
    removals = [
        left("signup:1", each, email="bo@mail.example") for each in ("unfollowed", "objected", "erased")
    ]
    files = write(preset, [contact(), *people], removals, tmp_path)
    tables = [each for each in files if each.path.suffix == ".csv"]
    assert tables
    for each in tables:
        control = CsvControl(delimiter=preset.delimiter)
        resource = Resource(each.path.name, basepath=str(tmp_path), dialect=Dialect(controls=[control]))
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldNumber", "type", "note"])[:5]
        assert (report.tasks[0].labels, report.tasks[0].stats.get("rows", 0)) == ([*each.columns], each.rows)
