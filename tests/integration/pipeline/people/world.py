"""An installation and the two platforms beside it, joined as workers would, on a clock of its own."""

import random
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet
from sqlalchemy import Connection

from classifier.policy import Policy
from config.keys import Sealer
from config.suppression import Suppressor
from domain.account import Account
from domain.admission import Controller
from domain.contact import ContactKey
from domain.sign_up import SIGNUP
from domain.signal import SignalKind
from domain.stream import Shape, Stream
from pipeline.admit import review
from pipeline.begin import Wanted, begin_harvest
from pipeline.harvest import harvest_next
from pipeline.limiter import DatabaseLimiter
from pipeline.put_aside import clear, forget_suppressed
from pipeline.road import Road
from store import accounts, installation, journal, runs, suppressions
from store.accounts import Sealed
from store.database import Database
from tests.cast import CNIL, EU, NOW
from tests.contents import rows, wipe
from tests.installations import Installation
from tests.integration.pipeline.people.cast import PEOPLE, PERSONS, PLATFORMS
from tests.integration.pipeline.people.consumer import Consumer
from tests.scripted import FOLLOWERS, MENTIONS, ScriptedConnector
from tests.travel import BODIES, Clock

CONVERSATIONS = "conversations"
STREAMS = {
    FOLLOWERS: Stream(FOLLOWERS, (SignalKind.FOLLOWS,), Shape.ROSTER, 1000),
    MENTIONS: Stream(MENTIONS, (SignalKind.MENTIONED,), Shape.TIMELINE, 100),
    CONVERSATIONS: Stream(CONVERSATIONS, (SignalKind.MESSAGED,), Shape.TIMELINE, 100),
}
PACKS: dict[str, Policy] = {each.name: each for each in (CNIL, EU)}
#: Contacts on one page of a listing.
PAGE = 2
#: Old acts that a platform still lists.
LISTED = 3


class Saved(NamedTuple):
    """A backup: where it lies, what opens it, until when it may be restored."""

    path: Path
    sealer: Sealer
    until: datetime


