"""The world of a verification: an installation of its own, whose invented people come, change and leave."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from classifier.policy import Policy
from config.settings import Settings
from config.suppression import Suppressor
from console.web.desk import Desk
from domain.admission import Controller
from domain.consumer import MOST_DAYS
from domain.contact import ContactKey
from domain.recipient import Part, Recipient
from domain.sign_up import EMAIL, SIGNUP, SignUp
from exports.feed import OFFERED
from pipeline import halting
from pipeline.admit import review_newcomers
from pipeline.backup import Backup, back_up, key_of, restore
from pipeline.consumers import Wanted, add_consumer
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.signing_up import sign_up
from pipeline.withdrawing import withdraw
from store import expiring, recipients
from workers.runtime import Runtime, utc_now

#: Who acts here.
BY = "verify-consumer"
_NAMES = ("Ada", "Bo", "Cy", "Di", "Eve", "Flo", "Guy", "Hal", "Ida", "Jo")
#: No variable of an environment begins so: what is set for the real installation counts for nothing here.
_NO_PREFIX = "of no environment: "


@dataclass(frozen=True)
class Person:
    """Somebody invented; `key` as the feed tells it."""

    key: str
    name: str
    email: str


class World:
    """An installation in a folder, read by one consumer; its clock can be put forward."""

    def __init__(self, folder: Path) -> None:
        made_with = Settings(_env_prefix=_NO_PREFIX, data_dir=folder, controller=Controller.PARTY)
        self.runtime = Runtime(made_with, upgrade=True)
        self._folder, self._ahead = folder, timedelta(0)
        #: How many ever came in.
        self.count = 0
        self.database = self.runtime.database
        self.desk = Desk(self.runtime, b"", self.now)
        recipient = Recipient("Consumer under test", "FR", Part.OWN, None)
        with self.database.write() as connection:
            number = recipients.add(connection, recipient, now=self.now())
            wanted = Wanted("under-test", recipient._replace(id=number), days=MOST_DAYS)
            _, self.token = add_consumer(connection, wanted, OFFERED, BY, now=self.now())

    def now(self) -> datetime:
        """Tell the time of this world."""
        return utc_now() + self._ahead

    def come(self, count: int = 1) -> list[Person]:
        """Let so many new people in."""
        places = range(self.count, self.count + count)
        self.count += count
        names = [f"{_NAMES[each % len(_NAMES)]} {each}" for each in places]
        return self._sign(
            [Person("", each, f"{each.replace(' ', '-').lower()}@people.example") for each in names]
        )

    def rename(self, who: Person, name: str) -> Person:
        """Let somebody give another name."""
        return self._sign([replace(who, name=name)])[0]

    def come_back(self, who: Person) -> Person:
        """Let somebody in who had left."""
        return self._sign([who])[0]

    def leave(self, who: Person) -> None:
        """Let somebody withdraw its consent: no objection, but nothing by which it is regular any more."""

        def act(connection: Connection) -> None:
            withdraw(connection, [_key(who)], [EMAIL], self._policy(connection), now=self.now())

        self.database.transact(act)

    def object(self, who: Person) -> None:
        """Let somebody object."""
        self._end(who, OBJECTED)

    def erase(self, who: Person) -> None:
        """Let somebody be erased."""
        self._end(who, ERASED)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Halt everything for the time of a block."""
        with self.database.write() as connection:
            halting.halt(connection, None, BY, "a scenario", now=self.now())
        try:
            yield
        finally:
            with self.database.write() as connection:
                halting.resume(connection, None)
            halting.admit_waiting(self.database, self._policy, now=self.now())

    def outlive_tombstones(self) -> None:
        """Put the clock forward until every removal may be forgotten."""
        with self.database.read() as connection:
            days = self._policy(connection).number("tombstone_days")
        self._ahead += timedelta(days=days + 1)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what happens in a block, as a backup that is brought back does; a new epoch begins."""
        sealer = self.runtime.sealer
        with TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "backup"
            back_up(self.database, path, sealer, None, keep_days=1, now=self.now())
            yield
            backup = Backup(path, key_of(sealer), sealer)
            restore(self.database, backup, self.runtime.ledger, sealer, now=self.now())

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _policy(self, connection: Connection) -> Policy:
        return self.runtime.policy_in_force(connection)

    def _suppressor(self, connection: Connection) -> Suppressor:
        return self.runtime.suppressor_of(connection)

    def _sign(self, people: Sequence[Person]) -> list[Person]:
        """Let people sign up, and ask the gates: the feed tells of them from now on."""
        now = self.now()
        signed = [
            SignUp(each.name, each.email, None, "fr", (EMAIL,), (), None, "Oui.", "a scenario", BY, now)
            for each in people
        ]

        def act(connection: Connection) -> list[ContactKey]:
            done = sign_up(
                connection, signed, self._policy(connection), self._suppressor(connection), now=now
            )
            keys = expiring.keys(connection, done.contact_ids.values())
            return [keys[done.contact_ids[place]] for place in range(len(signed))]

        keys = self.database.transact(act)
        with self.database.read() as connection:
            policy = self._policy(connection)
        review_newcomers(self.database, policy, Controller.PARTY, now=now)
        return [replace(each, key=str(key)) for each, key in zip(people, keys, strict=True)]

    def _end(self, who: Person, reason: str) -> None:
        def act(connection: Connection) -> None:
            end_contact(connection, [_key(who)], self._suppressor(connection), reason, now=self.now())

        self.database.transact(act)


def _key(who: Person) -> ContactKey:
    return ContactKey(SIGNUP, who.key.partition(":")[2])
