"""Choices: whether a file may say that a person agreed to be written to, or that it does not want to be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from exports.presets.preset import Record

#: The field of a record that holds the address of a channel.
ADDRESSES = {"email": "email", "sms": "phone"}


class Known(NamedTuple):
    """What is known beside the records when a file is written.

    `since` is when the target last took our file: a consent that it was given then is not said again, for its
    owner may have opted out there since. None where it never took one. `opt_outs` is when people last opted
    out in the target, by contact key, e-mail address or phone, as far as it was read back.
    """

    since: datetime | None = None
    opt_outs: Mapping[str, datetime] = {}


def choice_of(record: Record, channel: str, known: Known) -> bool | None:
    """Tell whether a record says yes (True) or no (False) for `email` or `sms`; None where it says nothing.

    Yes needs an open channel and a consent newer than each known opt-out, and newer than `known.since`. No
    is what stands since the last consent. Of equal moments the opt-out counts.
    """
    given, ended = _said(record, channel, known)
    if ended is not None and (given is None or ended >= given):
        return False
    if given is None or channel not in record.get("addressable", ()):
        return None
    return True if known.since is None or given > known.since else None


def opted_out(record: Record, channel: str, known: Known) -> bool:
    """Tell whether the last word that is known of a contact for a channel is no."""
    given, ended = _said(record, channel, known)
    return ended is not None and (given is None or ended >= given)


def _said(record: Record, channel: str, known: Known) -> tuple[datetime | None, datetime | None]:
    said = record.get("consents", {}).get(channel)
    if not said:
        if not known.opt_outs:
            return None, None
        said = {}
    address = record.get(ADDRESSES[channel])
    elsewhere = (known.opt_outs.get(each) for each in (record["contact_key"], address) if each)
    ends = [at for at in (_moment(said.get("withdrawn_at")), *elsewhere) if at]
    return _moment(said.get("given_at")), max(ends, default=None)


def _moment(at: object) -> datetime | None:
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if not isinstance(at, datetime):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
