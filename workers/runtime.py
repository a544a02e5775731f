"""The runtime: the one place that joins settings, database, keys, policy and connectors."""

import random
import threading
from datetime import UTC, datetime
from functools import cached_property

import psutil
from sqlalchemy import Connection

from classifier.policy import Policy
from config import bodies, link_tokens
from config.addresses import is_loopback
from config.bodies import BodySealer
from config.keys import KeyMissingError, Sealer, find_key
from config.ledger import Ledger
from config.link_tokens import LinkSealer
from config.packs import load_pack
from config.prices import price_of
from config.settings import Settings
from config.suppression import Suppressor, new_key
from connectors.base import Connector
from connectors.registry import connect
from domain.account import Account
from domain.credentials import Credentials
from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.sign_up import SIGNUP
from exports.signing import PURPOSE, Signer
from pipeline.limiter import DatabaseLimiter, Limiter
from pipeline.objections import catch_up, require_none
from pipeline.own_files import Places
from pipeline.replay import sweep
from pipeline.road import Duty, Road
from store import (
    accounts,
    inbox,
    installation,
    journal,
    link_keys,
    objections,
    recipients,
    schema,
    suppressions,
)
from store.accounts import Sealed
from store.database import Database

#: The folder within the data folder in which mails wait as files where no server is set to send them.
MAILS = "outbox"


def duty_of(settings: Settings, platform: str) -> Duty | None:
    """Return what must be settled before a platform is read, None where nothing real is read."""
    if platform == SIGNUP or is_loopback(settings.base_url(platform)):
        return None
    return Duty(settings.controller, "policy" in settings.model_fields_set, settings.notice_url)


def utc_now() -> datetime:
    """Return the present moment; the only clock of the product."""
    return datetime.now(UTC)


def system_user() -> str:
    """Return who calls, for the journal: the user as the system knows it, whatever the environment says."""
    return f"cli:{psutil.Process().username()}"


