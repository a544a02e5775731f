"""Notices: when a contact must have been told that data about it are held, and whether it was."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from classifier.policy import Policy


class Status(StrEnum):
    """How a contact stands with its notice."""

    #: Told by itself, in a message or a letter.
    GIVEN_INDIVIDUALLY = "given_individually"
    #: Told on the form that it filled in (GDPR art. 13).
    GIVEN_AT_FORM = "given_at_form"
    #: Covered by the public notice, on a written assessment (GDPR art. 14(5)(b)); nobody was told.
    PUBLIC_NOTICE = "public_notice"
    DUE = "due"
    OVERDUE = "overdue"


#: What can be recorded; the others follow from the clock.
GIVEN = (Status.GIVEN_INDIVIDUALLY, Status.GIVEN_AT_FORM, Status.PUBLIC_NOTICE)


class Notice(NamedTuple):
    """What is recorded of a contact's notice: when it is due and, once `given_at` stands, how it was given.

    `version` is the SHA-256 of the text that was given, `assessment` the reference of the written
    assessment behind a public notice.
    """

    due_at: datetime
    given_at: datetime | None = None
    how: Status | None = None
    version: str | None = None
    assessment: str | None = None


def due_at(
    obtained_at: datetime,
    policy: Policy,
    *,
    first_message_at: datetime | None = None,
    first_disclosure_at: datetime | None = None,
) -> datetime:
    """Return by when a contact must be told: the earliest of three moments (GDPR art. 14(3)).

    They are the pack's `notice_due_days` after the data were obtained, the first message to the contact,
    and the first disclosure to another recipient.
    """
    moments = (
        obtained_at + timedelta(days=policy.number("notice_due_days")),
        first_message_at,
        first_disclosure_at,
    )
    return min(each for each in moments if each is not None)


def status(notice: Notice, now: datetime) -> Status:
    """Return how a contact stands with its notice; the last moment is still in time."""
    if notice.how is not None:
        return notice.how
    return Status.OVERDUE if now > notice.due_at else Status.DUE


def is_told(notice: Notice) -> bool:
    """Tell whether the contact itself was told; a public notice tells nobody."""
    return notice.how in (Status.GIVEN_INDIVIDUALLY, Status.GIVEN_AT_FORM)
