"""A third party gets those who consented to it, is told who took that back, and learns of nobody else."""

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from sqlalchemy import delete

from domain.contact import ContactKey
from domain.recipient import Part, Recipient, RecipientError
from domain.transfer import Transfer
from exports.files import Exported, Order, export
from exports.removals import export_removals_of
from pipeline.recipients import add_recipient
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.transferring import agree, withdraw_transfer
from store import exports as recorded
from store import holdings, leavers, transfers
from store.database import Database
from store.tables import changes
from tests.cast import NOW
from tests.contents import feed, rows
from tests.segmented import joined, keys_by_name, person
from tests.signing import SUPPRESSOR

LATER = NOW + timedelta(days=1)
ALLY = Recipient("The Ally", "FR", Part.THIRD_PARTY, None)
OTHER = Recipient("Another", "FR", Part.THIRD_PARTY, None)
WORDS = "I agree that the club passes my data on to The Ally."


class World(NamedTuple):
    """Two third parties, and the keys of contacts by name."""

    ally: Recipient
    other: Recipient
    keys: dict[str, ContactKey]


@pytest.fixture
def world(database: Database) -> World:
    """Let Ada and Bo consent to the ally, and Cy to nobody."""
    joined(database, person("Ada"), person("Bo"), person("Cy"))
    keys = {name: ContactKey(*key) for name, key in keys_by_name(database).items()}
    with database.write() as connection:
        ally, other = (
            each._replace(id=add_recipient(connection, each, "cli:ada", now=NOW)) for each in (ALLY, OTHER)
        )
        agree(connection, ally, [consent(keys["Ada"]), consent(keys["Bo"])], now=NOW)
    return World(ally, other, keys)


def consent(who: ContactKey, **changed: Any) -> Transfer:
    return Transfer(who, WORDS, "en", "at the fair", "cli:ada", NOW)._replace(**changed)