class Runtime:
    """Everything a process needs, made once after any fork; threads share it."""

    def __init__(self, settings: Settings, *, upgrade: bool = False, behind: bool = False) -> None:
        """Open an installation; `behind` also where its database is behind its ledger of objections."""
        self.settings = settings
        self.ledger = Ledger(settings.ledger_path)
        if settings.database_url is None:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.database)
        if upgrade:
            schema.upgrade(self.database)
        schema.require_current(self.database)
        with self.database.write() as connection:
            expected = installation.key_fingerprint(connection)
            self.sealer: Sealer = find_key(settings, expected)
            installation.settle_key(connection, self.sealer.fingerprint, now=utc_now())
            if installation.policy(connection) is None:
                load_pack(settings.policy)  # a pack that cannot be read is refused before it is in force
                installation.settle_policy(connection, settings.policy)
            self._require_policy(connection)
            if not suppressions.keys(connection):
                if not behind:
                    require_none(self.ledger)
                suppressions.add_key(connection, self.sealer.seal(new_key()), now=utc_now())
            if not link_keys.keys(connection):
                link_keys.add(connection, 0, self.sealer.seal(link_tokens.new_key()), now=utc_now())
            if installation.inbox_key(connection) is None:
                installation.settle_inbox_key(connection, self.sealer.seal(bodies.new_key()))
            installation.settle_copies(connection, settings.copies_days(on_sqlite=self.database.on_sqlite))
            told = Entry(system_user(), Act.SETTINGS_CHANGED, utc_now(), details=settings.decisive)
            journal.record_change(connection, told)
        #: Why this process can open no token any more, where that is so.
        self.needs_key: KeyMissingError | None = None
        self._packs: dict[str, Policy] = {}
        self._suppressor: tuple[tuple[bytes, ...], Suppressor] | None = None
        self._mine = threading.local()
        if not behind:
            self._catch_up()

    @cached_property
    def inbox(self) -> Database:
        """Where pushes wait: a file of its own on SQLite, else the database."""
        return inbox.beside(self.settings.data_dir, self.database)

    @property
    def places(self) -> Places:
        """The folders of our own files."""
        return Places(self.settings.export_dir, self.settings.data_dir / MAILS)

    def signer(self) -> Signer:
        """Return what signs exports; another key of the installation signs otherwise."""
        return Signer(self.sealer.derived(PURPOSE, b""))

    def to_others(self, connection: Connection) -> bool:
        """Tell whether exports go to anybody outside the controller's own team."""
        return self.settings.to_others or recipients.any_other(connection)

    @cached_property
    def bodies(self) -> BodySealer:
        """What seals the pushes that wait; another key of the installation does not change it."""
        with self.database.read() as connection:
            (key,) = self._opened_all(connection, (installation.inbox_key(connection) or b"",))
        return BodySealer(key)

    def policy_in_force(self, connection: Connection) -> Policy:
        """Return the pack under which labels are decided; `reclassify` changes it for every process."""
        name = installation.policy(connection) or self.settings.policy
        if name not in self._packs:
            self._packs[name] = load_pack(name)
        return self._packs[name]

    def credentials(self, connection: Connection, account_id: int) -> Credentials:
        """Open an account's sealed credentials; after a rotation the key is looked for again.

        Raises KeyMissingError where this process cannot find the new one, which `needs_key` remembers.
        """
        sealed = accounts.sealed(connection, account_id)
        try:
            return self._opened(sealed)
        except KeyMissingError:
            self._find_key(installation.key_fingerprint(connection))
            return self._opened(sealed)

    def seal(self, connection: Connection, credentials: Credentials) -> Sealed:
        """Seal credentials with the key in force, in the transaction that writes them."""
        secrets = (getattr(credentials, name) for name in Sealed._fields)
        return Sealed(*(self.seal_text(connection, each) if each else None for each in secrets))  # type: ignore[arg-type]  # the token is never empty

    def seal_text(self, connection: Connection, secret: str) -> bytes:
        """Seal one secret with the key in force, in the transaction that writes it."""
        expected = installation.hold_key(connection)
        if expected != self.sealer.fingerprint:
            self._find_key(expected)
        return self.sealer.seal(secret)

    def open_text(self, connection: Connection, sealed: bytes) -> str:
        """Open one sealed secret; raises KeyMissingError."""
        return self._opened_all(connection, (sealed,))[0]

    def _opened(self, sealed: Sealed) -> Credentials:
        return Credentials(*(self.sealer.open(each) if each else None for each in sealed))  # type: ignore[arg-type]  # the token is never empty

    def suppressor_of(self, connection: Connection) -> Suppressor:
        """Return what makes the values of identifiers; its keys stay in force to the transaction's end."""
        suppressions.share_keys(connection)
        in_force = suppressions.keys(connection)
        if self._suppressor is None or self._suppressor[0] != in_force:
            opened = self._opened_all(connection, in_force)
            self._suppressor = in_force, Suppressor(opened, self.ledger)
        return self._suppressor[1]

    def links_of(self, connection: Connection) -> LinkSealer:
        """Return what seals and opens the links of public pages."""
        return LinkSealer(self._opened_all(connection, link_keys.keys(connection)))

    def seal_key(self, connection: Connection) -> bytes:
        """Make a key of links, sealed with the key in force in the transaction that writes it."""
        return self.seal(connection, Credentials(link_tokens.new_key())).token

    def _opened_all(self, connection: Connection, sealed: tuple[bytes, ...]) -> list[str]:
        try:
            return [self.sealer.open(each) for each in sealed]
        except KeyMissingError:
            self._find_key(installation.key_fingerprint(connection))
            return [self.sealer.open(each) for each in sealed]

    def _catch_up(self) -> None:
        with self.database.read() as connection:
            if self.ledger.size() == objections.applied(connection):
                return
        with self.database.write() as connection:
            suppressor = self.suppressor_of(connection)
            caught_up = catch_up(connection, self.ledger, suppressor)
        if caught_up:
            sweep(self.database, suppressor, now=utc_now())

    def _find_key(self, expected: str | None) -> None:
        try:
            self.sealer = find_key(self.settings, expected)
        except KeyMissingError as error:
            self.needs_key = error
            raise

    def connector_of(self, connection: Connection, account: Account) -> Connector:
        """Return this thread's connector of an account, made anew when its credentials changed."""
        made: dict[tuple[Account, Credentials], Connector] = self._mine.__dict__.setdefault("connectors", {})
        credentials = self.credentials(connection, account.id)
        if (account, credentials) not in made:
            base_url = self.settings.base_url(account.platform)
            made[account, credentials] = connect(account, credentials, base_url)
        return made[account, credentials]

    def road(self, worker: str, limiter: Limiter | None = None) -> Road:
        """Join what a harvest travels on; without a limiter permits lie in the database."""
        return Road(
            database=self.database,
            policy_of=self.policy_in_force,
            connector_of=self.connector_of,
            worker=worker,
            now=utc_now,
            price=lambda meter, owned: price_of(meter, owned=owned),
            chance=random.Random(),
            limiter=limiter or DatabaseLimiter(self.database, utc_now),
            seal=self.seal,
            inbox=self.inbox,
            bodies=self.bodies,
            places=self.places,
            suppressor_of=self.suppressor_of,
            duty_of=self.duty_of,
        )

    def duty_of(self, account: Account) -> Duty | None:
        """Return what must be settled before an account is read; nothing where nobody real is behind it."""
        return duty_of(self.settings, account.platform)

    def _require_policy(self, connection: Connection) -> None:
        chosen = self.settings.policy
        in_force = installation.policy(connection)
        if "policy" in self.settings.model_fields_set and chosen != in_force:
            load_pack(chosen)  # one that cannot be read is refused as such
            raise RegularsError(
                f"Labels stand under {in_force}, but REGULARS_POLICY says {chosen}. "
                f"See what would change with `regulars reclassify --policy {chosen} --dry-run`, "
                "then run it without --dry-run, or unset REGULARS_POLICY."
            )
