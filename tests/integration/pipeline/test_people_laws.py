"""Laws of the people in the file: whatever happens, who objected stays out and every removal is told."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from classifier.policy import Policy
from config.suppression import Suppressor, new_key, wrapped
from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.journal import Act, Entry
from domain.signal import Signal, SignalKind
from pipeline.expire import expire
from pipeline.heed import heeded
from pipeline.page import write_page
from pipeline.redecide import redecide
from pipeline.rights import ERASED, OBJECTED, end_contact
from store import installation, journal, messaging, pushed, suppressions
from store.database import Database
from store.pushed import Moved
from tests.cast import CNIL, EU, NOW, added
from tests.contents import contents, let_be_shown, rows, wipe

PEOPLE = [
    ContactKey(platform, f"70{number}0077") for platform in ("twitter", "facebook") for number in (1, 2, 3)
]
PACKS = {each.name: each for each in (CNIL, EU)}
KINDS = (SignalKind.FOLLOWS, SignalKind.FOLLOWS, SignalKind.MENTIONED, SignalKind.LIKED)
people = st.sampled_from(PEOPLE)
TOMBSTONE = timedelta(days=CNIL.number("tombstone_days"))


def profile_of(who: ContactKey) -> Profile:
    return Profile(f"handle-{who.platform}-{who.platform_id}", f"Name of {who.platform_id}")


class PeopleLaws(RuleBasedStateMachine):
    """Three people on each of two platforms, two accounts on each, on a clock that only goes forward."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now: datetime = NOW
        self.policy: Policy = CNIL
        self.keys = [new_key()]
        self.gone: set[ContactKey] = set()
        self.accounts: dict[str, list[int]] = {}
        #: When those who were inside were seen there last.
        self.seen_inside: dict[tuple[str, str], datetime] = {}
        self.shown: set[tuple[str, str]] = set()

    @property
    def suppressor(self) -> Suppressor:
        return Suppressor(self.keys)

    @initialize()
    def begin(self) -> None:
        """Connect the accounts of an empty installation."""
        wipe(self.database)
        with self.database.write() as connection:
            installation.settle_key(connection, "key", now=NOW)
            installation.settle_policy(connection, CNIL.name)
            self.accounts = {
                platform: [
                    added(connection, Account(platform, f"50{n}", f"{platform}{n}")).id for n in (1, 2)
                ]
                for platform in ("twitter", "facebook")
            }

    @rule(who=st.lists(people, max_size=3), kind=st.sampled_from(KINDS), account=st.integers(0, 1))
    def harvest(self, who: list[ContactKey], kind: SignalKind, account: int) -> None:
        """Take a page of acts in."""
        item = "" if kind is SignalKind.FOLLOWS else f"{self.now:%m%d%H%M%S}"
        for platform in ("twitter", "facebook"):
            acts = [
                Signal(
                    each,
                    kind,
                    item and item + each.platform_id[2],
                    self.now,
                    profile=profile_of(each),
                    text="words",
                )
                for each in dict.fromkeys(who)
                if each.platform == platform
            ]
            with self.database.write() as connection:
                kept, steps, gone = heeded(connection, acts, self.suppressor, now=self.now)
                place = (self.accounts[platform][account], platform)
                written = write_page(connection, place, kept, self.policy, now=self.now)
                messaging.publish(connection, steps + written.steps, now=self.now)
                journal.forget(connection, gone, now=self.now)

    @rule(who=people)
    def unfollow(self, who: ContactKey) -> None:
        """Let somebody end whatever follows stand."""
        for place in self.accounts[who.platform]:
            with self.database.write() as connection:
                held = pushed.stored(connection, place, who.platform, [("follows", "", who.platform_id)])
                standing = [each for each in held if each.ended_at is None]
                moved = [Moved(each.kind, each.item, each.contact_id, self.now) for each in standing]
                if moved:
                    pushed.end(connection, place, moved)
                    ids = {each.contact_id for each in moved}
                    steps = redecide(connection, ids, who.platform, self.policy, "unfollowed", now=self.now)
                    messaging.publish(connection, steps, now=self.now)

    @rule(who=people)
    def show(self, who: ContactKey) -> None:
        """Let an operator read the page of somebody who is held."""
        held = {(each["platform"], each["platform_id"]) for each in rows(self.database, "contacts")}
        if tuple(who) in held:
            with self.database.write() as connection:
                journal.record(connection, Entry("cli:op", Act.CONTACT_SHOWN, self.now, who))

    @rule(who=people, reason=st.sampled_from([OBJECTED, ERASED]))
    def end(self, who: ContactKey, reason: str) -> None:
        """Carry out an objection or an erasure, of whomever."""
        with self.database.write() as connection:
            end_contact(connection, [who], self.suppressor, reason, now=self.now)
        self.gone.add(who)

    @rule(who=people)
    def say_stop(self, who: ContactKey) -> None:
        """Let somebody write that they want no more."""
        said = Signal(who, SignalKind.MESSAGED, "m", self.now, text="STOP")
        with self.database.write() as connection:
            kept, steps, gone = heeded(connection, [said], self.suppressor, now=self.now)
            messaging.publish(connection, steps, now=self.now)
            journal.forget(connection, gone, now=self.now)
        assert kept == []
        self.gone.add(who)

    @rule()
    def show_to_readers(self) -> None:
        """Let the gates admit everybody who is inside, so that readers of the feed know them."""
        let_be_shown(self.database)
        shown = {each["contact_id"] for each in rows(self.database, "admissions")}
        held = [each for each in rows(self.database, "contacts") if each["id"] in shown]
        self.shown |= {(each["platform"], each["platform_id"]) for each in held}

    @rule()
    def rotate(self) -> None:
        """Put a further key around what is suppressed."""
        if len(self.keys) == 4:
            return
        key = new_key()
        self.keys.append(key)
        with self.database.write() as connection:
            suppressions.wrap(
                connection, len(self.keys), lambda value: wrapped(bytes.fromhex(value), [bytes.fromhex(key)])
            )

    @rule(days=st.sampled_from([1, 8, 31, 100, 1200]))
    def wait(self, days: int) -> None:
        """Let time pass, and what is past its date go."""
        self.now += timedelta(days=days)
        expire(self.database, self.policy, now=self.now)
        again = expire(self.database, self.policy, now=self.now, dry_run=True)
        assert not any(again.values()), again
        for each in rows(self.database, "texts"):
            assert each["expires_at"] > self.now
        for each in rows(self.database, "contacts"):
            assert each["keep_until"] is None or each["keep_until"] > self.now

    @invariant()
    def nobody_who_is_gone_stands_anywhere(self) -> None:
        """Of a suppressed person nothing is stored but the tombstone's key, and that until its date."""
        if not self.accounts:
            return
        everything = contents(self.database)
        tombstones = repr([each for each in everything.pop("changes") if "remove" not in each])
        stored = repr(everything)
        for who in self.gone:
            shown = profile_of(who)
            mine = [
                f"'{who.platform}', '{who.platform_id}'",
                shown.handle,
                f"{who.platform}:{who.platform_id}",
            ]
            for each in mine:
                assert each not in stored, (each, who)
            assert f"'{who.platform}', '{who.platform_id}'" not in tombstones

    @invariant()
    def the_feed_says_who_is_inside(self) -> None:
        """Whoever reads the feed alone knows who is in the messaging store."""
        if not self.accounts:
            return
        told = {(row["platform"], row["platform_id"]): row["op"] for row in ordered(self.database)}
        members = {each["contact_id"] for each in rows(self.database, "messaging_contacts")}
        asked = {each["contact_id"] for each in rows(self.database, "admissions")}
        held = {
            (row["platform"], row["platform_id"])
            for row in rows(self.database, "contacts")
            if row["id"] in members
        }
        assert held == {who for who, op in told.items() if op == "upsert"}
        for who, seen_at in self.seen_inside.items():
            if who not in held and self.now - seen_at < TOMBSTONE:
                assert told.get(who) == "remove", who
        assert {who for who, op in told.items() if op == "remove"} <= self.shown
        self.seen_inside |= {
            (row["platform"], row["platform_id"]): self.now
            for row in rows(self.database, "contacts")
            if row["id"] in asked
        }


def ordered(database: Database) -> list[dict[str, object]]:
    return sorted(rows(database, "changes"), key=lambda each: int(str(each["seq"])))


def test_the_laws_hold_whatever_happens(database: Database) -> None:
    run_state_machine_as_test(
        lambda: PeopleLaws(database),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
