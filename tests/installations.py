"""An installation in tests: a database with its keys, and the ledger of objections beside it."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import update

from config.keys import Sealer
from config.ledger import Entry, Ledger
from config.suppression import Suppressor, new_key
from domain.contact import ContactKey
from pipeline.objections import catch_up
from pipeline.rights import OBJECTED, end_contact
from pipeline.rotate import rotate
from store import installation, suppressions
from store.database import Database
from store.tables import accounts
from tests.cast import LATER, NOW


class Installation:
    """A database with its keys, and the ledger beside it."""

    def __init__(self, database: Database, path: Path, sealer: Sealer | None = None) -> None:
        self.database = database
        self.ledger = Ledger(path)
        self.sealer = sealer or Sealer(Fernet.generate_key())
        with database.write() as connection:
            installation.settle_key(connection, self.sealer.fingerprint, now=NOW)

    def begun(self, key: str | None = None) -> "Installation":
        """Give it the first key of suppression."""
        with self.database.write() as connection:
            suppressions.add_key(connection, self.sealer.seal(key or new_key()), now=NOW)
        return self

    @property
    def suppressor(self) -> Suppressor:
        with self.database.read() as connection:
            keys = [self.sealer.open(each) for each in suppressions.keys(connection)]
        return Suppressor(keys, self.ledger)

    def object(self, *who: ContactKey) -> None:
        suppressor = self.suppressor
        with self.database.write() as connection:
            end_contact(connection, who, suppressor, OBJECTED, now=LATER)

    def knows(self, who: ContactKey) -> bool:
        value = self.suppressor.value(*who)
        with self.database.read() as connection:
            return bool(suppressions.among(connection, [value]))

    def catch_up(self) -> bool:
        suppressor = self.suppressor
        with self.database.write() as connection:
            return catch_up(connection, self.ledger, suppressor)

    def entries(self) -> Sequence[Entry]:
        return [each for each, _ in self.ledger.after() if isinstance(each, Entry)]

    def rotate(self) -> None:
        new = Sealer(Fernet.generate_key())
        rotate(self.database, self.sealer, new, self.ledger)
        self.sealer = new

    def connect(self) -> None:
        """Seal the account's token as it should be."""
        with self.database.write() as connection:
            connection.execute(update(accounts).values(token_sealed=self.sealer.seal("token")))
