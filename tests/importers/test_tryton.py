"""Tryton takes the plain CSV into its parties; the second time by the ids that its own export gives."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.contact import Profile
from domain.signal import Signal, SignalKind
from tests.cast import ADA, CY, follows
from tests.importers.conftest import Steps, Team, stepping
from workers.runtime import utc_now

pytestmark = pytest.mark.slow
#: Which column goes where.
FIELDS = {"display_name": "name", "contact_key": "code"}


@pytest.fixture
def tryton(tmp_path: Path) -> Iterator[Steps]:
    """Start a Tryton with its parties in memory."""
    with stepping("tryton", tmp_path) as steps:
        yield steps


def with_ids(tryton: Steps, path: Path) -> Path:
    """Put Tryton's own id beside each key, as a spreadsheet's lookup does; who is new there has none."""
    ids = {each["code"]: str(each["id"]) for each in tryton("export_list", names=["id", "code"])}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {**row, "id": ids.get(row["contact_key"], ""), "active": "False"} for row in csv.DictReader(file)
        ]
    beside = path.with_name(f"ids-{path.name}")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return beside


def test_the_first_file_creates_and_the_second_updates_by_tryton_s_ids(tryton: Steps, team: Team) -> None:
    team.see(follows(ADA), follows(CY))
    first = team.export("--format", "csv") / "contacts.csv"
    assert tryton("import_file", path=str(first), fields=FIELDS) == {"imported": 2}
    tryton("add", name="A donor")
    team.see(Signal(ADA, SignalKind.FOLLOWS, profile=Profile("ada", "Ada Renamed")))
    folder = team.export("--format", "csv")
    refused = tryton("import_file", path=str(folder / "contacts.csv"), fields=FIELDS)
    assert refused == {"refused": "The code on party must be unique. - "}
    second = with_ids(tryton, folder / "contacts.csv")
    assert tryton("import_file", path=str(second), fields={**FIELDS, "id": "id"}) == {"imported": 2}
    there = {each["code"]: each["name"] for each in tryton("export_list", names=["code", "name"])}
    assert len(there) == 3
    assert there[str(ADA)] == "Ada Renamed"
    assert "A donor" in there.values()


def test_whoever_left_is_put_away_and_nobody_else(tryton: Steps, team: Team) -> None:
    team.see(follows(ADA), follows(CY))
    tryton("import_file", path=str(team.export("--format", "csv") / "contacts.csv"), fields=FIELDS)
    tryton("add", name="A donor")
    team.see(Signal(ADA, SignalKind.FOLLOWS, ended_at=utc_now()))
    removals = with_ids(tryton, team.export("--format", "csv") / "tombstones.csv")
    done = tryton("import_file", path=str(removals), fields={"id": "id", "active": "active"})
    assert done == {"imported": 1}
    active = {each["name"]: each["active"] for each in tryton("export_list", names=["name", "active"])}
    assert [name for name, is_active in active.items() if is_active not in {True, "True"}] == ["Ada Lévy 🌻"]
    assert "A donor" in active
