"""The road: what a harvest travels on, joined in one place and passed in."""

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from classifier.policy import Policy
from config.bodies import BodySealer
from config.suppression import Suppressor
from connectors.base import Connector
from domain.account import Account
from domain.credentials import Credentials
from pipeline import patience
from pipeline.company import Company
from pipeline.limiter import Limiter
from pipeline.own_files import NOWHERE, Places
from store.accounts import Sealed
from store.database import Database

Result = TypeVar("Result")


def no_suppressor(_: Connection) -> Suppressor:
    """Stand in where nobody can be suppressed, for there is no key."""
    return Suppressor([])


class Duty(NamedTuple):
    """What must be chosen before a real platform is read: each is empty where nobody has chosen it."""

    controller: str | None
    policy_chosen: bool
    notice_url: str | None


@dataclass(frozen=True, slots=True)
class Road:
    """What a harvest travels on.

    `policy_of` gives the pack in force; `connector_of` makes or finds the connector of an account;
    `worker` names this process; `price` gives the micro-dollars of one item of (meter, owned reads);
    `limiter` says whether a request may go out; `seal` closes new credentials in the transaction that
    writes them; `pauses_s` are the seconds to wait, one after the other, for a database that is away;
    `inbox` is where pushes wait, None for the database itself, and `bodies` opens them, None where they are
    not sealed; `places` are the folders of our own files; `suppressor_of` gives what makes the values
    of identifiers that may not be stored; `duty_of` says what must be settled before an account is read, None
    where its platform is simulated on this machine; `note` counts what was done, by its name and labels;
    `helpers` ask for pages ahead (see `pipeline.ahead`), None where each page waits for a message of its own.
    """

    database: Database
    policy_of: Callable[[Connection], Policy]
    connector_of: Callable[[Connection, Account], Connector]
    worker: str
    now: Callable[[], datetime]
    price: Callable[[str, bool], int]
    chance: random.Random
    limiter: Limiter
    seal: Callable[[Connection, Credentials], Sealed]
    company: Company = field(default_factory=Company)
    pauses_s: Sequence[float] = patience.PAUSES_S
    inbox: Database | None = None
    bodies: BodySealer | None = None
    places: Places = NOWHERE
    suppressor_of: Callable[[Connection], Suppressor] = no_suppressor
    duty_of: Callable[[Account], Duty | None] = lambda _account: None
    note: Callable[[str, Mapping[str, str]], None] = lambda _name, _labels: None
    helpers: Executor | None = None

    def opened(self, body: bytes) -> bytes:
        """Return a push's body as it came; raises BodyError where the key that sealed it is not there."""
        return self.bodies.open(body) if self.bodies else body

    def transact(self, act: Callable[[Connection], Result]) -> Result:
        """Run `act` in a writing transaction, patiently (see `pipeline.patience`)."""
        return patience.transact(self.database, act, self.pauses_s)
