"""Consumers in tests that are bound to a segment, and people who sign up, leave it and object."""

from console.binding import add_bound
from domain.contact import ContactKey
from domain.segment import Segment
from domain.sign_up import FOR_TOPICS
from pipeline.consumers import Wanted
from pipeline.rights import end_contact
from pipeline.segments import add_segment
from pipeline.withdrawing import withdraw
from store import recipients, segments
from tests.cast import CNIL, NOW
from tests.consoles import Consoles
from tests.consumers import CRM
from tests.segmented import joined, keys_by_name, person

BUS = Segment("bus", "transport")
CARE = Segment("care", "health")


def bind(console: Consoles, name: str, segment: Segment, why: str = "a letter", days: int = 365) -> str:
    """Let a consumer read a segment; returns its token."""
    with console.database.write() as connection:
        if segment.name not in {each.name for each in segments.every(connection)}:
            add_segment(connection, segment, "test", now=NOW)
        chosen = segments.called(connection, segment.name)
        known = [each.id for each in recipients.every(connection)]
        number = known[0] if known else recipients.add(connection, CRM, now=NOW)
        wanted = Wanted(name, CRM._replace(id=number), None, days, chosen.id, why)
        policy = console.runtime.policy_in_force(connection)
        return add_bound(connection, wanted, chosen, policy, "test", now=NOW)


def sign(console: Consoles, **topics: str) -> dict[str, str]:
    """Let people sign up now, each with its topics; returns the keys of all by name."""
    at = console.now or NOW
    joined(console.database, *(person(name, *said.split(), at=at) for name, said in topics.items()))
    return {name: ":".join(key) for name, key in keys_by_name(console.database).items()}


def end(console: Consoles, key: str, reason: str) -> None:
    """Let somebody object, or be erased."""
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [ContactKey(*key.split(":"))], suppressor, reason, now=console.now or NOW)


def leave(console: Consoles, key: str) -> None:
    """Let somebody withdraw the consent to be chosen by its topics."""
    with console.database.write() as connection:
        withdraw(connection, [ContactKey(*key.split(":"))], [FOR_TOPICS], CNIL, now=console.now or NOW)
