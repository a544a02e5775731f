"""Exports of a segment: they hold it alone, tell who left it and nobody else, and are on record."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from config.packs import load_pack
from domain.area import Area, AreaKind
from domain.contact import ContactKey
from domain.recipient import Part, Recipient
from domain.segment import Segment, SegmentError
from domain.sign_up import FOR_TOPICS
from exports.files import Exported, Order, export
from exports.narrowing import needs_consent
from exports.removals import export_removals_of
from pipeline.areas import take_partition
from pipeline.recipients import add_recipient
from pipeline.rights import OBJECTED, end_contact
from pipeline.segments import add_segment
from pipeline.withdrawing import withdraw
from store import exports as recorded
from store import leavers, segments, targetings
from store.database import Database
from tests.cast import CNIL, NOW
from tests.segmented import joined, keys_by_name, person
from tests.signing import SUPPRESSOR

HEALTH = Segment("health", topic="health")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def health(database: Database) -> Segment:
    """Let Ada and Bo agree to be chosen by health, and Cy by housing."""
    joined(database, person("Ada", "health"), person("Bo", "health"), person("Cy", "housing"))
    with database.write() as connection:
        return HEALTH._replace(id=add_segment(connection, HEALTH, "cli:ada", now=NOW))


def exported(
    database: Database, folder: Path, segment: Segment | None, form: str = "ndjson", **order: object
) -> Exported:
    given = {"why": "letter on hospitals", "by": "cli:ada", **order}
    return export(database, form, folder, now=NOW, order=Order(segment=segment, **given))  # type: ignore[arg-type]


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(each) for each in path.read_bytes().splitlines()]


def held(path: Path) -> set[object]:
    return {each["display_name"] for each in lines(path)}


def gone(path: Path) -> dict[object, object]:
    return {each["contact_key"]: each["reason"] for each in lines(path)}


def test_an_export_holds_its_segment_alone(database: Database, tmp_path: Path, health: Segment) -> None:
    done = exported(database, tmp_path, health)
    assert held(done.contacts) == {"Ada", "Bo"}
    assert gone(done.tombstones) == {}
    about = orjson.loads((tmp_path / "datapackage.json").read_bytes())["regulars"]
    assert (about["segment"], about["contacts"]) == ("health", 2)
    whole = exported(database, tmp_path / "whole", None)
    assert held(whole.contacts) == {"Ada", "Bo", "Cy"}
    assert "segment" not in orjson.loads((tmp_path / "whole/datapackage.json").read_bytes())["regulars"]


def test_the_same_state_gives_the_same_bytes(database: Database, tmp_path: Path, health: Segment) -> None:
    keys = keys_by_name(database)
    exported(database, tmp_path / "0", health)
    with database.write() as connection:
        withdraw(connection, [ContactKey(*keys["Ada"])], [FOR_TOPICS], CNIL, now=LATER)
    done = [exported(database, tmp_path / each, health) for each in "12"]
    assert done[0].contacts.read_bytes() == done[1].contacts.read_bytes()
    assert done[0].tombstones.read_bytes() == done[1].tombstones.read_bytes() != b""


def test_who_left_the_segment_is_told_and_nobody_else(
    database: Database, tmp_path: Path, health: Segment
) -> None:
    keys = keys_by_name(database)
    exported(database, tmp_path / "first", health)
    with database.write() as connection:
        withdraw(connection, [ContactKey(*keys["Ada"])], [FOR_TOPICS], CNIL, now=LATER)
    with database.write() as connection:
        objecting = [ContactKey(*keys["Bo"]), ContactKey(*keys["Cy"])]
        end_contact(connection, objecting, SUPPRESSOR, OBJECTED, now=LATER)
    with pytest.raises(SegmentError, match="Nobody who declared health"):
        exported(database, tmp_path / "none", health)
    joined(database, person("Di", "health"))
    told = gone(exported(database, tmp_path / "third", health).tombstones)
    assert told == {f"signup:{keys['Ada'][1]}": "left_segment", f"signup:{keys['Bo'][1]}": "objected"}


def test_who_comes_back_is_told_no_more(database: Database, tmp_path: Path, health: Segment) -> None:
    key = ContactKey(*keys_by_name(database)["Ada"])
    exported(database, tmp_path, health)
    with database.write() as connection:
        withdraw(connection, [key], [FOR_TOPICS], CNIL, now=NOW)
    assert len(gone(exported(database, tmp_path, health).tombstones)) == 1
    joined(database, person("Ada", "health", at=NOW + timedelta(minutes=1)))
    done = exported(database, tmp_path, health)
    assert (held(done.contacts), gone(done.tombstones)) == ({"Ada", "Bo"}, {})


def test_the_removal_file_of_an_export_tells_whom_that_held_alone(
    database: Database, tmp_path: Path, health: Segment
) -> None:
    keys = keys_by_name(database)
    done = exported(database, tmp_path, health)
    with database.write() as connection:
        withdraw(connection, [ContactKey(*keys["Ada"])], [FOR_TOPICS], CNIL, now=LATER)
    with database.write() as connection:
        objecting = [ContactKey(*keys["Bo"]), ContactKey(*keys["Cy"])]
        end_contact(connection, objecting, SUPPRESSOR, OBJECTED, now=LATER)
    with database.read() as connection:
        assert [each.left for each in leavers.count(connection)] == [1]
        one = recorded.one(connection, done.number)
    assert one is not None
    assert (one.segment_id, one.segment) == (health.id, "health")
    removals = export_removals_of(database, one, tmp_path / "removals", now=LATER)
    assert removals.people == 2
    told = gone(removals.files[0])
    assert told == {f"signup:{keys['Ada'][1]}": "left_segment", f"signup:{keys['Bo'][1]}": "objected"}


def test_a_preset_takes_a_segment_too(database: Database, tmp_path: Path, health: Segment) -> None:
    exported(database, tmp_path, health, "mautic")
    emails = set()
    for path in tmp_path.glob("mautic*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            emails |= {each.get("email") for each in csv.DictReader(file)} - {None}
    assert emails == {"ada@club.example", "bo@club.example"}


def test_a_segment_by_topic_is_refused_where_nobody_agreed_to_be_chosen(
    database: Database, tmp_path: Path
) -> None:
    joined(database, person("Ada", "health", consent="I agree to your mails."))
    with database.write() as connection:
        number = add_segment(connection, HEALTH, "cli:ada", now=NOW)
    with pytest.raises(SegmentError, match="explicit consent to targeting"):
        exported(database, tmp_path, HEALTH._replace(id=number))
    with database.read() as connection:
        assert targetings.every(connection) == []
        assert recorded.standing(connection) == []


def test_a_pack_that_needs_no_consent_to_targeting_says_so() -> None:
    for name in ("eu-2026", "cnil-2016"):
        assert needs_consent(load_pack(name))
    silent = {name: each for name, each in CNIL.numbers.items() if name != "targeting_needs_consent"}
    assert needs_consent(replace(CNIL, numbers=silent))


@pytest.mark.parametrize(
    ("order", "said"), [({"why": " "}, "for which message"), ({"since": 1}, "leave --since out")]
)
def test_a_segment_by_topic_needs_a_reason_and_is_whole(
    database: Database, tmp_path: Path, health: Segment, order: dict[str, object], said: str
) -> None:
    with pytest.raises(SegmentError, match=said):
        exported(database, tmp_path, health, **order)


def test_each_use_is_on_record_without_a_small_number(
    database: Database, tmp_path: Path, health: Segment
) -> None:
    section = Recipient("Section", "FR", Part.OWN, None)
    with database.write() as connection:
        section = section._replace(id=add_recipient(connection, section, "cli:ada", now=NOW))
    done = exported(database, tmp_path, health, recipient=section)
    crowd = [person(f"P{each}", "health") for each in range(21)]
    joined(database, *crowd)
    exported(database, tmp_path / "crowd", health)
    with database.read() as connection:
        second, first = targetings.every(connection)
        words = tuple(segments.wordings(connection))
        assert targetings.last_at(connection, health) == NOW
    assert first.criteria == {"topic": "health"}
    assert (first.segment, first.recipient, first.export_id) == ("health", "Section", done.number)
    assert (first.by, first.why, first.wordings) == ("cli:ada", "letter on hospitals", words)
    assert (first.people, second.people) == (0, 20)
    with database.write() as connection:
        assert targetings.forget(connection, NOW) == 0
        assert targetings.forget(connection, LATER) == 2


def test_a_segment_by_area_or_account_needs_no_consent_and_by_area_a_reason(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        take_partition(connection, AreaKind.COMMUNE, [Area("01", "Port")], "cli:ada", now=NOW)
    joined(database, person("Ada", area="Port"), person("Bo"))
    with database.write() as connection:
        port = Segment("port", area="01")
        port = port._replace(id=add_segment(connection, port, "cli:ada", now=NOW))
        new = Segment("new", since=NOW.date())
        new = new._replace(id=add_segment(connection, new, "cli:ada", now=NOW))
    assert held(exported(database, tmp_path / "1", port).contacts) == {"Ada"}
    with pytest.raises(SegmentError, match="--why"):
        exported(database, tmp_path / "2", port, why="")
    assert held(exported(database, tmp_path / "3", new, why="").contacts) == {"Ada", "Bo"}
    with database.read() as connection:
        assert [each.segment for each in targetings.every(connection)] == ["port"]
