"""What admission asks that other parts of the store know: how contacts were told, and what they agreed to."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.notices import Notice, Status
from domain.admission import NoticeFacts, Told
from store import consents, notices

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
    ids = list(contact_ids)
    told, agreed = notices.facts(connection, ids), consents.channels(connection, ids)
    return {
        each: Inputs(_facts(told.get(each)), agreed.get(each, frozenset()))
        for each in told.keys() | agreed.keys()
    }


def _facts(notice: Notice | None) -> NoticeFacts | None:
    if notice is None:
        return None
    return NoticeFacts(notice.due_at, notice.given_at, _TOLD[notice.how] if notice.how else None)
