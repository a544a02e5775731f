"""The one stop: while a halt lasts nobody comes in and removals go on; afterwards it left no trace."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from config.suppression import Suppressor, new_key
from domain.account import Account
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.signal import Signal, SignalKind
from exports import files
from pipeline import halting
from pipeline.admit import review
from pipeline.heed import heeded
from pipeline.page import write_page
from pipeline.redecide import redecide
from pipeline.rights import OBJECTED, end_contact
from pipeline.standing import begin_export_if_moved
from store import accounts, halts, installation, jobs, messaging, pushed
from store.database import Database
from store.halts import HaltedError
from store.pushed import Moved
from tests.cast import CNIL, NOW, added
from tests.conftest import NewDatabase
from tests.contents import feed, inside, labels, let_be_shown, rows, wipe
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers.jobs import export_step

PEOPLE = [ContactKey("twitter", f"70{number}0077") for number in (1, 2, 3, 4)]
people = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 1, 2])


class Store:
    """One installation with two accounts of X."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.accounts: list[Account] = []

    def begin(self) -> None:
        wipe(self.database)
        with self.database.write() as connection:
            installation.settle_key(connection, "key", now=NOW)
            installation.settle_policy(connection, CNIL.name)
            self.accounts = [added(connection, Account("twitter", f"50{n}", f"account {n}")) for n in (1, 2)]

    def harvest(self, account: int, acts: list[Signal], suppressor: Suppressor, now: object) -> None:
        moment = now
        with self.database.write() as connection:
            kept, steps, _ = heeded(connection, acts, suppressor, now=moment)  # type: ignore[arg-type]
            place = (self.accounts[account].id, "twitter")
            written = write_page(connection, place, kept, CNIL, now=moment)  # type: ignore[arg-type]
            messaging.publish(connection, steps + written.steps, now=moment)  # type: ignore[arg-type]

    def unfollow(self, who: ContactKey, account: int, now: object) -> None:
        place = self.accounts[account].id
        with self.database.write() as connection:
            held = pushed.stored(connection, place, "twitter", [("follows", "", who.platform_id)])
            moved = [
                Moved(each.kind, each.item, each.contact_id, now)  # type: ignore[arg-type]
                for each in held
                if each.ended_at is None
            ]
            if moved:
                pushed.end(connection, place, moved)
                ids = {each.contact_id for each in moved}
                steps = redecide(connection, ids, "twitter", CNIL, "unfollowed", now=now)  # type: ignore[arg-type]
                messaging.publish(connection, steps, now=now)  # type: ignore[arg-type]

    def object(self, who: ContactKey, suppressor: Suppressor, now: object) -> None:
        with self.database.write() as connection:
            end_contact(connection, [who], suppressor, OBJECTED, now=now)  # type: ignore[arg-type]

    def place(self, number: int) -> Account | None:
        return self.accounts[number - 1] if number else None


