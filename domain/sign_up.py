"""A sign-up: what a person gave us itself, and the exact words that it agreed to."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.address import email_of, phone_of, takes_messages
from domain.topic import TOPICS

#: The platform of contacts who signed up; its account is ours alone and nothing of it is harvested.
SIGNUP = "signup"
EMAIL, SMS = "email", "sms"
#: What people may agree to be written to by.
CHANNELS = (EMAIL, SMS)
#: What a consent is for: a channel, or topics that are tied to the contact.
FOR_TOPICS = "topics"
PURPOSES = (*CHANNELS, FOR_TOPICS)
LANGUAGES = ("fr", "en")

#: Characters at most of a name or an area, of where a consent was given, and of its wording.
MAX_NAME, MAX_SOURCE, MAX_CONSENT = 200, 500, 10_000
#: A machine that dates a consent may be so far ahead of ours.
CLOCKS_APART = timedelta(minutes=5)
#: How long the link in a mail confirms a form.
LASTS = timedelta(days=7)

# What no database holds, and controls that nobody sees in a name.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class SignUp(NamedTuple):
    """What one person gave, once.

    `channels` holds only those consented to, `topics` those that the person named. `area` stands as it was
    written. `consent` is the exact text agreed to, `source` where ("join page", "list signatures.csv row 3",
    "met at the market"), `taken_by` who entered it ("page", "cli:NAME"), `at` when it was given.
    """

    name: str | None
    email: str | None
    phone: str | None
    language: str
    channels: tuple[str, ...]
    topics: tuple[str, ...]
    area: str | None
    consent: str
    source: str
    taken_by: str
    at: datetime


def addresses_of(signed: SignUp) -> dict[str, str]:
    """Return the addresses that may be kept, by channel: of those consented to and in the kept form."""
    given = {EMAIL: email_of(signed.email or ""), SMS: phone_of(signed.phone or "")}
    return {channel: address for channel, address in given.items() if address and channel in signed.channels}


def identifiers_of(signed: SignUp) -> list[tuple[str, str]]:
    """Return every (kind, identifier) by which a person may have objected, consented to or not."""
    given = (("email", email_of(signed.email or "")), ("phone", phone_of(signed.phone or "")))
    return [(kind, address) for kind, address in given if address]


def hash_of(wording: str) -> str:
    """Return the hash that names the version of a consent's text."""
    return hashlib.sha256(wording.encode()).hexdigest()


def fault(signed: SignUp, *, now: datetime) -> str | None:
    """Say in a clause why a sign-up proves no consent; None where it does. Tells nothing that it holds."""
    return _unproven(signed, now) or _unfit(signed) or _unreachable(signed)


def _unproven(signed: SignUp, now: datetime) -> str | None:
    for value, most, clause in (
        (signed.consent, MAX_CONSENT, "the words agreed to"),
        (signed.source, MAX_SOURCE, "where the consent was given"),
        (signed.taken_by, MAX_NAME, "who took it"),
    ):
        if not value.strip():
            return f"it does not say {clause}"
        if len(value) > most:
            return f"it takes more than {most} characters to say {clause}"
    if signed.at.tzinfo is None:
        return "the moment of its consent has no time zone"
    return "its consent is dated in the future" if signed.at > now + CLOCKS_APART else None


def _unfit(signed: SignUp) -> str | None:
    for value, most, what in ((signed.name, MAX_NAME, "name"), (signed.area, MAX_NAME, "area")):
        if value and len(value) > most:
            return f"its {what} is longer than {most} characters"
    written = (signed.name, signed.area, signed.consent, signed.source, signed.taken_by)
    if any(_UNFIT.search(each) for each in written if each):
        return "it holds characters that are no text"
    if signed.language not in LANGUAGES:
        return "its language is neither fr nor en"
    return None if set(signed.topics) <= set(TOPICS) else "it names a topic that there is not"


def _unreachable(signed: SignUp) -> str | None:
    if not signed.channels:
        return "it consents to no channel"
    if not set(signed.channels) <= set(CHANNELS):
        return "it names a channel that there is not"
    given = addresses_of(signed)
    if EMAIL in signed.channels and EMAIL not in given:
        return "its e-mail address is none"
    if SMS in signed.channels and SMS not in given:
        return "its phone number is none, or lacks its country code or first 0"
    if SMS in given and not takes_messages(given[SMS]):
        return "its phone number is no mobile number"
    return None
