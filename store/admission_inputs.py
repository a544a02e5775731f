"""What admission asks that other parts of the store know: how contacts were told, and what they agreed to."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.notices import Notice, Status
from domain.admission import NoticeFacts, Told
from store import notices

_TOLD = {
    Status.GIVEN_INDIVIDUALLY: Told.INDIVIDUALLY,
    Status.GIVEN_AT_FORM: Told.IN_FORM,
    Status.PUBLIC_NOTICE: Told.PUBLICLY,
}


class Inputs(NamedTuple):
    """What is known of one contact beside its acts; the defaults are what holds where nothing is known.

    `consented` holds the channels to which a consent is in force (`domain.admission.Channel` values).
    """

    notice: NoticeFacts | None = None
    consented: frozenset[str] = frozenset()
    stopped_at: datetime | None = None
    minor_at: datetime | None = None
    gone_at: datetime | None = None


NOTHING = Inputs()


def inputs_of(connection: Connection, contact_ids: Iterable[int]) -> dict[int, Inputs]:
    """Return what is known of contacts, set-based; those of whom nothing is stand not in it.

    A contact of whom no notice is known counts as not told. Whoever said stop, is under age, or is gone
    from its platform is no contact any more, so that nothing of it is found here.
    """
    told = notices.facts(connection, contact_ids)
    return {contact_id: Inputs(_facts(notice)) for contact_id, notice in told.items()}


def _facts(notice: Notice) -> NoticeFacts:
    return NoticeFacts(notice.due_at, notice.given_at, _TOLD[notice.how] if notice.how else None)