class HaltLaws(RuleBasedStateMachine):
    """The same happens to two stores; one of them is halted now and then."""

    def __init__(self, free: Database, halted: Database) -> None:
        super().__init__()
        self.free, self.halted = Store(free), Store(halted)
        self.now = NOW
        self.suppressor = Suppressor([new_key()])
        self.places: set[int] = set()
        self.before: set[str] = set()
        self.told = self.told_free = 0

    @initialize(first=st.lists(places, max_size=2, unique=True))
    def begin(self, first: list[int]) -> None:
        self.free.begin()
        self.halted.begin()
        for place in first:
            self._halt(place)

    def both(self) -> tuple[Store, Store]:
        self.now += timedelta(minutes=1)
        for store in (self.free, self.halted):
            let_be_shown(store.database)
        self.before = inside(self.halted.database)
        self.told = max((seq for seq, *_ in feed(self.halted.database)), default=0)
        self.told_free = max((seq for seq, *_ in feed(self.free.database)), default=0)
        return self.free, self.halted

    @rule(who=st.lists(people, max_size=3, unique=True), account=st.integers(0, 1))
    def follow(self, who: list[ContactKey], account: int) -> None:
        acts = [Signal(each, SignalKind.FOLLOWS, "", None) for each in who]
        for store in self.both():
            store.harvest(account, acts, self.suppressor, self.now)

    @rule(account=st.integers(0, 1))
    def all_follow(self, account: int) -> None:
        acts = [Signal(each, SignalKind.FOLLOWS, "", None) for each in PEOPLE]
        for store in self.both():
            store.harvest(account, acts, self.suppressor, self.now)

    @rule(who=people, account=st.integers(0, 1))
    def like(self, who: ContactKey, account: int) -> None:
        for store in self.both():
            liked = Signal(who, SignalKind.LIKED, f"{self.now:%d%H%M}", self.now)
            store.harvest(account, [liked], self.suppressor, self.now)

    @rule(who=people, account=st.integers(0, 1))
    def unfollow(self, who: ContactKey, account: int) -> None:
        for store in self.both():
            store.unfollow(who, account, self.now)

    @rule(who=people)
    def object(self, who: ContactKey) -> None:
        for store in self.both():
            store.object(who, self.suppressor, self.now)

    @rule(place=places)
    def halt(self, place: int) -> None:
        self._halt(place)

    def _halt(self, place: int) -> None:
        self.both()
        self.places.add(place)
        with self.halted.database.write() as connection:
            halting.halt(connection, self.halted.place(place), "cli:ada", "a test", now=self.now)

    @rule(place=places)
    def resume(self, place: int) -> None:
        self.both()
        if place in self.places:
            self.places.discard(place)
            with self.halted.database.write() as connection:
                halting.resume(connection, self.halted.place(place))
            halting.admit_waiting(self.halted.database, lambda _: CNIL, now=self.now)

    @invariant()
    def while_it_lasts_nobody_comes_in_and_whoever_leaves_has_left(self) -> None:
        if not self.halted.accounts:
            return
        database = self.halted.database
        told = [(who, op) for seq, who, op, _ in feed(database) if seq > self.told]
        came = inside(database) - self.before
        open_accounts = {
            each.id for number, each in enumerate(self.halted.accounts, 1) if number not in self.places
        }
        if 0 in self.places:
            assert came == set()
        names = {each["id"]: each["platform_id"] for each in rows(database, "contacts")}
        through = {
            names[each["contact_id"]]
            for each in rows(database, "signals")
            if each["kind"] == "follows" and each["ended_at"] is None and each["account_id"] in open_accounts
        }
        assert came <= through
        regular = {who for who, label in labels(database).items() if label == "regular"}
        assert inside(database) <= regular
        gone = self.before - inside(database)
        removed = {who for who, op in told if op == "remove"}
        after = [each for each in feed(self.free.database) if each[0] > self.told_free]
        free = {who for _, who, op, _ in after if op == "remove"}
        assert removed <= gone
        assert removed == free & self.before  # it is told whenever it is told without a halt
        if not self.places:
            assert inside(database) == inside(self.free.database)
            assert rows(database, "halted_contacts") == []

    def teardown(self) -> None:
        for place in sorted(self.places):
            with self.halted.database.write() as connection:
                halting.resume(connection, self.halted.place(place))
        halting.admit_waiting(self.halted.database, lambda _: CNIL, now=self.now)
        assert inside(self.halted.database) == inside(self.free.database)
        assert labels(self.halted.database) == labels(self.free.database)


