"""What admission asks and answers: gates, kinds of controller, and the facts about a contact."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from domain.contact import ContactKey
from domain.label import Label
from domain.signal import SignalKind


class Gate(StrEnum):
    """What a regular contact must pass to be exported; each bears the name of its refusal."""

    NOT_REGULAR = "not_regular"
    SUPPRESSED = "suppressed"
    OVERRIDE_PENDING = "override_pending"
    PLATFORM_GONE = "platform_gone"
    MINOR = "minor"
    KEPT_TOO_LONG = "kept_too_long"
    PROOF_TOO_OLD = "proof_too_old"
    NOTICE_OVERDUE = "notice_overdue"
    NO_BASIS = "no_basis"
    NOT_TOLD = "not_told"


class Controller(StrEnum):
    """Who answers for the file (GDPR art. 4(7)): what it may rely on depends on what it is."""

    PARTY = "party"
    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    CANDIDATE = "candidate"
    ELECTED_PERSON = "elected_person"
    OTHER = "other"


class Basis(StrEnum):
    """What lifts the ban on processing political opinions (GDPR art. 9(2))."""

    #: Art. 9(2)(a).
    EXPLICIT_CONSENT = "explicit_consent"
    #: Art. 9(2)(d): regular contact with a not-for-profit body that has a political aim.
    REGULAR_CONTACT = "regular_contact"


class Told(StrEnum):
    """How a contact was told of what is done with its data."""

    INDIVIDUALLY = "individually"
    IN_FORM = "in_form"
    #: In public, with a written assessment (GDPR art. 14(5)(b)).
    PUBLICLY = "publicly"


class NoticeFacts(NamedTuple):
    """When a contact must be told at the latest, and when and how it was; `given_at` None: not yet."""

    due_at: datetime
    given_at: datetime | None = None
    told: Told | None = None


class OverrideFacts(NamedTuple):
    """An operator's label for a contact; `confirmed_at` None where a second person must still confirm it."""

    to: Label
    at: datetime
    by: str
    reason: str
    confirmed_at: datetime | None = None


class StandingAct(NamedTuple):
    """An act that stands and makes regular, and when it last stood for sure."""

    kind: SignalKind
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the gates and the channels' rules ask of a contact.

    `acts` are those that stand and make regular under the pack. `wrote_at` is when it last wrote to us,
    `stopped_at` when it said stop, while that stands. `minor_at` and `gone_at` are when we learnt that it is
    under age or that its platform no longer has it. `consented` holds the channels to which a consent is in
    force.
    """

    key: ContactKey
    label: Label
    decided_at: datetime
    first_seen_at: datetime
    acts: tuple[StandingAct, ...] = ()
    keep_until: datetime | None = None
    wrote_at: datetime | None = None
    stopped_at: datetime | None = None
    minor_at: datetime | None = None
    gone_at: datetime | None = None
    override: OverrideFacts | None = None
    notice: NoticeFacts | None = None
    consented: frozenset[str] = frozenset()


class GateAnswer(NamedTuple):
    """What one gate says: passed or refused, since when or by which date, and who says so.

    `act` is the act that the answer rests on, where it rests on one.
    """

    gate: Gate
    passed: bool
    at: datetime | None
    source: str
    checked_on: date
    act: SignalKind | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """Every gate of the pack with its answer, in the pack's order."""

    answers: tuple[GateAnswer, ...]

    @property
    def refusals(self) -> tuple[GateAnswer, ...]:
        """The gates that refuse."""
        return tuple(each for each in self.answers if not each.passed)

    @property
    def admitted(self) -> bool:
        """Whether every gate is passed."""
        return not self.refusals
