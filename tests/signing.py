"""Sign-ups in tests: the cast signs up, and somebody is suppressed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from classifier.policy import Policy
from config.suppression import Suppressor
from domain.sign_up import SignUp
from pipeline.signing_up import Outcome, sign_up
from store import installation, suppressions
from store.database import Database
from tests.cast import CNIL, NOW

CONSENT = "I agree that the club writes to me by e-mail."
ADA = SignUp(
    "Ada Lévy", "ada@club.example", None, "en", ("email",), (), None, CONSENT, "join page", "page", NOW
)


SUPPRESSOR = Suppressor(["0f" * 32])


def signed(**changed: Any) -> SignUp:
    """Let Ada sign up, but for what is changed."""
    return ADA._replace(**changed)


def by_phone(phone: str = "+33 6 39 98 00 01", **changed: Any) -> SignUp:
    """Let somebody sign up who gives a phone and no e-mail address."""
    return signed(**{"email": None, "phone": phone, "channels": ("sms",)} | changed)


def join(
    database: Database,
    *people: SignUp,
    policy: Policy = CNIL,
    now: datetime = NOW,
    suppressor: Suppressor = SUPPRESSOR,
) -> Outcome:
    """Store people who signed up."""

    def act(connection: Any) -> Outcome:
        if installation.key_fingerprint(connection) is None:
            installation.settle_key(connection, "key", now=now)
            installation.settle_policy(connection, policy.name)
        return sign_up(connection, list(people), policy, suppressor, now=now)

    return database.transact(act)


def suppress(database: Database, identifiers: Sequence[tuple[str, str]]) -> None:
    """Let people have objected under these identifiers."""
    values = [SUPPRESSOR.value(*each) for each in identifiers]
    with database.write() as connection:
        suppressions.add(connection, values, "objected", wraps=SUPPRESSOR.wraps, now=NOW)
