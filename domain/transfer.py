"""A transfer: a person consents to be disclosed to one third party, in words that name it."""

import re
from datetime import datetime
from typing import NamedTuple

from domain.contact import ContactKey
from domain.recipient import Recipient
from domain.sign_up import CLOCKS_APART, LANGUAGES, MAX_CONSENT, MAX_SOURCE

# What no database holds.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class Transfer(NamedTuple):
    """What one person agreed to: the exact words, which name the recipient; where, when, and who took it."""

    key: ContactKey
    consent: str
    language: str
    source: str
    taken_by: str
    at: datetime


def fault(given: Transfer, recipient: Recipient, *, now: datetime) -> str | None:
    """Say in a clause why a transfer proves no consent; None where it does. Tells nothing that it holds."""
    for value, most, clause in (
        (given.consent, MAX_CONSENT, "the words agreed to"),
        (given.source, MAX_SOURCE, "where the consent was given"),
    ):
        if not value.strip():
            return f"it does not say {clause}"
        if len(value) > most:
            return f"it takes more than {most} characters to say {clause}"
        if _UNFIT.search(value):
            return "it holds characters that are no text"
    if given.language not in LANGUAGES:
        return "its language is neither fr nor en"
    if recipient.name.casefold() not in given.consent.casefold():
        return "its words do not name the recipient"
    return "its consent is dated in the future" if given.at > now + CLOCKS_APART else None
