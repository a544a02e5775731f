"""The road: what a harvest travels on, joined in one place and passed in."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from connectors.base import Connector
from domain.account import Account, Credentials
from pipeline.limiter import Limiter
from store.accounts import Sealed
from store.database import Database


@dataclass(frozen=True, slots=True)
class Road:
    """What a harvest travels on.

    `policy_of` gives the pack in force; `connector_of` makes or finds the connector of an account;
    `worker` names this process; `price` gives the micro-dollars of one item of (meter, owned reads);
    `limiter` says whether a request may go out; `seal` closes new credentials for the database.
    """

    database: Database
    policy_of: Callable[[Connection], Policy]
    connector_of: Callable[[Connection, Account], Connector]
    worker: str
    now: Callable[[], datetime]
    price: Callable[[str, bool], int]
    chance: random.Random
    limiter: Limiter
    seal: Callable[[Credentials], Sealed]
