"""The Singer tap: its messages keep Singer's rules; a target that follows them ends equal to the store."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator, FormatChecker
from pydantic import SecretStr
from typer.testing import CliRunner

from config.settings import Settings
from console.cli.main import command_line
from console.tapping import Target, Told, tap
from domain.contact import ContactKey
from domain.journal import Act
from domain.recipient import Part, Recipient, RecipientError
from domain.transfer import Transfer
from exports import singer
from exports.files import export
from exports.removals import export_removals_of
from exports.singer import ALL, ALWAYS, STREAM, Place, TapError, Wanted
from pipeline.halting import halt, resume
from pipeline.paper import paper_facts
from pipeline.recipients import add_recipient
from pipeline.transferring import agree, withdraw_transfer
from store import exports, feed_rows, installation, journal, leavers, messaging, recipients
from store.database import Database
from store.halts import HaltedError
from tests.cast import ADA, BO, CNIL, CY, DI, NOW
from tests.delivered import follow, object_, shown, unfollow
from tests.segmented import joined, keys_by_name, person
from workers.runtime import Runtime

#: Our own: a contact that was not told itself is disclosed to nobody else.
CRM = Recipient("The CRM", "FR", Part.OWN, None)


class Tapped:
    """A target that does what Singer says with the messages, each of which it checks against the schema."""

    def __init__(self, database: Database, folder: Path) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        settings = Settings().model_copy(update={"data_dir": folder, "database_url": SecretStr(url)})
        self.runtime = Runtime(settings)
        with database.write() as connection:
            add_recipient(connection, CRM, "cli:ada", now=NOW)
            self.recipient = recipients.called(connection, CRM.name)
        self.table: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.state: Any = {}
        self.name = ""
        self.messages: list[dict[str, Any]] = []

    def run(self, asked: Wanted = ALL, now: Any = NOW) -> Told:
        """Run the tap with the last state, and take its messages in the order that they come."""
        self.messages = []
        target = Target(self.recipient, asked, singer.place_of(self.state), "cli:ada", self.name)
        done = tap(self.runtime, target, self._take, now=now)
        assert self.messages[-1]["type"] == "STATE"
        return done

    def _take(self, message: Any) -> None:
        told = orjson.loads(orjson.dumps(message))
        self.messages.append(told)
        if told["type"] == "SCHEMA":
            Draft7Validator.check_schema(told["schema"])
            self.validator = Draft7Validator(told["schema"], format_checker=FormatChecker())
            assert told["key_properties"] == ["contact_key"]
        elif told["type"] == "RECORD":
            self.validator.validate(told["record"])  # a record before its schema fails here, too
            assert told["stream"] == STREAM
            self.table[told["record"]["contact_key"]] = told["record"]
            self.versions[told["record"]["contact_key"]] = told["version"]
        elif told["type"] == "ACTIVATE_VERSION":
            for key in [each for each, version in self.versions.items() if version != told["version"]]:
                del self.table[key], self.versions[key]
        else:
            assert told["type"] == "STATE"
            self.state = told["value"]

    @property
    def here(self) -> set[str]:
        """Who is there and was not removed."""
        return {key for key, each in self.table.items() if each["_sdc_deleted_at"] is None}

    @property
    def steps(self) -> list[int]:
        """The places of the records of the last run in the feed."""
        return [each["record"]["seq"] for each in self.messages if each["type"] == "RECORD"]


@pytest.fixture
def tapped(database: Database, tmp_path: Path) -> Iterator[Tapped]:
    """Make a target that knows nobody."""
    target = Tapped(database, tmp_path)
    yield target
    target.runtime.database.close()


def in_store(database: Database) -> set[str]:
    with database.read() as connection:
        return {f"{row[0]}:{row[1]}" for row in feed_rows.rows(connection)}


def test_the_first_run_tells_everybody_as_an_export_does(
    database: Database, tapped: Tapped, tmp_path: Path
) -> None:
    shown(database)
    done = tapped.run()
    written = [orjson.loads(each) for each in _lines(database, tmp_path)]
    told = [each["record"] for each in tapped.messages if each["type"] == "RECORD"]
    assert [[*each] for each in told] == [[*ALL.fields]] * len(written)
    assert [{name: value for name, value in each.items() if value is not None} for each in told] == [
        {name: value for name, value in each.items() if value is not None} for each in written
    ]
    assert (
        (done.contacts, done.removals) == (len(written), 0) == (5, 0)
    )  # nobody's removal who was never told of
    assert [each["type"] for each in tapped.messages][-2:] == ["ACTIVATE_VERSION", "STATE"]


def _lines(database: Database, folder: Path) -> list[bytes]:
    return export(database, "ndjson", folder, now=NOW).contacts.read_bytes().splitlines()


def test_the_next_run_tells_what_moved_and_empties_who_left(database: Database, tapped: Tapped) -> None:
    follow(database, ADA, BO)
    tapped.run()
    version = tapped.versions[str(ADA)]
    follow(database, CY, DI)
    unfollow(database, BO)
    unfollow(database, CY)  # came and left between two runs: its key is told to nobody
    done = tapped.run()
    assert (done.contacts, done.removals) == (1, 1)
    assert tapped.here == {str(ADA), str(DI)}
    gone = {name: value for name, value in tapped.table[str(BO)].items() if value is not None}
    assert gone.keys() == {"contact_key", "op", "seq", "reason", "removed_at", "_sdc_deleted_at"}
    assert (gone["op"], gone["reason"]) == ("remove", "unfollowed")
    assert tapped.steps == sorted(tapped.steps)
    assert set(tapped.versions.values()) == {version}
    assert tapped.run() == Told(0, 0, removals_only=False)


def test_each_run_is_entered(database: Database, tapped: Tapped) -> None:
    follow(database, ADA)
    tapped.run()
    with database.read() as connection:
        told = [each for each in journal.listed(connection, count=9) if each.act.startswith("export.")]
    assert [each.act for each in told] == [Act.EXPORT_WRITTEN, Act.EXPORT_BEGUN]
    details = told[0].details if isinstance(told[0].details, dict) else json.loads(told[0].details)
    assert details["contacts"] == 1
    assert details["format"] == "singer"


def test_full_table_drops_whoever_is_not_told(database: Database, tapped: Tapped) -> None:
    follow(database, ADA, BO)
    tapped.run()
    unfollow(database, BO)
    done = tapped.run(ALL._replace(is_full=True), NOW + timedelta(seconds=1))
    assert (done.contacts, done.removals) == (1, 0)
    assert tapped.table.keys() == {str(ADA)}


def test_after_a_restore_and_where_removals_are_forgotten_all_is_told_anew(
    database: Database, tapped: Tapped
) -> None:
    follow(database, ADA, BO)
    tapped.run()
    with database.write() as connection:
        messaging.open_epoch(connection)
    assert tapped.run(now=NOW + timedelta(seconds=1)).contacts == 2
    unfollow(database, BO)
    late = NOW + timedelta(days=200)
    tapped.run(now=late)
    assert "ACTIVATE_VERSION" in {each["type"] for each in tapped.messages}
    assert tapped.here == in_store(database)


def test_while_anything_is_halted_removals_alone_are_told(database: Database, tapped: Tapped) -> None:
    follow(database, ADA, BO)
    with database.write() as connection:
        halt(connection, None, "cli:ada", "a wrong list", now=NOW)
    with pytest.raises(HaltedError):
        tapped.run()
    assert tapped.table == {}
    with database.write() as connection:
        resume(connection, None)
    tapped.run()
    before = tapped.state
    follow(database, DI)
    with database.write() as connection:
        halt(connection, None, "cli:ada", "a wrong list", now=NOW)
    object_(database, BO)
    assert tapped.run() == Told(0, 1, removals_only=True)
    assert tapped.state == before
    assert tapped.here == {str(ADA)}
    with database.write() as connection:
        resume(connection, None)
    tapped.run()
    assert tapped.here == {str(ADA), str(DI)}


def test_a_third_party_is_told_who_consented_and_who_took_that_back(
    database: Database, tapped: Tapped
) -> None:
    ally = Recipient("The Ally", "FR", Part.THIRD_PARTY, None)
    joined(database, person("Ada"), person("Bo"), person("Cy"))  # all of them told at the form
    ada, bo, cy = (ContactKey(*keys_by_name(database)[each]) for each in ("Ada", "Bo", "Cy"))
    with database.write() as connection:
        ally = ally._replace(id=add_recipient(connection, ally, "cli:ada", now=NOW))
        given = [
            Transfer(each, "Pass it on to The Ally.", "en", "fair", "cli:ada", NOW) for each in (ada, bo)
        ]
        agree(connection, ally, given, now=NOW)
    tapped.recipient = ally
    assert tapped.run() == Told(2, 0, removals_only=False)
    assert tapped.here == {str(ada), str(bo)}
    object_(database, cy)  # whom it never got
    with database.write() as connection:
        withdraw_transfer(connection, [bo], ally, now=NOW)
    with database.write() as connection:
        halt(connection, None, "cli:ada", "a test", now=NOW)
    assert tapped.run() == Told(0, 1, removals_only=True)
    assert tapped.here == {str(ada)}
    with database.write() as connection:
        resume(connection, None)
    assert tapped.run() == Told(0, 1, removals_only=False)
    assert tapped.table[str(bo)]["reason"] == "transfer_withdrawn"
    assert tapped.run() == Told(0, 0, removals_only=False)
    tapped.recipient = tapped.recipient._replace(ended_at=NOW)
    with pytest.raises(RecipientError, match="no recipient any more"):
        tapped.run()


@pytest.mark.parametrize("seed", range(4))
def test_a_target_ends_equal_to_the_store(database: Database, tapped: Tapped, seed: int) -> None:
    """Whatever happens between its runs, and whichever states it loses."""
    chance = random.Random(seed)
    people = [ContactKey("twitter", f"90{number}") for number in range(8)]
    kept = tapped.state
    for moment in range(16):
        chance.choice([unfollow, follow, follow])(database, chance.choice(people))
        if moment % 3 == 2:
            tapped.run(now=NOW + timedelta(seconds=moment))
            assert tapped.here == in_store(database)
            assert tapped.steps == sorted(tapped.steps)
            if chance.random() < 0.3:
                tapped.state = kept  # the target died before it wrote its state
            kept = tapped.state


def test_a_catalog_chooses_fields_and_the_way() -> None:
    told = singer.catalog()
    assert singer.wanted(told) == ALL
    (stream,) = told["streams"]
    for each in stream["metadata"]:
        if each["breadcrumb"] in ([], ["properties", "handle"], ["properties", "contact_key"]):
            each["metadata"]["selected"] = not each["breadcrumb"]
    stream["metadata"][0]["metadata"]["replication-method"] = "FULL_TABLE"
    asked = singer.wanted(told)
    assert asked is not None
    assert asked.is_full
    assert set(ALL.fields) - set(asked.fields) == {"handle"}  # the key is always there
    assert set(ALWAYS) <= set(asked.fields)
    stream["metadata"][0]["metadata"]["selected"] = False
    assert singer.wanted(told) is None
    assert singer.wanted({"streams": []}) is None


@pytest.mark.parametrize(
    "value", [{}, {"streams": [{"tap_stream_id": STREAM}]}, {"streams": 3}, {"streams": [{}]}]
)
def test_what_is_no_catalog_is_refused(value: Any) -> None:
    with pytest.raises(TapError, match="--discover"):
        singer.wanted(value)


def test_a_state_is_read_or_refused() -> None:
    place = Place(3, "e", 9)
    assert singer.place_of(singer.state_of(place)["value"]) == place
    assert singer.place_of({}) is None
    for wrong in ({"bookmarks": {STREAM: {"seq": 3}}}, {"bookmarks": 3}, {"bookmarks": {STREAM: "x"}}):
        with pytest.raises(TapError, match="without --state"):
            singer.place_of(wrong)


def test_the_command_speaks_singer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Runtime(Settings(data_dir=tmp_path), upgrade=True).database
    follow(database, ADA)
    with database.write() as connection:
        add_recipient(connection, CRM, "cli:ada", now=NOW)
        installation.settle_policy(connection, "cnil-2016")
    database.close()
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    config, state, catalog = (tmp_path / f"{each}.json" for each in ("config", "state", "catalog"))
    config.write_text('{"recipient": "The CRM"}')
    state.write_text("")

    def spoken(*arguments: str | Path) -> tuple[int, list[Any], Any]:
        done = CliRunner().invoke(command_line("tap"), ["tap", *map(str, arguments)])
        return done.exit_code, [orjson.loads(each) for each in done.stdout_bytes.splitlines()], done.exception

    found = CliRunner().invoke(command_line("tap"), ["tap", "--discover"]).stdout
    assert json.loads(found) == singer.catalog()
    catalog.write_text(found)
    code, messages, _ = spoken("--config", config, "--catalog", catalog, "--state", state)
    assert code == 0
    assert [each["type"] for each in messages] == ["SCHEMA", "RECORD", "ACTIVATE_VERSION", "STATE"]
    state.write_bytes(orjson.dumps(messages[-1]["value"]))
    code, messages, _ = spoken("--config", config, "--state", state)
    assert [each["type"] for each in messages] == ["SCHEMA", "STATE"]
    for wrong in ("[]", "{", "{}"):
        config.write_text(wrong)
        assert isinstance(spoken("--config", config)[2], TapError)
    assert isinstance(spoken("--config", tmp_path / "none.json")[2], TapError)
    assert isinstance(spoken()[2], TapError)


def test_a_target_is_on_record_as_holding_people(database: Database, tapped: Tapped) -> None:
    def standing() -> list[tuple[str | None, int, int, int, int]]:
        with database.read() as connection:
            seq, counted = exports.newest_seq(connection), leavers.count(connection)
        with database.write() as connection:
            leavers.keep(connection, counted, seq)
            return [
                (each.target, each.contacts, each.tombstones, each.left, each.untold)
                for each in exports.standing(connection)
                if (each.form, each.recipient) == ("singer", CRM.name)
            ]

    follow(database, ADA, BO)
    assert standing() == []
    tapped.run()
    assert standing() == [("", 2, 0, 0, 0)]
    unfollow(database, BO)
    follow(database, CY)
    assert standing() == [("", 2, 0, 1, 1)], "it holds Bo still, and was not told"
    tapped.run()
    assert standing() == [("", 2, 1, 0, 0)]
    tapped.name = "the other"
    tapped.state = {}
    tapped.run()
    assert standing() == [("the other", 2, 0, 0, 0), ("", 2, 1, 0, 0)]
    unfollow(database, CY)
    with database.write() as connection:
        halt(connection, None, "a doubt", "cli:ada", now=NOW)
    assert tapped.run().removals_only
    assert standing() == [("the other", 2, 0, 1, 0), ("", 2, 1, 1, 1)], "it was told, and its state stays"


def test_a_run_that_breaks_off_is_on_record(database: Database, tapped: Tapped) -> None:
    follow(database, ADA)

    def breaks(_: object) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        tap(tapped.runtime, Target(tapped.recipient, ALL, None, "cli:ada"), breaks, now=NOW)
    unfollow(database, ADA)
    with database.read() as connection:
        (one,) = exports.standing(connection)
        assert [each.left for each in leavers.count(connection)] == [1]
        papers = paper_facts(connection, tapped.runtime.settings, None, CNIL, "en", now=NOW)
    assert papers["processors"] == ["The CRM, own body, FR, holds contacts by a Singer stream"]
    removals = export_removals_of(database, one, tapped.runtime.settings.data_dir, now=NOW)
    assert (removals.people, removals.files[0].name) == (1, "tombstones.ndjson")
    with database.write() as connection:
        assert exports.end(connection, one.id, exports.DESTROYED, now=NOW)
    tapped.run()
    with database.read() as connection:
        assert [each.id > one.id for each in exports.standing(connection)] == [True]
