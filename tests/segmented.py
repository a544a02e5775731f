"""Segments and areas in tests: people who sign up with topics and places, and gates that were asked."""

from typing import Any

from classifier.policy import Policy
from config.consent_texts import wording
from domain.admission import Controller
from domain.sign_up import SignUp
from pipeline.admit import review
from store.database import Database
from tests.cast import CNIL, NOW
from tests.signing import join, signed

#: What somebody agrees to who ticks mail and topics on the page of the club.
AGREED = wording("en", ("email", "topics"), "The Club")


def person(name: str, *topics: str, **changed: Any) -> SignUp:
    """Let somebody sign up on the page, who ticks these topics and agrees to be chosen by them."""
    given = {"name": name, "email": f"{name.lower()}@club.example", "topics": topics, "consent": AGREED}
    return signed(**{**given, **changed})


def joined(database: Database, *people: SignUp, policy: Policy = CNIL) -> None:
    """Store people who signed up, and ask the gates of everybody."""
    join(database, *people, policy=policy)
    review(database, policy, Controller.PARTY, now=NOW)


def keys_by_name(database: Database) -> dict[str, tuple[str, str]]:
    """Return platform and id of each contact by its name."""
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT display_name, platform, platform_id FROM contacts")
        return {row[0]: (row[1], row[2]) for row in found}
