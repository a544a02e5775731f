"""Recipients: who gets files of the messaging store, as what, and on which ground outside the EEA."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.errors import RegularsError

#: The Union's members with Iceland, Liechtenstein and Norway (EEA Agreement, Decision 154/2018 of its Joint
#: Committee on the GDPR), by ISO 3166-1.
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905  # one line
)
LONGEST_NAME = 200
_COUNTRY = re.compile("[A-Z]{2}")


class RecipientError(RegularsError):
    """Raised where somebody cannot be a recipient, or may not get a file."""


class Part(StrEnum):
    """What a recipient is to the controller."""

    #: A body of the controller itself: a section, a team.
    OWN = "own"
    #: Works on instructions alone, under a contract (GDPR art. 28), such as a CRM's provider.
    PROCESSOR = "processor"
    #: Decides itself what it does with the data.
    THIRD_PARTY = "third-party"


class Ground(StrEnum):
    """What lets data leave the EEA (GDPR art. 45 to 47)."""

    ADEQUACY = "adequacy"
    STANDARD_CLAUSES = "standard-clauses"
    BINDING_RULES = "binding-rules"
    CODE_OF_CONDUCT = "code-of-conduct"
    CERTIFICATION = "certification"


class Recipient(NamedTuple):
    """Somebody who gets files; `ground` is needed outside the EEA."""

    name: str
    country: str
    part: Part
    ground: Ground | None
    id: int = 0
    created_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether it gets only contacts who consented to be disclosed to it (GDPR art. 6(1)(a))."""
        return self.part is Part.THIRD_PARTY


def require_lawful(recipient: Recipient, adequate: Mapping[str, str]) -> None:
    """Raise RecipientError where a recipient cannot be registered.

    `adequate` are the countries with an adequacy decision, each with what it is bound to, if anything.
    """
    name, country, _, ground = recipient[:4]
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RecipientError(f"A recipient needs a name of {LONGEST_NAME} characters at most, on one line.")
    if not _COUNTRY.fullmatch(country):
        raise RecipientError("Give the country as two capital letters of ISO 3166, such as FR.")
    if country in EEA:
        return
    if ground is None:
        raise RecipientError(
            f"{country} is outside the European Economic Area: say on which ground data may go there "
            f"({', '.join(Ground)}; GDPR art. 44 to 47)."
        )
    if ground is Ground.ADEQUACY and country not in adequate:
        raise RecipientError(
            f"No adequacy decision is known for {country}: name another ground, such as standard-clauses."
        )


def may_receive(recipient: Recipient) -> bool:
    """Tell whether anything of the messaging store may go to a recipient; to a third party who consented."""
    return recipient.ended_at is None


def require_receiving(recipient: Recipient) -> None:
    """Raise RecipientError where nothing may go to a recipient."""
    if recipient.ended_at is not None:
        raise RecipientError(
            f"{recipient.name} is no recipient any more; `regulars recipient add` makes one."
        )


def require_no_third_party(recipient: Recipient) -> None:
    """Raise RecipientError where a recipient may not get what holds everybody."""
    require_receiving(recipient)
    if recipient.needs_consent:
        raise RecipientError(
            f"{recipient.name} is a third party: it may get only contacts who consented to that, by files, "
            "the API or the tap. Who works on your instructions alone is a processor (GDPR art. 28)."
        )