def sent(database: Database, folder: Path, to: Recipient | None, form: str = "ndjson") -> Exported:
    return export(database, form, folder, now=NOW, order=Order(recipient=to, by="cli:ada"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(each) for each in path.read_bytes().splitlines()]


def held(done: Exported) -> set[str]:
    return {each["display_name"] for each in lines(done.contacts)}


def gone(done: Exported) -> dict[str, str]:
    return {each["contact_key"]: each["reason"] for each in lines(done.tombstones)}


def take_back(database: Database, world: World, *names: str, to: Recipient | None = None) -> int:
    with database.write() as connection:
        keys = [world.keys[each] for each in names]
        return len(withdraw_transfer(connection, keys, to, now=LATER))


def test_a_third_party_gets_exactly_those_who_consented_to_it(
    database: Database, tmp_path: Path, world: World
) -> None:
    done = sent(database, tmp_path / "ally", world.ally)
    assert (held(done), gone(done)) == ({"Ada", "Bo"}, {})
    assert held(sent(database, tmp_path / "other", world.other)) == set()
    assert held(sent(database, tmp_path / "own", None)) == {"Ada", "Bo", "Cy"}
    # Who let us write did not let the ally: no preset for it says an opt-in.
    assert all("consents" not in each for each in lines(done.contacts))
    assert all("consents" in each for each in lines(tmp_path / "own/contacts.ndjson"))


def test_nothing_of_who_did_not_consent_stands_in_any_file_of_a_third_party(
    database: Database, tmp_path: Path, world: World
) -> None:
    for form in ("csv", "mautic", "mailchimp", "vcard"):
        sent(database, tmp_path / "files" / form, world.ally, form)
    written = b"".join(each.read_bytes() for each in (tmp_path / "files").rglob("*") if each.is_file())
    assert b"ada@club.example" in written
    for secret in (world.keys["Cy"].platform_id.encode(), b"cy@club.example", b"Cy"):
        assert secret not in written


def test_withdrawal_is_a_removal_for_that_recipient_alone(
    database: Database, tmp_path: Path, world: World
) -> None:
    sent(database, tmp_path, world.ally)
    first = sent(database, tmp_path / "own", None)
    assert take_back(database, world, "Ada", "Cy", to=world.other) == 0
    assert take_back(database, world, "Ada", "Cy", to=world.ally) == 1
    done = sent(database, tmp_path, world.ally)
    assert (held(done), gone(done)) == ({"Bo"}, {str(world.keys["Ada"]): "transfer_withdrawn"})
    assert [each["at"][:10] for each in lines(done.tombstones)] == [LATER.date().isoformat()]
    after = sent(database, tmp_path / "own", None)
    assert (held(after), gone(after)) == ({"Ada", "Bo", "Cy"}, {})
    assert after.seq == first.seq + 1
    assert feed(database)[-1][2:] == ("upsert", "transfer")


def test_the_tombstone_of_a_withdrawal_stays_the_same_whatever_becomes_of_the_contact_here(
    database: Database, tmp_path: Path, world: World
) -> None:
    sent(database, tmp_path / "0", world.ally)
    take_back(database, world, "Ada")
    first = sent(database, tmp_path / "1", world.ally)
    with database.write() as connection:  # the record moves on, for another reason
        agree(connection, world.other, [consent(world.keys["Ada"], consent="Yes, Another, too.")], now=NOW)
    again = sent(database, tmp_path / "2", world.ally)
    assert first.tombstones.read_bytes() == again.tombstones.read_bytes() != b""
    assert first.contacts.read_bytes() == again.contacts.read_bytes()


def test_who_leaves_is_told_to_whom_it_was_given_and_nobody_else(
    database: Database, tmp_path: Path, world: World
) -> None:
    done = sent(database, tmp_path / "a", world.ally)
    take_back(database, world, "Bo")
    with database.write() as connection:
        end_contact(connection, [world.keys["Ada"], world.keys["Cy"]], SUPPRESSOR, OBJECTED, now=LATER)
    with database.write() as connection:  # its ground is gone already; its erasure is told all the same
        end_contact(connection, [world.keys["Bo"]], SUPPRESSOR, ERASED, now=LATER)
    told = {str(world.keys["Ada"]): "objected", str(world.keys["Bo"]): "erased"}
    assert gone(sent(database, tmp_path / "b", world.ally)) == told
    assert gone(sent(database, tmp_path / "c", world.other)) == {}
    with database.read() as connection:
        assert [each.left for each in leavers.count(connection) if each.id == done.number] == [2]
        one = recorded.one(connection, done.number)
    assert one is not None
    removals = export_removals_of(database, one, tmp_path / "r", now=LATER)
    assert {each["contact_key"] for each in lines(removals.files[0])} == told.keys()


def test_the_removals_of_a_file_tell_of_withdrawals_too(
    database: Database, tmp_path: Path, world: World
) -> None:
    done = sent(database, tmp_path, world.ally)
    take_back(database, world, "Ada")
    with database.read() as connection:
        one = recorded.one(connection, done.number)
    assert one is not None
    removals = export_removals_of(database, one, tmp_path / "r", now=LATER)
    assert [each["reason"] for each in lines(removals.files[0])] == ["transfer_withdrawn"]


def test_nothing_older_revives_a_consent_and_a_newer_one_does(
    database: Database, tmp_path: Path, world: World
) -> None:
    sent(database, tmp_path, world.ally)
    take_back(database, world, "Ada")
    with database.write() as connection:
        old = agree(connection, world.ally, [consent(world.keys["Ada"], at=LATER)], now=LATER)
    assert not old.contacts
    assert held(sent(database, tmp_path, world.ally)) == {"Bo"}
    with database.write() as connection:
        moment = LATER + timedelta(minutes=1)
        agree(connection, world.ally, [consent(world.keys["Ada"], at=moment)], now=LATER)
    done = sent(database, tmp_path, world.ally)
    assert (held(done), gone(done)) == ({"Ada", "Bo"}, {})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"consent": "I agree."}, "do not name the recipient", id="names-nobody"),
        pytest.param({"key": ContactKey("twitter", "404")}, "no contact of this key", id="unknown"),
    ],
)
def test_what_proves_nothing_is_left_out_and_loses_nothing_else(
    database: Database, world: World, changed: dict[str, Any], said: str
) -> None:
    with database.write() as connection:
        given = [consent(world.keys["Cy"], **changed), consent(world.keys["Cy"])]
        done = agree(connection, world.ally, given, now=NOW)
    assert done.contacts == {world.keys["Cy"]}
    ((place, why),) = done.invalid
    assert place == 0
    assert said in why


def test_only_a_third_party_needs_consent_and_its_files_are_whole(
    database: Database, tmp_path: Path, world: World
) -> None:
    ours = Recipient("Section", "FR", Part.OWN, None)
    with database.write() as connection, pytest.raises(RecipientError, match="no third party"):
        agree(connection, ours, [consent(world.keys["Cy"])], now=NOW)
    with pytest.raises(RecipientError, match="third party: each file for it is whole"):
        export(database, "csv", tmp_path, now=NOW, order=Order(recipient=world.ally, since=1))


def test_who_asks_is_shown_both_and_what_nobody_can_be_told_of_is_forgotten(
    database: Database, tmp_path: Path, world: World
) -> None:
    sent(database, tmp_path, world.ally)
    with database.read() as connection:
        shown = holdings.of_contact(connection, world.keys["Ada"])
        assert transfers.counts(connection) == {world.ally.id: 2}
        assert (transfers.shown_count(connection), transfers.shown_count(connection, world.ally.id)) == (3, 2)
    (proof,) = shown["transfer_consents"]
    assert (proof["recipient"], proof["wording"], proof["source"]) == ("The Ally", WORDS, "at the fair")
    assert shown["transferred"] == [{"recipient": "The Ally"}]
    with database.write() as connection:
        end_contact(connection, [world.keys["Ada"]], SUPPRESSOR, ERASED, now=LATER)
    assert len(rows(database, "transfer_consents")) == 1
    with database.write() as connection:
        assert transfers.forget_told(connection) == 0
        connection.execute(delete(changes).where(changes.c.platform_id == world.keys["Ada"].platform_id))
        assert transfers.forget_told(connection) == 1
