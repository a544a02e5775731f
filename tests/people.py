"""People in a console's store: what they did, what they wrote, and their pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.contact import ContactKey
from domain.journal import Act
from domain.sign_up import SignUp
from domain.signal import Signal
from pipeline.admit import review
from pipeline.page import write_page
from pipeline.signing_up import sign_up
from store import accounts, journal, messaging, notices
from tests.cast import OURS, added
from tests.consoles import Consoles
from workers.runtime import utc_now


def acted(console: Consoles, acts: Sequence[Signal], *, now: datetime | None = None) -> None:
    """Store acts as a harvest does, under the pack in force."""
    moment = now or utc_now()
    with console.database.write() as connection:
        known = [each for each in accounts.every(connection) if each.name == OURS.name]
        account_id = known[0].id if known else added(connection).id
        policy = console.runtime.policy_in_force(connection)
        written = write_page(connection, (account_id, OURS.platform), list(acts), policy, now=moment)
        messaging.publish(connection, written.steps, now=moment)


def signed_up(console: Consoles, *people: SignUp) -> None:
    """Store people who signed up."""

    def act(connection: Connection) -> None:
        policy = console.runtime.policy_in_force(connection)
        suppressor = console.runtime.suppressor_of(connection)
        sign_up(connection, list(people), policy, suppressor, now=utc_now())

    console.database.transact(act)


def reviewed(console: Consoles) -> None:
    """Ask the gates of everybody, as an export does."""
    with console.database.read() as connection:
        policy = console.runtime.policy_in_force(connection)
    review(console.database, policy, console.runtime.settings.controller, now=utc_now())


def number(console: Consoles, who: ContactKey) -> int:
    """Return a contact's number."""
    with console.database.read() as connection:
        return notices.ids_of(connection, [who])[who]


def entries(console: Consoles, *acts: Act) -> list[Any]:
    """Return the journal's entries of some acts, the newest first."""
    with console.database.read() as connection:
        listed = journal.listed(connection, count=200)
    return [each for each in listed if each["act"] in acts]


def links(text: str, pattern: str) -> list[str]:
    """Return what a page leads to, in its order, as far as it begins so."""
    parts: Iterable[str] = text.split('href="')[1:]
    return [each.partition('"')[0] for each in parts if each.startswith(pattern)]
