"""Join: a form becomes a sign-up only when its address confirms it; until then it lies in the link alone."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from config.link_tokens import LinkSealer
from config.suppression import Suppressor
from domain.address import email_of, phone_of
from domain.contact import ContactKey
from domain.journal import PAGE, Act, Entry
from domain.sign_up import LASTS, SIGNUP, SMS, SignUp, hash_of
from pipeline.objections import lift
from pipeline.signing_up import sign_up
from store import asked_mails, contacts, journal, suppressions

#: What a link of this kind is sealed for.
JOIN = "join"


class Asked(NamedTuple):
    """What goes into the mail: the link's token, and whether the address is one that objected.

    `mark` is what `store.asked_mails` counts the mail by.
    """

    token: str
    objected: bool
    mark: str


class Confirmed(Enum):
    """What became of a confirmation."""

    DONE = auto()
    #: Somebody objected or withdrew after the form was sent: a newer word than the link's.
    TAKEN_BACK = auto()
    #: The words agreed to are no longer those of the form.
    REWORDED = auto()


#: Gives the words that somebody agrees to in a language, to channels, and to topics or none.
WordingOf = Callable[[SignUp], str]


def ask(
    connection: Connection,
    signed: SignUp,
    suppressor: Suppressor,
    links: LinkSealer,
    *,
    most: int,
    now: datetime,
) -> Asked | None:
    """Make the mail by which an address confirms a form, which is stored nowhere.

    None where the address had a mail today or the day had `most`. The new, the known and the suppressed
    take the same statements.
    """
    email = email_of(signed.email or "") or ""
    objected = bool(suppressions.among(connection, [suppressor.value("email", email)]))
    day = now.astimezone(UTC).date()
    mark = links.mark(f"{day}:{email}")
    token = links.seal(JOIN, _packed(signed), now=now)
    if not asked_mails.take(connection, mark, day, most=most):
        return None
    return Asked(token, objected, mark)


def form_of(links: LinkSealer, token: str, *, now: datetime) -> SignUp:
    """Return the form that lies in a link, its consent as a hash; raises LinkError or ExpiredError."""
    return _unpacked(links.open(JOIN, token, now=now, lasts=LASTS))


def confirm(
    connection: Connection,
    form: SignUp,
    wording_of: WordingOf,
    policy: Policy,
    suppressor: Suppressor,
    *,
    now: datetime,
) -> Confirmed:
    """Sign up whoever confirmed a form; works twice. It must end its transaction.

    Confirming lifts an objection of the address from before the form was sent, and no other: a phone number
    is not proven by a mail, so one that is suppressed is left out. The consent is dated by the form, so that
    a link that is used again revives nothing that was withdrawn meanwhile.
    """
    wording = wording_of(form)
    if hash_of(wording) != form.consent:
        return Confirmed.REWORDED
    suppressions.take(connection)
    email = suppressor.value("email", email_of(form.email or "") or "")
    phone = suppressor.value("phone", phone_of(form.phone or "") or "")
    lift(connection, [email], "signed_up", suppressor, now=now, before=form.at)
    still = suppressions.among(connection, [email, phone])
    if email in still:
        return Confirmed.TAKEN_BACK
    if phone in still:
        channels = tuple(each for each in form.channels if each != SMS)
        form = form._replace(phone=None, channels=channels)
    source = f"join page; the link in the mail confirmed on {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    signed = form._replace(consent=wording, source=source)
    outcome = sign_up(connection, [signed], policy, suppressor, now=now)
    if not outcome.contact_ids:
        return Confirmed.TAKEN_BACK
    if outcome.proofs:
        (contact_id,) = outcome.contact_ids.values()
        key = ContactKey(SIGNUP, contacts.by_id(connection, [contact_id])[contact_id].platform_id)
        details = {"known": bool(outcome.known)}
        journal.record(connection, Entry(PAGE, Act.SIGNED_UP, now, key, "by a link", details))
    return Confirmed.DONE


def _packed(signed: SignUp) -> bytes:
    at = signed.at.astimezone(UTC).isoformat()
    kept = signed._replace(consent=hash_of(signed.consent), at=at)  # type: ignore[arg-type]  # written, not kept
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def _unpacked(content: bytes) -> SignUp:
    form = SignUp(*json.loads(content))
    at = datetime.fromisoformat(str(form.at))
    return form._replace(channels=tuple(form.channels), topics=tuple(form.topics), at=at)