class World:
    """Two accounts on each of two platforms, and what three people do to them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.clock = Clock(NOW)
        self.worlds = 0
        #: Every table that the database itself lists.
        self.tables: list[str] = []

    def begin(self) -> None:
        """Connect the accounts of an empty installation."""
        wipe(self.database)
        self.worlds += 1
        self.clock = Clock(NOW)
        ledger = self.folder / f"{self.worlds}.ledger"
        ledger.unlink(missing_ok=True)
        self.ours = Installation(self.database, ledger, Sealer(Fernet.generate_key())).begun()
        with self.database.write() as connection:
            installation.settle_policy(connection, CNIL.name)
            journal.forget(connection, PEOPLE, now=NOW)
            self.accounts = {
                platform: [self._connect(connection, platform, each) for each in (1, 2)]
                for platform in PLATFORMS
            }
        self.connectors = {
            (platform, each.platform_id): ScriptedConnector(
                {(stream, ""): [] for stream in STREAMS}, streams=STREAMS
            )
            for platform, there in self.accounts.items()
            for each in there
        }
        #: Who follows which account, as the platform has it.
        self.following: dict[tuple[str, str], list[ContactKey]] = {each: [] for each in self.connectors}
        #: Who is suppressed by id; whose handle alone is; which addresses are.
        self.gone: set[ContactKey] = set()
        self.named: set[ContactKey] = set()
        self.refused_mails: set[str] = set()
        #: Names that were held of people when they objected: they are suppressed, too.
        self.gone_names: set[tuple[str, str]] = set()
        self.joined: dict[str, ContactKey] = {}
        self.backups: list[Saved] = []
        self.consumer = Consumer(
            self.database,
            lambda: review(self.database, self.policy, Controller.PARTY, now=self.clock()),
        )
        self.road = self._road()

    def _connect(self, connection: Connection, platform: str, number: int) -> Account:
        account = Account(platform, f"5{number}00000{len(platform)}", f"{platform} {number}")
        sealed = Sealed(self.ours.sealer.seal("token"), None, None)
        return accounts.get(connection, accounts.add(connection, account, sealed, now=NOW))

    def _road(self) -> Road:
        return Road(
            database=self.database,
            policy_of=lambda connection: PACKS[str(installation.policy(connection))],
            connector_of=lambda _, account: self.connectors[account.platform, account.platform_id],
            worker="worker 1",
            now=self.clock,
            price=lambda *_: 0,
            chance=random.Random(1),
            limiter=DatabaseLimiter(self.database, self.clock),
            seal=lambda _, credentials: Sealed(self.ours.sealer.seal(credentials.token), None, None),
            pauses_s=(0, 0),
            suppressor_of=self.suppressor_of,
            bodies=BODIES,
        )

    def suppressor_of(self, connection: Connection) -> Suppressor:
        """Make values with the keys in force, as the running product does."""
        suppressions.share_keys(connection)
        keys = [self.ours.sealer.open(each) for each in suppressions.keys(connection)]
        return Suppressor(keys, self.ours.ledger)

    @property
    def policy(self) -> Policy:
        """The pack in force."""
        with self.database.read() as connection:
            return PACKS[str(installation.policy(connection))]

    def held(self) -> set[ContactKey]:
        """Return whom the database holds."""
        return {ContactKey(each["platform"], each["platform_id"]) for each in rows(self.database, "contacts")}

    def tick(self) -> None:
        """Let a minute pass, and let the dispatcher look after the inbox."""
        self.clock.forward(minutes=1)
        clear(self.database, self.database, now=self.clock())
        forget_suppressed(self.road)

    def note_joined(self) -> None:
        """Note under which key each address is held."""
        keys = {each["id"]: each["platform_id"] for each in rows(self.database, "contacts")}
        found = rows(self.database, "addresses")
        self.joined = {each["address"]: ContactKey(SIGNUP, keys[each["contact_id"]]) for each in found}

    def names(self) -> dict[ContactKey, tuple[str, str]]:
        """Return the (kind, handle) of those who are held with one."""
        return {
            ContactKey(each["platform"], each["platform_id"]): (f"handle:{each['platform']}", each["handle"])
            for each in rows(self.database, "contacts")
            if each["handle"]
        }

    def account(self, platform: str, number: int) -> tuple[Account, ScriptedConnector]:
        """Return one of our accounts with what is listed of it."""
        account = self.accounts[platform][number % 2]
        return account, self.connectors[platform, account.platform_id]

    def list_followers(self, account: Account) -> None:
        """Let the platform list whoever follows now."""
        place = (account.platform, account.platform_id)
        listed = [PERSONS[each].follows() for each in sorted(set(self.following[place]))]
        self.connectors[place].listings[FOLLOWERS, ""] = listed

    def begin_runs(self, account: Account, *streams: str) -> list[int]:
        """Begin to read listings of an account in small pages."""
        _, connector = self.account(account.platform, self.accounts[account.platform].index(account))
        wanted = Wanted(streams, page_size=PAGE, join=True)
        with self.database.write() as connection:
            now = self.clock()
            return list(begin_harvest(connection, account, connector, wanted, now=now).values())

    def finish(self, run_ids: Iterable[int], steps: int = 60) -> None:
        """Carry out messages until the runs have ended."""
        for _ in range(steps):
            with self.database.read() as connection:
                rows_of_runs = [dict(runs.get(connection, each)) for each in run_ids]
            active = [each for each in rows_of_runs if each["state"] == "running"]
            if not active:
                assert {each["state"] for each in rows_of_runs} <= {"done"}, rows_of_runs
                return
            nearest = min(active, key=lambda row: row["due_at"])
            self.clock.at = max(self.clock.at, nearest["due_at"])
            harvest_next(self.road, nearest["id"], nearest["fence"])
        raise AssertionError("The runs did not end.")

    def harvest(self, account: Account, *streams: str) -> None:
        """Read listings of an account to their ends."""
        self.finish(self.begin_runs(account, *streams))
        self.seen(account, *streams)

    def seen(self, account: Account, *streams: str) -> None:
        """Note who is known by id from now on, because their suppressed handle was shown."""
        connector = self.connectors[account.platform, account.platform_id]
        for stream in streams:
            shown = {each.contact for each in connector.listings[stream, ""]}
            self.gone |= shown & self.named
            self.named -= shown