def test_a_halt_keeps_everybody_out_and_leaves_no_trace(new_database: NewDatabase) -> None:
    free, halted = new_database(), new_database()
    run_state_machine_as_test(
        lambda: HaltLaws(free, halted),
        settings=settings(
            max_examples=20 if free.on_sqlite else 8,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_whom_one_halted_account_kept_out_comes_in_through_another(database: Database) -> None:
    store, suppressor = Store(database), Suppressor([new_key()])
    store.begin()
    halt(database, store.accounts[0])
    follow = [Signal(PEOPLE[0], SignalKind.FOLLOWS, "", None)]
    store.harvest(0, follow, suppressor, NOW)
    store.harvest(1, [Signal(PEOPLE[0], SignalKind.LIKED, "1", NOW)], suppressor, NOW)
    assert inside(database) == set()
    store.harvest(1, follow, suppressor, NOW)
    assert inside(database) == {PEOPLE[0].platform_id}
    assert rows(database, "halted_contacts") == []
    assert rows(database, "decisions")[-1]["account_id"] == store.accounts[1].id
    resume(database, store.accounts[0])
    assert inside(database) == {PEOPLE[0].platform_id}


def test_while_it_lasts_the_gates_show_nobody_anew(database: Database) -> None:
    store, suppressor = Store(database), Suppressor([new_key()])
    store.begin()
    store.harvest(0, [Signal(PEOPLE[0], SignalKind.FOLLOWS, "", None)], suppressor, NOW)
    halt(database, None)
    review(database, CNIL, None, now=NOW)
    assert feed(database) == []
    resume(database, None)
    review(database, CNIL, None, now=NOW)
    assert [each[1:] for each in feed(database)] == [(PEOPLE[0].platform_id, "upsert", "admitted")]


def test_who_is_no_longer_regular_when_it_ends_stays_out(database: Database) -> None:
    store, suppressor = Store(database), Suppressor([new_key()])
    store.begin()
    halt(database, None)
    store.harvest(0, [Signal(each, SignalKind.FOLLOWS, "", None) for each in PEOPLE], suppressor, NOW)
    store.unfollow(PEOPLE[0], 0, NOW)
    store.object(PEOPLE[1], suppressor, NOW)
    assert inside(database) == set()
    resume(database, None)
    assert inside(database) == {each.platform_id for each in PEOPLE[2:]}
    assert rows(database, "halted_contacts") == []


def test_a_halted_account_asks_for_nothing_and_goes_on_where_it_was(database: Database) -> None:
    travel = Travel(database)
    travel.connector.listings[FOLLOWERS, ""] = [Signal(each, SignalKind.FOLLOWS, "", None) for each in PEOPLE]
    run = travel.begin("followers")["followers"]
    halt(database, travel.account)
    assert travel.step(run) is None
    assert travel.connector.requests == []
    row = travel.run(run)
    assert row["waiting_for"] == halting.WAITS
    assert row["due_at"] == travel.clock() + halting.PAUSE
    resume(database, travel.account)
    assert travel.finish(run) == ["done"]
    assert inside(database) == {each.platform_id for each in PEOPLE}


def test_a_halt_of_another_account_stops_nothing_here(database: Database) -> None:
    travel = Travel(database)
    with database.write() as connection:
        other = added(connection, Account("twitter", "909", "other"))
    halt(database, other)
    travel.harvest("followers")
    assert travel.connector.requests


def test_no_file_is_written_while_anything_is_halted(database: Database, tmp_path: Path) -> None:
    travel = Travel(database)
    halt(database, travel.account)
    with pytest.raises(HaltedError, match=r"halted by cli:ada .* a list looks wrong"):
        files.export(database, "csv", tmp_path / "out", now=NOW)
    assert not list((tmp_path / "out").glob("*"))
    resume(database, travel.account)
    files.export(database, "csv", tmp_path / "out", now=NOW)
    assert (tmp_path / "out" / "contacts.csv").exists()


def test_a_file_under_way_stops(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    travel = Travel(database)
    monkeypatch.setattr(files, "LOOK_S", 0.0)
    watched = files.until_halted(database, lambda _: None)
    watched(2_000)
    halt(database, travel.account)
    with pytest.raises(HaltedError):
        watched(4_000)


def test_the_standing_export_still_writes_removals(database: Database, tmp_path: Path) -> None:
    store = Store(database)
    store.begin()
    suppressor = Suppressor([new_key()])
    store.harvest(0, [Signal(PEOPLE[0], SignalKind.FOLLOWS, "", None)], suppressor, NOW)
    export_now(database, tmp_path)
    kept = tmp_path / "contacts.ndjson"
    before = kept.read_text()
    assert PEOPLE[0].platform_id in before
    halt(database, None)
    store.unfollow(PEOPLE[0], 0, NOW)
    export_now(database, tmp_path)
    assert PEOPLE[0].platform_id in (tmp_path / "tombstones.ndjson").read_text()
    assert kept.read_text() == before
    resume(database, None)
    export_now(database, tmp_path)  # although the feed has not moved: the file of contacts is old
    assert kept.read_text() == ""


def test_a_halt_needs_a_reason_and_an_end_needs_a_halt(database: Database) -> None:
    with database.write() as connection, pytest.raises(RegularsError, match="Say why"):
        halting.halt(connection, None, "cli:ada", "  ", now=NOW)
    with database.write() as connection, pytest.raises(RegularsError, match="No halt stands there"):
        halting.resume(connection, None)


def test_a_halt_goes_with_its_account(database: Database) -> None:
    travel = Travel(database)
    halt(database, travel.account)
    with database.write() as connection:
        accounts.remove(connection, travel.account.id)
        assert halts.every(connection) == []


def halt(database: Database, account: Account | None) -> None:
    with database.write() as connection:
        halting.halt(connection, account, "cli:ada", "a list looks wrong", now=NOW)


def resume(database: Database, account: Account | None) -> None:
    with database.write() as connection:
        halting.resume(connection, account)
    halting.admit_waiting(database, lambda _: CNIL, now=NOW)


def export_now(database: Database, folder: Path) -> None:
    job = begin_export_if_moved(database, folder, "ndjson", now=NOW)
    assert job is not None
    with database.write() as connection:
        held = jobs.claim(connection, job, 0, "worker 1", now=NOW)
    assert held is not None

    def save(connection: object, reached: object, *, done: bool) -> None:
        jobs.advance(connection, held, "worker 1", reached, done=done, now=NOW)  # type: ignore[arg-type]

    export_step(database, held, save, NOW)  # type: ignore[arg-type]


def test_a_harvest_under_a_halt_is_refused_with_who_and_why_and_another_account_is_not(
    database: Database,
) -> None:
    travel = Travel(database)
    with database.write() as connection:
        other = added(connection, Account("twitter", "909", "other"))
    halt(database, travel.account)
    with database.read() as connection:
        halts.require_none_over(connection, other.id)
        with pytest.raises(HaltedError, match=r"halted by cli:ada .* a list looks wrong\. Nothing is begun"):
            halts.require_none_over(connection, travel.account.id)
    halt(database, None)
    with database.read() as connection, pytest.raises(HaltedError, match="Everything was halted"):
        halts.require_none_over(connection, other.id)
