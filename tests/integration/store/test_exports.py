"""Recorded exports: what a file holds, who of it has left since, and what its receiver was told."""

import hashlib
import random
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from domain.admission import Controller
from domain.contact import ContactKey
from domain.errors import RegularsError
from exports.files import Order, export
from exports.package import NAME, SIGNATURE
from exports.removals import export_removals_of
from exports.signing import Signer, is_signed
from pipeline import own_files
from pipeline.admit import review
from pipeline.own_files import Places
from store import exports, feed_rows, leavers
from store.database import Database
from tests.cast import ADA, BO, CNIL, CY, DI, NOW
from tests.delivered import SUPPRESSOR, follow, object_, unfollow

SIGNER = Signer(bytes(32))


def counted(database: Database) -> dict[int, tuple[int, int]]:
    """Count anew and return by export how many left, and how many untold."""
    with database.write() as connection:
        leavers.keep(connection, leavers.count(connection), exports.newest_seq(connection))
        return {each.id: (each.left, each.untold) for each in exports.standing(connection)}


def left(database: Database) -> int:
    with database.read() as connection:
        return sum(leavers.by_platform(connection).values())


def test_an_export_is_recorded_with_its_files(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO)
    done = export(database, "csv", tmp_path, now=NOW, order=Order(by="cli:ada", signer=SIGNER))
    with database.read() as connection:
        (one,) = exports.standing(connection)
    assert (one.contacts, one.tombstones, one.by, one.form, one.seq) == (2, 0, "cli:ada", "csv", done.seq)
    assert one.folder == str(tmp_path)
    for each in one.files:
        content = (tmp_path / each.name).read_bytes()
        assert (each.size, each.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_package_tells_of_its_files_and_is_signed(database: Database, tmp_path: Path) -> None:
    follow(database, ADA)
    export(database, "ndjson", tmp_path, now=NOW, order=Order(signer=SIGNER))
    content = (tmp_path / NAME).read_bytes()
    told = orjson.loads(content)
    assert [each["path"] for each in told["resources"]] == ["contacts.ndjson", "tombstones.ndjson"]
    assert [each["rows"] for each in told["resources"]] == [1, 0]
    assert told["regulars"]["contacts"] == 1
    assert told["regulars"]["use_before"] == (NOW + timedelta(days=30)).date().isoformat()
    signature = (tmp_path / SIGNATURE).read_bytes()
    assert is_signed(content, signature, told["regulars"]["public_key"])
    assert not is_signed(content + b" ", signature, SIGNER.public)


def test_the_same_state_gives_the_same_bytes(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO)
    unfollow(database, BO)
    for name in ("one", "two"):
        moment = NOW + timedelta(minutes=len(name)) if name == "one" else NOW + timedelta(hours=1)
        export(database, "csv", tmp_path / name, now=moment, order=Order(signer=SIGNER))
    names = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert names == ["contacts.csv", "datapackage.json", "datapackage.json.sig", "tombstones.csv"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_difference_holds_what_moved_since(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO)
    whole = export(database, "ndjson", tmp_path / "whole", now=NOW)
    follow(database, CY)
    unfollow(database, BO)
    part = export(database, "ndjson", tmp_path / "part", now=NOW, order=Order(since=whole.seq))
    assert [orjson.loads(each)["platform_id"] for each in part.contacts.read_bytes().splitlines()] == [
        CY.platform_id
    ]
    assert part.tombstone_count == 1


def test_a_step_that_is_none_or_forgotten_is_refused(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO)
    seq = export(database, "csv", tmp_path, now=NOW).seq
    with pytest.raises(RegularsError, match=f"at step {seq}"):
        export(database, "csv", tmp_path, now=NOW, order=Order(since=seq + 1))
    export(database, "csv", tmp_path, now=NOW, order=Order(since=seq - 1))
    later = NOW + timedelta(days=91)
    with pytest.raises(RegularsError, match="may be forgotten"):
        export(database, "csv", tmp_path, now=later, order=Order(since=seq - 1))


def test_who_left_is_counted_by_file(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO, CY)
    first = export(database, "csv", tmp_path / "1", now=NOW).number
    unfollow(database, ADA)
    follow(database, DI)
    second = export(database, "csv", tmp_path / "2", now=NOW).number
    object_(database, BO)
    unfollow(database, DI)
    assert counted(database) == {second: (2, 2), first: (2, 2)}
    assert left(database) == 3


def test_whoever_came_back_is_no_leaver(database: Database, tmp_path: Path) -> None:
    follow(database, ADA)
    number = export(database, "csv", tmp_path, now=NOW).number
    unfollow(database, ADA)
    assert counted(database) == {number: (1, 1)}
    follow(database, ADA)
    assert counted(database) == {number: (0, 0)}


def test_the_removal_file_tells_the_leavers_of_one_export(database: Database, tmp_path: Path) -> None:
    follow(database, ADA, BO, CY)
    unfollow(database, CY)
    number = export(database, "csv", tmp_path, now=NOW).number
    unfollow(database, ADA)
    object_(database, BO)
    with database.read() as connection:
        one = exports.one(connection, number)
    assert one is not None
    done = export_removals_of(database, one, tmp_path / "removals", now=NOW)
    assert done.people == 2
    written = done.files[0].read_text()
    assert ADA.platform_id in written
    assert BO.platform_id in written
    assert CY.platform_id not in written
    assert counted(database) == {number: (2, 0)}
    follow(database, CY)
    unfollow(database, CY)
    assert counted(database)[number][0] == 2


def test_a_file_written_over_is_replaced_and_a_deleted_one_destroyed(
    database: Database, tmp_path: Path
) -> None:
    follow(database, ADA)
    first = export(database, "csv", tmp_path, now=NOW).number
    second = export(database, "csv", tmp_path, now=NOW).number
    with database.read() as connection:
        assert [each.id for each in exports.standing(connection)] == [second]
        assert [(each.id, each.ending) for each in exports.ended(connection, 9)] == [(first, "replaced")]
    for each in tmp_path.iterdir():
        each.unlink()
    with database.write() as connection:
        own_files.clear(connection, Places(), SUPPRESSOR, tombstone_days=90, now=NOW)
        assert exports.standing(connection) == []
        assert [each.ending for each in exports.ended(connection, 1)] == ["destroyed"]


def test_of_what_workers_keep_up_to_date_one_is_on_record(database: Database, tmp_path: Path) -> None:
    follow(database, ADA)
    for _ in range(3):
        export(database, "csv", tmp_path, now=NOW, order=Order(by=exports.WORKER))
    with database.read() as connection:
        assert len(exports.standing(connection)) == 1
        assert exports.ended(connection, 9) == []


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_those_of_the_files_themselves(database: Database, tmp_path: Path, seed: int) -> None:
    """Whatever happens in whatever order: a file's leavers are the people in it who are not shown now."""
    chance = random.Random(seed)
    people = [ContactKey("twitter", f"90{number}") for number in range(8)]
    holding: dict[int, set[str]] = {}
    for moment in range(14):
        who = chance.choice(people)
        chance.choice([unfollow, follow, follow])(database, who)
        if moment % 4 == 3:
            done = export(database, "ndjson", tmp_path / str(moment), now=NOW)
            lines = done.contacts.read_bytes().splitlines()
            holding[done.number] = {orjson.loads(each)["platform_id"] for each in lines}
    review(database, CNIL, Controller.PARTY, now=NOW)
    with database.read() as connection:
        shown = {row[1] for row in feed_rows.rows(connection)}
    expected = {number: len(held - shown) for number, held in holding.items()}
    assert {number: leavers for number, (leavers, _) in counted(database).items()} == expected
    assert left(database) == len(set().union(*holding.values()) - shown)
