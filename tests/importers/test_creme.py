"""Creme CRM takes our files as they are, keeps what it knows better, and tells us who opted out there."""

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.cli.start import runtime
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from tests.cast import ADA, BO, CY, DI, follows
from tests.contents import inside
from tests.exported import hostile
from tests.importers.conftest import FOLDER, Steps, Team, python_of, stepping
from workers.runtime import utc_now

pytestmark = pytest.mark.slow
FIELDS = ("key", "status", "topics", "since", "email")
CONTACTS = ("creme.csv", "creme.with-email.csv")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "theirs"}


@pytest.fixture(scope="module")
def prepared() -> Path:
    """Make a Creme without contacts, once: that takes a minute."""
    python, folder = python_of("creme"), FOLDER / "creme" / "prepared"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "upload").mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("theirs.py"), folder)
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": ".", "HOME": str(folder), **SETTINGS}
        for words in (["migrate", "-v0"], ["creme_populate"]):
            subprocess.run(
                [python, "-m", "django", *words], check=True, capture_output=True, cwd=folder, env=environment
            )
        (folder / "done").touch()
    return folder


@pytest.fixture
def creme(prepared: Path, tmp_path: Path) -> Iterator[Steps]:
    """Start a Creme with the fields that docs/presets/creme.md asks for."""
    folder = tmp_path / "creme"
    shutil.copytree(prepared, folder)
    with stepping("creme", folder, **SETTINGS) as steps:
        steps("make_fields", names=[f"regulars_{each}" for each in FIELDS])
        yield steps


def imported(creme: Steps, folder: Path, *names: str) -> dict[str, Any]:
    """Import files of an export that are there, each as docs/presets/creme.md says; returns the sums."""
    answers = [
        creme("import_file", path=str(folder / each), key="url_site")
        for each in names
        if (folder / each).exists()
    ]
    return {
        "created": sum(each["created"] for each in answers),
        "updated": sum(each["updated"] for each in answers),
        "errors": [error for each in answers for error in each["errors"]],
    }


def by_key(creme: Steps) -> dict[str, dict[str, str]]:
    return {each["regulars_key"]: each for each in creme("contacts") if "regulars_key" in each}


def test_contacts_are_created_then_updated_and_removals_take_away_what_is_ours_alone(
    creme: Steps, team: Team
) -> None:
    team.see(follows(ADA), follows(CY), follows(DI))
    team.sign("Eva Example", "eva@mail.example")
    first = team.export("--preset", "creme")
    assert imported(creme, first, *CONTACTS) == {"created": 4, "updated": 0, "errors": []}
    assert imported(creme, first, *CONTACTS) == {"created": 0, "updated": 4, "errors": []}
    assert len(creme("contacts")) == 4

    creme("add", last_name="A donor", description="gave in March")
    creme("write", last_name="Ada Lévy 🌻", description="met at the market")
    ada = creme("contacts")[0]
    team.see(Signal(ADA, SignalKind.FOLLOWS, ended_at=utc_now()))
    team.run("object", "-", given=str(CY))
    team.run("forget", "-", given=str(DI))
    second = team.export("--preset", "creme")
    assert imported(creme, second, *CONTACTS) == {"created": 0, "updated": 1, "errors": []}
    removals = [f"creme.{each}.csv" for each in ("left", "objected", "erased")]
    assert imported(creme, second, *removals) == {"created": 0, "updated": 3, "errors": []}
    there = by_key(creme)
    assert there[str(ADA)] == ada | {"regulars_status": "left", "regulars_topics": "none"}
    assert there[str(CY)]["last_name"] == "1+1"
    assert (there[str(CY)]["regulars_status"], there[str(CY)]["regulars_email"]) == ("objected", "no")
    assert creme("delete_those", name="regulars_status", value="erase") == 1
    left = {each["last_name"] for each in creme("contacts")}
    assert left == {"Ada Lévy 🌻", "1+1", "Eva Example", "A donor"}
    # Whom Creme does not hold any more, no removal brings back.
    again = imported(creme, second, "creme.erased.csv")
    assert (again["created"], again["updated"]) == (0, 0)
    assert len(creme("contacts")) == 4


def test_who_opts_out_in_creme_stays_out_there_and_reported_back_for_good(
    creme: Steps, team: Team, tmp_path: Path
) -> None:
    team.see(follows(ADA), follows(BO), follows(CY))
    team.sign("Eva Example", "eva@mail.example")
    first = team.export("--preset", "creme")
    imported(creme, first, *CONTACTS)
    assert imported(creme, first, "creme.opt-in-email.csv")["updated"] == 1
    (eva,) = (each for each in creme("contacts") if each["last_name"] == "Eva Example")
    assert eva["regulars_email"] == "yes"

    creme("write", last_name="Eva Example", regulars_email="no")
    creme("write", last_name="Ada Lévy 🌻", regulars_email="no")
    team.see(Signal(CY, SignalKind.FOLLOWS, profile=Profile("cy", "Cy Renamed")))
    second = team.export("--preset", "creme")
    imported(creme, second, *CONTACTS, "creme.opt-out-email.csv", "creme.opt-in-email.csv")
    there = by_key(creme)
    assert there[str(CY)]["last_name"] == "Cy Renamed"
    assert there[eva["regulars_key"]]["regulars_email"] == "no"

    listed = tmp_path / "contacts.csv"
    columns = ["last_name", "url_site", "regulars_key", "regulars_email"]
    listed.write_text(creme("export_list", names=columns), "utf-8")
    told = team.run("object", "--file", str(listed), "--preset", "creme", "--json")
    assert '"objections":2,"known":2,"inside":2,"before":0' in told
    gone = {ADA, ContactKey.parse(eva["regulars_key"])}
    team.see(follows(ADA), follows(BO), follows(CY))  # the platform hands the same follower back
    third = team.export("--preset", "creme")
    assert inside(runtime().database) == {BO.platform_id, CY.platform_id}
    assert imported(creme, third, *CONTACTS)["created"] == 0
    assert imported(creme, third, "creme.objected.csv") == {"created": 0, "updated": 2, "errors": []}
    there = by_key(creme)
    assert {there[str(each)]["regulars_status"] for each in gone} == {"objected"}
    assert {there[str(each)]["regulars_email"] for each in gone} == {"no"}


def test_hostile_names_arrive_as_they_stand_in_the_file(creme: Steps, team: Team) -> None:
    names = list(dict.fromkeys(each for each in hostile() if "\x00" not in each and each.isprintable()))
    team.see(
        *(
            follows(ContactKey("twitter", str(number)), Profile(None, name))
            for number, name in enumerate(names, start=1)
        )
    )
    folder = team.export("--preset", "creme")
    done = imported(creme, folder, *CONTACTS)
    assert (done["created"], done["errors"]) == (len(names), [])
    with (folder / "creme.csv").open(encoding="utf-8", newline="") as file:
        written = {each["regulars_key"]: each["last_name"] for each in csv.DictReader(file)}
    assert {key: each["last_name"] for key, each in by_key(creme).items()} == written
