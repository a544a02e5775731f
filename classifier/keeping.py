"""What may stay of an act, and until when; the numbers are the pack's."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from classifier.policy import Policy, Rule
from domain.label import Label
from domain.signal import SignalKind


def keep_until(rule: Rule, seen_at: datetime) -> datetime | None:
    """Return when a stored act must go; None as long as the act stands."""
    return seen_at + timedelta(days=rule.keep_days) if rule.keep_days else None


def ended_keep_until(policy: Policy, ended_at: datetime) -> datetime:
    """Return when an act that had no date of its own must go, once it has ended.

    The grace is there to prove that messages stopped in time; the label falls at once.
    """
    return ended_at + timedelta(days=policy.number("regular_grace_after_end_days"))


def text_until(rule: Rule, seen_at: datetime) -> datetime | None:
    """Return when the text of an act must go; None where it must never be stored."""
    return seen_at + timedelta(days=rule.text_days) if rule.text_days else None


def contact_keep_until(untils: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """Return when a contact must go, from the dates of its acts; None while one of them has no date.

    A contact without any act must go `now`.
    """
    dates = list(untils)
    return None if None in dates else max((each for each in dates if each is not None), default=now)


def keeps_profile(kinds: Iterable[SignalKind], policy: Policy) -> bool:
    """Tell whether name and handle may stay of a contact, from the kinds of its acts that hold.

    Whoever objected keeps no profile, whatever else they did.
    """
    rules = [policy.rules[each] for each in kinds]
    suppressed = any(each.label is Label.SUPPRESSED for each in rules)
    return not suppressed and any(each.profile for each in rules)


class Limits(NamedTuple):
    """The moments before which something is too old to stay, as `limits` finds them."""

    now: datetime
    #: Acts that ended before it go.
    ended_before: datetime
    #: Regular contacts without a sign of life since go; so do sign-ups that were not confirmed anew.
    inactive_before: datetime
    #: Sign-ups from before it are to be confirmed anew.
    reconfirm_before: datetime
    #: Steps of the feed from before it that nobody needs any more go.
    steps_before: datetime
    #: What the journal says of longer ago goes.
    journal_before: datetime


def limits(policy: Policy, now: datetime) -> Limits:
    """Return the moments that follow from a pack's numbers; raises PolicyError where it lacks one."""
    return Limits(
        now=now,
        ended_before=now - timedelta(days=policy.number("regular_grace_after_end_days")),
        inactive_before=_months_before(now, policy.number("regular_inactive_months")),
        reconfirm_before=_months_before(now, policy.number("reconfirm_months")),
        steps_before=now - timedelta(days=policy.number("tombstone_days")),
        journal_before=_months_before(now, policy.number("journal_months")),
    )


def _months_before(moment: datetime, months: int) -> datetime:
    """Go back by the calendar; the 31st becomes the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
