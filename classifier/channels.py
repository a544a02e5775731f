"""Channels: on which of them an admitted contact may be written to now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from classifier.admission import admit
from classifier.admission_rules import ChannelRule, Permit
from classifier.policy import Policy
from domain.admission import Admission, Controller, Facts, Told
from domain.channel import Channel, ChannelAnswer, Hindrance
from domain.contact import Platform

#: The platform that a channel belongs to; those that are not here belong to none.
PLATFORM_OF: Mapping[Channel, str] = {
    Channel.X_MESSAGE: Platform.TWITTER,
    Channel.MESSENGER: Platform.FACEBOOK,
}


def addressable(
    facts: Facts, channel: Channel, policy: Policy, controller: Controller | None, *, now: datetime
) -> ChannelAnswer | None:
    """Say whether a contact may be written to on a channel now; None where the pack has no such channel.

    Whoever is not admitted may not. An opened channel is no order: the message still needs its notice.
    """
    rule = policy.admission.channels.get(channel)
    if rule is None:
        return None
    admitted = admit(facts, policy, controller, now=now).admitted
    return _on_channel(facts, rule, policy, admitted=admitted, now=now)


def channels(
    facts: Facts, policy: Policy, admission: Admission, *, now: datetime
) -> tuple[ChannelAnswer, ...]:
    """Say it of every channel of the pack, for a contact whose gates were asked already."""
    admitted = admission.admitted
    return tuple(
        _on_channel(facts, rule, policy, admitted=admitted, now=now)
        for rule in policy.admission.channels.values()
    )


def _on_channel(
    facts: Facts, rule: ChannelRule, policy: Policy, *, admitted: bool, now: datetime
) -> ChannelAnswer:
    hindrance, at = _hindrance(facts, rule, policy, admitted=admitted, now=now)
    return ChannelAnswer(rule.channel, hindrance, at, rule.source, rule.checked_on)


def _hindrance(
    facts: Facts, rule: ChannelRule, policy: Policy, *, admitted: bool, now: datetime
) -> tuple[Hindrance | None, datetime | None]:
    if not admitted:
        return Hindrance.NOT_ADMITTED, None
    if facts.key.platform != PLATFORM_OF.get(rule.channel, facts.key.platform):
        return Hindrance.OTHER_PLATFORM, None
    if facts.notice is not None and facts.notice.told is Told.PUBLICLY:
        return Hindrance.TOLD_IN_PUBLIC_ONLY, facts.notice.given_at
    if facts.stopped_at is not None:  # writing again lifts no stop: only the person's own word for it does
        return Hindrance.SAID_STOP, facts.stopped_at
    return _permitted(facts, rule, policy, now)


def _permitted(
    facts: Facts, rule: ChannelRule, policy: Policy, now: datetime
) -> tuple[Hindrance | None, datetime | None]:
    if rule.permit is Permit.NEVER:
        return Hindrance.NOT_ALLOWED, None
    if rule.permit is Permit.CONSENT:
        return (None if rule.channel in facts.consented else Hindrance.NO_CONSENT), None
    if facts.wrote_at is None:
        return Hindrance.NEVER_WROTE, None
    if rule.permit is Permit.WROTE_FIRST:
        return None, facts.wrote_at
    window = timedelta(hours=policy.number("messenger_window_hours"))
    return (None if now < facts.wrote_at + window else Hindrance.WINDOW_CLOSED), facts.wrote_at
