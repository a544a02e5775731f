"""Reconfirm: whoever signed up long ago is asked once, by mail, whether that still holds."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.keeping import limits
from classifier.policy import Policy
from config.link_tokens import LinkSealer
from config.suppression import Suppressor
from domain.sign_up import CHANNELS, EMAIL, SMS, SignUp
from pipeline import joining
from pipeline.joining import Asked
from store import asked_mails, choices, consents, expiring, notices, sign_ups

#: Sign-ups looked at in one go: a day has fewer mails.
MOST = 10_000

#: Gives the words that somebody agrees to in a language, to channels and topics.
Agreed = Callable[[str, tuple[str, ...], tuple[str, ...]], str]


class Renewal(NamedTuple):
    """A sign-up to be asked about: its contact, and the form that the answer would be."""

    contact_id: int
    signed: SignUp


def renewals(connection: Connection, policy: Policy, agreed: Agreed, *, now: datetime) -> list[Renewal]:
    """Return the sign-ups older than the pack's `reconfirm_months` whose people a mail can ask.

    They consent to e-mail and were not asked before. The form holds what still stands of their consents.
    """
    keys = expiring.to_reconfirm(connection, limits(policy, now), count=MOST)
    ids = sorted(notices.ids_of(connection, keys).values())
    open_to, declared = consents.channels(connection, ids), choices.of_contacts(connection, ids)
    found = []
    for kept in sign_ups.not_asked(connection, ids):
        channels = tuple(each for each in CHANNELS if each in open_to.get(kept.contact_id, ()))
        if EMAIL not in channels:
            continue
        topics = declared[kept.contact_id].declared if kept.contact_id in declared else ()
        signed = SignUp(
            name=kept.name,
            email=kept.email,
            phone=kept.phone if SMS in channels else None,
            language=kept.language,
            channels=channels,
            topics=topics,
            area=kept.area,
            consent=agreed(kept.language, channels, topics),
            source="asked again by mail",
            taken_by="page",
            at=now,
        )
        found.append(Renewal(kept.contact_id, signed))
    return found


def ask_again(
    connection: Connection,
    renewal: Renewal,
    suppressor: Suppressor,
    links: LinkSealer,
    *,
    most: int,
    now: datetime,
) -> Asked | None:
    """Make the mail that asks; None where the address had one today or the day had `most`.

    Whoever confirms signs up anew, by today's words; whoever is silent ends at the pack's date.
    """
    asked = joining.ask(connection, renewal.signed, suppressor, links, most=most, now=now)
    if asked is None or asked.objected:
        return None
    sign_ups.mark_asked(connection, renewal.contact_id, at=now)
    return asked


def take_back(connection: Connection, renewal: Renewal, asked: Asked) -> None:
    """Let somebody be asked another time whose mail could not be sent."""
    asked_mails.give_back(connection, asked.mark)
    sign_ups.mark_asked(connection, renewal.contact_id, at=None)
