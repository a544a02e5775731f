"""What admission asks that other parts of the store know: notices, consents, and what platforms told."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.admission import NoticeFacts


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


def inputs_of(_connection: Connection, _contact_ids: Iterable[int]) -> dict[int, Inputs]:
    """Return what is known of contacts, set-based; those of whom nothing is stand not in it.

    Nothing of it is stored yet: a contact of whom no notice is known counts as not told.
    """
    return {}
