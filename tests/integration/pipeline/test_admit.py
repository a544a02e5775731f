"""Admit: who is exported of the messaging store, and what the feed tells of the refused."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from classifier.policy import Policy
from config.suppression import Suppressor, new_key
from domain.admission import Controller, NoticeFacts, Told
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from exports.files import export
from pipeline import admit
from pipeline.admit import asked, review
from pipeline.expire import expire
from pipeline.page import write_page
from pipeline.rights import OBJECTED, end_contact
from pipeline.suppress import erase
from pipeline.withhold import reconcile
from store import admissions, messaging, standing_of, withheld
from store.admission_inputs import Inputs
from store.database import Database
from store.messaging import Step
from tests.cast import ADA, BO, CNIL, CY, DI, EU, NOW, added, follows, likes, objects
from tests.contents import feed, inside, let_be_shown, rows
from tests.travel import Travel

MONTH_ON = NOW + timedelta(days=45)


@pytest.fixture
def harvested(database: Database) -> Database:
    """Let Ada and Di follow, Bo like, Cy follow and object."""
    with database.write() as connection:
        added(connection)
    write(database, follows(ADA), likes(BO), follows(CY), follows(DI))
    write(database, objects(CY))
    return database


def write(database: Database, *acts: Signal, policy: Policy = CNIL, at: datetime = NOW) -> None:
    def act(connection: object) -> None:
        written = write_page(connection, (1, "twitter"), acts, policy, now=at)  # type: ignore[arg-type]  # its own
        messaging.publish(connection, written.steps, now=at)  # type: ignore[arg-type]  # its own

    database.transact(act)


def exported(database: Database, folder: Path) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    done = export(database, "ndjson", folder, now=NOW)
    records = [orjson.loads(each) for each in done.contacts.read_bytes().splitlines()]
    tombstones = [orjson.loads(each) for each in done.tombstones.read_bytes().splitlines()]
    return (
        {each["platform_id"]: each for each in records},
        {each["contact_key"].partition(":")[2]: each["reason"] for each in tombstones},
    )


def told(database: Database, monkeypatch: pytest.MonkeyPatch, **known: Inputs) -> None:
    """Let other parts of the store know something of people, by their names in the cast."""
    keys = {"ada": ADA, "di": DI}
    ids = {each["platform_id"]: each["id"] for each in rows(database, "contacts")}
    found = {ids[keys[name].platform_id]: inputs for name, inputs in known.items()}
    monkeypatch.setattr(standing_of, "inputs_of", lambda _connection, _ids: found)


TOLD = Inputs(NoticeFacts(NOW, NOW, Told.INDIVIDUALLY))


def test_nobody_is_exported_of_whom_the_gates_were_not_asked(harvested: Database, tmp_path: Path) -> None:
    assert exported(harvested, tmp_path)[0] == {}


def test_the_just_harvested_are_exported_with_their_channels(harvested: Database, tmp_path: Path) -> None:
    assert feed(harvested) == []
    assert review(harvested, CNIL, None, now=NOW) == 0
    records, tombstones = exported(harvested, tmp_path)
    assert set(records) == {ADA.platform_id, DI.platform_id}
    assert tombstones == {}
    assert feed(harvested) == [
        (1, ADA.platform_id, "upsert", "admitted"),
        (2, DI.platform_id, "upsert", "admitted"),
    ]
    assert {each["seq"] for each in records.values()} == {1, 2}
    assert review(harvested, CNIL, None, now=NOW) == 0
    assert len(feed(harvested)) == 2
    assert records[ADA.platform_id]["addressable"] == []
    assert records[ADA.platform_id]["not_addressable_because"] == {
        "x_message": "never_wrote",
        "messenger": "other_platform",
        "email": "no_consent",
        "sms": "no_consent",
    }


def test_a_csv_tells_the_channels_too(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(harvested, monkeypatch, ada=Inputs(consented=frozenset({"email", "sms"})))
    review(harvested, CNIL, None, now=NOW)
    with export(harvested, "csv", tmp_path, now=NOW).contacts.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["addressable"] == "email|sms"
    assert first["not_addressable_because"] == "x_message:never_wrote|messenger:other_platform"


def test_a_proof_that_ages_takes_out_of_exports_and_a_walk_brings_back(
    database: Database, tmp_path: Path
) -> None:
    travel = Travel(database)
    travel.connector.listings["followers", ""] = [follows(ADA), follows(DI)]
    travel.finish(travel.begin("followers")["followers"])
    with database.read() as connection:
        ids = {each["platform_id"]: each["id"] for each in rows(database, "contacts")}
    assert review(database, CNIL, None, now=NOW) == 0
    late = NOW + timedelta(days=29)
    assert review(database, CNIL, None, now=late) == 0
    old = NOW + timedelta(days=45)
    assert review(database, CNIL, None, now=old) == 2
    records, tombstones = exported(database, tmp_path)
    assert records == {}
    assert tombstones == dict.fromkeys([ADA.platform_id, DI.platform_id], "proof_too_old")
    assert inside(database) == {ADA.platform_id, DI.platform_id}
    with database.read() as connection:
        assert admissions.refused(connection) == {"proof_too_old": 2}
        _, admission, _ = asked(connection, ids[ADA.platform_id], CNIL, None, now=old)
    assert [each.gate.value for each in admission.refusals] == ["proof_too_old", "notice_overdue"]
    assert review(database, CNIL, None, now=old) == 2
    assert len(feed(database)) == 4


def test_a_whole_walk_confirms_every_follow_that_it_showed(database: Database) -> None:
    travel = Travel(database)
    travel.connector.listings["followers", ""] = [follows(ADA)]
    travel.finish(travel.begin("followers")["followers"])
    travel.clock.forward(days=45)
    again = travel.clock()
    travel.finish(travel.begin("followers")["followers"])
    kinds = admit.regular_kinds(CNIL)
    with database.read() as connection:
        (facts,) = standing_of.facts_of(connection, [1], kinds, now=travel.clock()).values()
    assert [each.kind for each in facts.acts] == [SignalKind.FOLLOWS]
    assert facts.acts[0].confirmed_at >= again
    assert facts.first_seen_at < again


def test_who_was_never_admitted_is_told_to_nobody(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(harvested, monkeypatch, ada=TOLD)
    assert review(harvested, EU, Controller.PARTY, now=NOW) == 1
    records, tombstones = exported(harvested, tmp_path)
    assert set(records) == {ADA.platform_id}
    assert DI.platform_id not in tombstones
    contact = next(each for each in rows(harvested, "contacts") if each["platform_id"] == DI.platform_id)
    with harvested.write() as connection:
        messaging.publish(connection, [Step(contact["id"], *DI, "upsert", "changed")], now=NOW)
    review(harvested, EU, Controller.PARTY, now=NOW)
    assert DI.platform_id not in exported(harvested, tmp_path)[1]
    told(harvested, monkeypatch, ada=TOLD, di=TOLD)
    assert review(harvested, EU, Controller.PARTY, now=NOW) == 0
    assert feed(harvested)[-1][1:] == (DI.platform_id, "upsert", "admitted")
    assert review(harvested, EU, Controller.CANDIDATE, now=NOW) == 2
    assert exported(harvested, tmp_path)[0] == {}
    assert [each[2:] for each in feed(harvested)[-2:]] == [("remove", "no_basis")] * 2


@pytest.mark.parametrize("pack", [CNIL, EU], ids=lambda pack: pack.name)
def test_nobody_is_disclosed_to_others_before_being_told(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Policy
) -> None:
    told(harvested, monkeypatch, ada=TOLD)
    assert review(harvested, pack, Controller.PARTY, now=NOW, to_others=True) == 1
    assert exported(harvested, tmp_path)[0].keys() == {ADA.platform_id}
    with harvested.read() as connection:
        assert admissions.refused(connection) == {"not_told": 1}
        _, admission, _ = asked(connection, 4, pack, Controller.PARTY, now=NOW, to_others=True)
    assert {each.gate.value for each in admission.refusals} == {"not_told"}
    told(harvested, monkeypatch, ada=TOLD, di=TOLD)
    assert review(harvested, pack, Controller.PARTY, now=NOW, to_others=True) == 0
    assert exported(harvested, tmp_path)[0].keys() == {ADA.platform_id, DI.platform_id}


def test_whom_a_public_notice_covers_later_is_shown_to_no_reader_any_more(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review(harvested, CNIL, None, now=NOW)
    told(harvested, monkeypatch, di=Inputs(NoticeFacts(NOW, NOW, Told.PUBLICLY)))
    review(harvested, CNIL, None, now=NOW)
    records, tombstones = exported(harvested, tmp_path)
    assert (records.keys(), tombstones) == ({ADA.platform_id}, {DI.platform_id: "not_told"})
    assert inside(harvested) == {ADA.platform_id, DI.platform_id}


LEAVING = {
    "objects": lambda database: write(database, objects(ADA), objects(DI)),
    "is forgotten": lambda database: _ended(database, ADA, DI),
    "is gone from the platform": lambda database: _gone(database, ADA, DI),
    "does not show any more": lambda database: _doubted(database, 1, 4),
    "is kept too long": lambda database: expire(database, EU, now=NOW + timedelta(days=4 * 365)),
}


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("pack", [CNIL, EU], ids=lambda pack: pack.name)
def test_the_feed_tells_the_removal_only_of_whom_it_knows(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Policy, how: str
) -> None:
    told(harvested, monkeypatch, ada=TOLD)
    review(harvested, pack, Controller.PARTY, now=NOW)
    known = set(exported(harvested, tmp_path)[0])
    assert known == ({ADA.platform_id, DI.platform_id} if pack is CNIL else {ADA.platform_id})
    LEAVING[how](harvested)
    assert inside(harvested) == set()
    assert {each[1] for each in feed(harvested)} & {DI.platform_id} == known & {DI.platform_id}
    assert set(exported(harvested, tmp_path)[1]) == known


def _ended(database: Database, *who: ContactKey) -> None:
    with database.write() as connection:
        end_contact(connection, who, Suppressor([new_key()]), OBJECTED, now=NOW)


def _gone(database: Database, *who: ContactKey) -> None:
    with database.write() as connection:
        messaging.publish(connection, erase(connection, who, "platform_gone"), now=NOW)


def _doubted(database: Database, *ids: int) -> None:
    with database.write() as connection:
        acts = [("follows", "", each) for each in ids]
        withheld.add(connection, withheld.Doubt(1, 1, NOW, None), acts, now=NOW)
        messaging.publish(connection, reconcile(connection, [], ids, EU, now=NOW), now=NOW)


def test_who_comes_back_and_is_not_admitted_hides_no_tombstone(
    harvested: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(harvested, monkeypatch, ada=TOLD)
    review(harvested, EU, Controller.PARTY, now=NOW)
    _gone(harvested, ADA)
    write(harvested, follows(ADA))
    told(harvested, monkeypatch)
    for _ in range(2):  # before the gates are asked, and after
        assert exported(harvested, tmp_path) == ({}, {ADA.platform_id: "platform_gone"})
        review(harvested, EU, Controller.PARTY, now=NOW)


def test_nothing_is_said_of_a_refused_contact_before_it_is_admitted_again(
    harvested: Database, tmp_path: Path
) -> None:
    review(harvested, CNIL, None, now=NOW)
    review(harvested, CNIL, None, now=MONTH_ON)
    before = feed(harvested)
    contact = next(each for each in rows(harvested, "contacts") if each["platform_id"] == ADA.platform_id)
    with harvested.write() as connection:
        messaging.publish(connection, [Step(contact["id"], *ADA, "upsert", "changed")], now=MONTH_ON)
    review(harvested, CNIL, None, now=MONTH_ON)
    assert feed(harvested) == before
    assert {each["seq"] for each in rows(harvested, "messaging_contacts")} == {None}
    records, tombstones = exported(harvested, tmp_path)
    assert records == {}
    assert tombstones[ADA.platform_id] == "proof_too_old"
    review(harvested, CNIL, None, now=NOW)
    assert [each[1:] for each in feed(harvested)[len(before) :]] == [
        (who.platform_id, "upsert", "admitted") for who in (ADA, DI)
    ]


def test_whoever_is_asked_waits_for_the_gates_no_more(harvested: Database) -> None:
    def waits() -> bool:
        with harvested.read() as connection:
            return messaging.newcomers_wait(connection)

    assert waits()
    review(harvested, EU, Controller.PARTY, now=NOW)
    assert not waits()
    write(harvested, follows(BO))
    assert waits()
    let_be_shown(harvested)
    assert not waits()


def test_a_channel_that_opens_or_closes_is_told(
    harvested: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    review(harvested, CNIL, None, now=NOW)
    write(harvested, Signal(ADA, SignalKind.MESSAGED, "9", NOW))
    review(harvested, CNIL, None, now=NOW)
    assert exported(harvested, tmp_path)[0][ADA.platform_id]["addressable"] == ["x_message"]
    assert feed(harvested)[-1][1:] == (ADA.platform_id, "upsert", "channels")
    told(harvested, monkeypatch, ada=Inputs(stopped_at=NOW))
    review(harvested, CNIL, None, now=NOW)
    assert exported(harvested, tmp_path)[0][ADA.platform_id]["addressable"] == []


def test_slices_meet_everybody(harvested: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admit, "SLICE", 1)
    assert review(harvested, CNIL, None, now=MONTH_ON) == 2
    assert {each["refusal"] for each in rows(harvested, "admissions")} == {"proof_too_old"}


def test_whoever_leaves_the_store_leaves_no_answer_behind(harvested: Database) -> None:
    review(harvested, CNIL, None, now=NOW)
    write(harvested, objects(ADA), objects(DI))
    assert rows(harvested, "admissions") == []


def test_an_act_in_doubt_was_confirmed_by_the_walk_that_showed_it(database: Database) -> None:
    with database.write() as connection:
        account = added(connection)
    write(database, follows(ADA), at=NOW - timedelta(days=10))
    confirmed = NOW - timedelta(days=3)
    with database.write() as connection:
        doubt = withheld.Doubt(account.id, 1, NOW, confirmed)
        withheld.add(connection, doubt, [("follows", "", 1)], now=NOW)
        facts = standing_of.facts_of(connection, [1], admit.regular_kinds(CNIL), now=NOW)[1]
    assert facts.acts[0].confirmed_at == confirmed
