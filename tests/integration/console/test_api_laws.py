"""Laws of the feed: a consumer that dies and comes back ends equal to the store."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.contact import ContactKey, Profile
from domain.signal import Signal
from exports.record import record
from pipeline.admit import review
from pipeline.backup import Backup, back_up, key_of, restore
from pipeline.expire import expire
from pipeline.page import write_page
from pipeline.rights import ERASED, OBJECTED, end_contact
from store import feed_rows, messaging, suppressions
from store.database import Database
from tests.cast import ADA, CY, DI, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, let_in
from tests.interests import page
from workers.runtime import utc_now

PEOPLE = [ContactKey("twitter", str(8_000 + number)) for number in range(12)]
ACTS = 20


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada regular."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(ADA)], now=utc_now())
        yield made


def shown(console: Consoles) -> dict[str, int]:
    """Return the number of each contact that the store shows."""
    with console.database.read() as connection:
        return {each["contact_key"]: each["seq"] for each in map(record, feed_rows.rows(connection))}


class Harvest:
    """Follows, unfollows, new names, objections and erasures at random, as harvests and rights write them."""

    def __init__(self, console: Consoles, chance: random.Random, account_id: int) -> None:
        self._console, self._chance, self._account = console, chance, account_id
        self.gone: set[str] = set()

    def act(self) -> None:
        """Do one of them."""
        chance, who = self._chance, self._chance.sample(PEOPLE, 3)
        now = utc_now()
        what = chance.random()
        if what < 0.5:
            self._page([follows(each, Profile(f"n{chance.random()}", None)) for each in who])
        elif what < 0.75:
            self._page([follows(each)._replace(ended_at=now) for each in who[:2]])
        elif what < 0.9:
            reason = chance.choice((OBJECTED, ERASED))
            self._console.database.transact(lambda connection: self._end(connection, who[0], reason))
        else:
            with self._console.database.read() as connection:
                policy = self._console.runtime.policy_in_force(connection)
            review(self._console.database, policy, Controller.PARTY, now=now)

    def _page(self, acts: list[Signal]) -> None:
        def write(connection: Any) -> None:
            suppressor = self._console.runtime.suppressor_of(connection)
            values = {each.contact: set(suppressor.values([each.contact])) for each in acts}
            held = suppressions.among(connection, {one for each in values.values() for one in each})
            kept = [each for each in acts if not values[each.contact] & held]
            policy = self._console.runtime.policy_in_force(connection)
            written = write_page(connection, (self._account, "twitter"), kept, policy, now=utc_now())
            messaging.publish(connection, written.steps, now=utc_now())

        self._console.database.transact(write)

    def _end(self, connection: Any, key: ContactKey, reason: str) -> None:
        suppressor = self._console.runtime.suppressor_of(connection)
        end_contact(connection, [key], suppressor, reason, now=utc_now())
        self.gone.add(str(key))


def live(mirror: Mirror, chance: random.Random) -> None:
    """Read a page, or save, or die."""
    what = chance.random()
    if what < 0.7:
        mirror.step()
    elif what < 0.85:
        mirror.save() if mirror.cursor else mirror.step()
    else:
        mirror.die()


@pytest.mark.parametrize("runs", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_a_consumer_that_dies_and_comes_back_ends_equal_to_the_store(console: Consoles, runs: int) -> None:
    with console.database.read() as connection:
        account_id = connection.exec_driver_sql("SELECT id FROM accounts").scalar_one()
    for run in range(runs):
        chance = random.Random(run)
        mirror = Mirror(console.port, let_in(console, f"crm-{run}"), limit=chance.choice((1, 2, 5, 100)))
        harvest = Harvest(console, chance, account_id)
        wrong: list[Exception] = []

        def at_full_speed(harvest: Harvest = harvest, wrong: list[Exception] = wrong) -> None:
            try:
                for _ in range(ACTS):
                    harvest.act()
            except Exception as error:  # noqa: BLE001  # told by the test's own thread
                wrong.append(error)

        meanwhile = threading.Thread(target=at_full_speed)
        meanwhile.start()
        while meanwhile.is_alive():
            live(mirror, random.Random(chance.random()))
            numbers = [each["seq"] for each in mirror.steps]
            assert numbers == sorted(numbers), "a smaller number after a larger one"
        meanwhile.join()
        assert not wrong
        mirror.follow()
        mirror.follow()  # who came in last is asked about at the end
        held = {key: each["seq"] for key, each in mirror.people.items()}
        assert held == shown(console), f"run {run}"
        assert not harvest.gone & held.keys()


def test_after_a_restore_the_consumer_begins_anew_and_ends_equal(console: Consoles, tmp_path: Path) -> None:
    runtime, path = console.runtime, tmp_path / "backup"
    mirror = Mirror(console.port, let_in(console))
    page(console.database, [follows(CY)], now=utc_now())
    mirror.follow()
    back_up(console.database, path, runtime.sealer, None, keep_days=30, now=utc_now())
    with console.database.write() as connection:
        suppressor = runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    page(console.database, [follows(DI)], now=utc_now())
    mirror.follow()
    assert (set(mirror.people), mirror.gone) == ({str(ADA), str(DI)}, {str(CY): "objected"})
    backup = Backup(path, key_of(runtime.sealer), runtime.sealer)
    restore(console.database, backup, runtime.ledger, runtime.sealer, now=utc_now())
    assert mirror.get("/v1/changes", cursor=mirror.cursor).status == 410
    mirror.follow()
    assert {key: each["seq"] for key, each in mirror.people.items()} == shown(console)
    assert set(mirror.people) == {str(ADA)}


def test_whom_a_consumer_was_shown_is_forgotten_with_the_last_tombstone(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    page(console.database, [follows(CY)], now=utc_now())
    mirror.follow()
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    mirror.follow()
    assert _received(console) == {ADA.platform_id, CY.platform_id}
    with console.database.read() as connection:
        policy = console.runtime.policy_in_force(connection)
    expire(console.database, policy, now=utc_now().replace(year=utc_now().year + 1))
    assert CY.platform_id not in _received(console)


def _received(console: Consoles) -> set[str]:
    with console.database.read() as connection:
        return set(connection.exec_driver_sql("SELECT platform_id FROM received").scalars())
