"""The key of somebody erased goes from the feed when all who received it said that they deleted it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from console.tapping import Target, tap
from domain.admission import Controller
from domain.recipient import Recipient
from exports import singer
from exports.files import Order, export
from exports.removals import export_removals_of
from exports.singer import ALL
from pipeline.admit import review
from pipeline.expire import expire
from pipeline.rights import ERASED, OBJECTED
from store import exports, recipients, tombstones
from store.database import Database
from store.tables import metadata
from tests.bound import BUS, bind, end, sign
from tests.cast import ADA, BO, CNIL, CY, NOW, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, let_in
from tests.interests import page


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada, Bo and Cy regular."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        made.now = NOW
        page(database, [follows(ADA), follows(BO), follows(CY)], now=NOW)
        yield made


def kept(console: Consoles, table: str = "changes") -> set[str]:
    """Return the platform ids that a table names."""
    with console.database.read() as connection:
        return set(connection.scalars(select(metadata.tables[table].c.platform_id)))


def scrub(console: Consoles) -> None:
    with console.database.write() as connection:
        tombstones.forget_acknowledged(connection)


def test_the_key_goes_when_the_last_of_its_receivers_has_acknowledged(console: Consoles) -> None:
    first, second = (Mirror(console.port, let_in(console, name)) for name in ("first", "second"))
    first.follow()
    second.follow()
    stranger = Mirror(console.port, let_in(console, "stranger"))
    end(console, str(ADA), ERASED)
    stranger.follow()  # was never shown her, and need not say anything
    former = first.saved
    first.follow()
    scrub(console)
    assert ADA.platform_id in kept(console), "second has not acknowledged it"
    second.follow()
    assert second.gone == first.gone == {str(ADA): "erased"}
    assert ADA.platform_id not in kept(console) | kept(console, "received")
    assert kept(console) == {BO.platform_id, CY.platform_id}
    # What is told on is told to all, and whoever comes back from before begins anew.
    end(console, str(BO), ERASED)
    for each in (first, second, stranger):
        each.follow()
        assert each.people.keys() == {str(CY)}
    first.saved = former
    first.die()
    assert first.get("/v1/changes", cursor=first.cursor).status == 410
    first.follow()
    assert first.people.keys() == {str(CY)}


def test_a_key_that_nobody_acknowledges_goes_with_the_tombstones_time(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    end(console, str(ADA), ERASED)
    days = timedelta(days=CNIL.number("tombstone_days"))
    scrub(console)
    expire(console.database, CNIL, now=NOW + days - timedelta(minutes=1))
    assert ADA.platform_id in kept(console) & kept(console, "received")
    expire(console.database, CNIL, now=NOW + days + timedelta(minutes=1))
    assert ADA.platform_id not in kept(console) | kept(console, "received")


def test_whom_nobody_received_and_who_objected_keeps_its_tombstone(console: Consoles) -> None:
    review(console.database, CNIL, Controller.PARTY, now=NOW)
    mirror = Mirror(console.port, let_in(console))
    end(console, str(ADA), ERASED)
    mirror.follow()
    end(console, str(BO), OBJECTED)
    mirror.follow()
    scrub(console)
    assert {ADA.platform_id, BO.platform_id} <= kept(console)


def test_a_bound_consumer_acknowledges_in_its_own_numbers(console: Consoles) -> None:
    keys = sign(console, Bus="transport", Care="health")
    bus = Mirror(console.port, bind(console, "bus", BUS))
    whole = Mirror(console.port, let_in(console, "whole"))
    bus.follow()
    whole.follow()
    bus_id = keys["Bus"].partition(":")[2]
    end(console, keys["Bus"], ERASED)
    whole.follow()
    scrub(console)
    assert bus_id in kept(console)
    former = bus.saved
    bus.follow()
    assert bus.gone == {keys["Bus"]: "erased"}
    for table in ("changes", "received", "segment_steps"):
        assert bus_id not in kept(console, table), table
    bus.saved = former
    bus.die()
    assert bus.get("/v1/changes", cursor=bus.cursor).status == 410
    bus.follow()
    assert bus.people == {}


def test_a_file_that_held_the_person_keeps_the_key_until_its_receiver_was_told(
    console: Consoles, tmp_path: Path
) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    database = console.database
    done = export(database, "csv", tmp_path / "out", now=NOW, order=Order(by="cli:ada"))
    end(console, str(ADA), ERASED)
    mirror.follow()
    assert ADA.platform_id in kept(console)
    with database.read() as connection:
        one = exports.one(connection, done.number)
    assert one is not None
    assert export_removals_of(database, one, tmp_path, now=NOW).people == 1
    scrub(console)
    assert ADA.platform_id not in kept(console)
    with database.read() as connection:
        assert not exports.knows(connection, one.seq, NOW - timedelta(days=1)), "no difference from before"


def test_a_target_of_the_tap_acknowledges_by_the_state_that_it_gives_back(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    with console.database.read() as connection:
        (recipient,) = recipients.every(connection)
    state = _tapped(console, recipient, None)
    end(console, str(ADA), ERASED)
    mirror.follow()
    after = _tapped(console, recipient, state)
    scrub(console)
    assert ADA.platform_id in kept(console), "it was told, and has not said that it took it"
    _tapped(console, recipient, after)
    scrub(console)
    assert ADA.platform_id not in kept(console)


def _tapped(console: Consoles, recipient: Recipient, state: object) -> object:
    told: list[dict[str, object]] = []
    place = singer.place_of(state) if state else None
    tap(console.runtime, Target(recipient, ALL, place, "cli:ada"), told.append, now=NOW)
    return told[-1]["value"]
