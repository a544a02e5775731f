"""A third party's program reads those who consented to it, and is told of whoever took that back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.contact import ContactKey
from domain.recipient import Part, Recipient
from domain.transfer import Transfer
from exports.feed import OFFERED
from pipeline.consumers import Wanted, add_consumer
from pipeline.halting import halt, resume
from pipeline.recipients import add_recipient
from pipeline.rights import ERASED, end_contact
from pipeline.transferring import agree, withdraw_transfer
from store import consumers, tombstones, transfers
from store.database import Database
from tests.cast import CNIL
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, let_in
from tests.contents import rows
from tests.delivered import object_
from tests.segmented import keys_by_name, person
from tests.signing import join
from workers.runtime import utc_now

ALLY = Recipient("The Ally", "FR", Part.THIRD_PARTY, None)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, at which Ada, Bo and Cy signed up."""
    made_with = Settings(controller=Controller.PARTY)
    now = utc_now()
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        people = [person(each, at=now - timedelta(hours=1)) for each in ("Ada", "Bo", "Cy")]
        join(database, *people, policy=CNIL, now=now)
        yield made


def test_a_third_party_reads_whom_it_may_and_forgets_whom_it_must(  # noqa: PLR0915  # one story
    console: Consoles,
) -> None:
    database, now = console.database, utc_now()
    keys = {name: ContactKey(*key) for name, key in keys_by_name(database).items()}

    def said(name: str, minutes: int = 0) -> Transfer:
        at = now - timedelta(minutes=30 - minutes)
        return Transfer(keys[name], "Pass it on to The Ally.", "en", "fair", "cli:ada", at)

    with database.write() as connection:
        ally = ALLY._replace(id=add_recipient(connection, ALLY, "test", now=now))
        agree(connection, ally, [said("Ada"), said("Bo")], now=now)
        made, token = add_consumer(connection, Wanted("ally", ally), OFFERED, "test", now=now)
    theirs, ours = Mirror(console.port, token, limit=1), Mirror(console.port, let_in(console))
    theirs.follow()
    ours.follow()
    assert {each["display_name"] for each in theirs.people.values()} == {"Ada", "Bo"}
    assert all("consents" not in each for each in theirs.people.values())
    assert {each["display_name"] for each in ours.people.values()} == {"Ada", "Bo", "Cy"}
    assert theirs.contact(str(keys["Ada"])).status == 200
    assert theirs.contact(str(keys["Cy"])).status == 404

    before = theirs.cursor
    with database.write() as connection:
        halt(connection, None, "test", "a test", now=now)
    with database.write() as connection:
        withdraw_transfer(connection, [keys["Ada"]], ally, now=utc_now())
    with database.read() as connection:
        consumer = consumers.named(connection, made.name)
        assert consumers.behind(connection, consumer).removals == 1
    theirs.follow()  # also while everything is halted
    assert theirs.gone == {str(keys["Ada"]): "transfer_withdrawn"}
    with database.write() as connection:
        resume(connection, None)
    theirs.follow()
    with database.read() as connection:
        consumer = consumers.named(connection, made.name)
        assert consumers.behind(connection, consumer).removals == 0
    assert set(theirs.people) == {str(keys["Bo"])}
    assert theirs.contact(str(keys["Ada"])).status == 404
    ours.follow()
    assert {each["display_name"] for each in ours.people.values()} == {"Ada", "Bo", "Cy"}
    assert ours.gone == {}

    # What becomes of Ada and Cy here tells the third party nothing: its cursor stays where it is.
    cursor, told = theirs.cursor, len(theirs.steps)
    with database.write() as connection:
        other = Recipient("Another", "FR", Part.THIRD_PARTY, None)
        other = other._replace(id=add_recipient(connection, other, "test", now=now))
        moved = [said(each)._replace(consent="Another may have it.") for each in ("Ada", "Cy")]
        assert len(agree(connection, other, moved, now=now).contacts) == 2
    theirs.follow()
    assert (theirs.cursor, len(theirs.steps)) == (cursor, told)

    # It comes back from before the end; it is told once more, and a new consent brings Ada back.
    theirs.cursor, theirs.gone = before, {}
    theirs.follow()
    assert theirs.gone == {str(keys["Ada"]): "transfer_withdrawn"}
    with database.write() as connection:
        newer = said("Ada")._replace(at=utc_now())
        assert agree(connection, ally, [newer], now=utc_now()).contacts
    theirs.follow()
    assert set(theirs.people) == {str(keys["Ada"]), str(keys["Bo"])}
    steps = [each["seq"] for each in theirs.steps]
    assert steps[-1] == max(steps)
    object_(database, keys["Bo"])
    theirs.follow()
    assert theirs.gone[str(keys["Bo"])] == "objected"

    # Once all have acknowledged an erasure, nothing names whom the third party got.
    with database.write() as connection:
        transfers.note(connection, ally.id, [(keys["Ada"].platform, keys["Ada"].platform_id)])
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [keys["Ada"]], suppressor, ERASED, now=utc_now())
    theirs.follow()
    ours.follow()
    assert theirs.gone[str(keys["Ada"])] == "erased"
    with database.write() as connection:
        tombstones.forget_acknowledged(connection)
    assert rows(database, "transferred") == []
