"""A small invented audience that meets every gate and channel, to set packs side by side."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from classifier.admission import admit
from classifier.channels import channels
from classifier.policy import Keep, Policy, decide
from domain.admission import Admission, Controller, Facts, NoticeFacts, StandingAct, Told
from domain.channel import Channel, ChannelAnswer
from domain.contact import ContactKey, Platform
from domain.label import Decision, Label
from domain.signal import Signal, SignalKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Member(NamedTuple):
    """One of the audience: what it did, when that was last confirmed, and whether it was told.

    `wrote_hours` is how long ago it wrote to us; `known_days` since when we hold it.
    """

    words: str
    platform: Platform
    did: tuple[SignalKind, ...]
    confirmed_days: int = 1
    known_days: int = 10
    told: Told | None = None
    wrote_hours: int | None = None
    consented: frozenset[Channel] = frozenset()


_X, _FB = Platform.TWITTER, Platform.FACEBOOK
AUDIENCE: Sequence[Member] = (
    Member("follows on X, not told yet", _X, (SignalKind.FOLLOWS,)),
    Member("follows on X, told itself", _X, (SignalKind.FOLLOWS,), told=Told.INDIVIDUALLY),
    Member(
        "follows on X, told in public only, wrote to us", _X, (SignalKind.FOLLOWS,), 1, 10, Told.PUBLICLY, 5
    ),
    Member(
        "follows on X, told itself, wrote to us", _X, (SignalKind.FOLLOWS,), 1, 60, Told.INDIVIDUALLY, 500
    ),
    Member(
        "follows on X, told itself, last seen 45 days ago",
        _X,
        (SignalKind.FOLLOWS,),
        45,
        60,
        Told.INDIVIDUALLY,
    ),
    Member("follows on X, held for 31 days and not told", _X, (SignalKind.FOLLOWS,), known_days=31),
    Member("likes posts on X, every day", _X, (SignalKind.LIKED,)),
    Member(
        "follows on X and objected", _X, (SignalKind.FOLLOWS, SignalKind.OBJECTED), told=Told.INDIVIDUALLY
    ),
    Member("friend on Facebook, told itself", _FB, (SignalKind.FRIEND,), told=Told.INDIVIDUALLY),
    Member(
        "friend on Facebook, told itself, wrote 5 hours ago",
        _FB,
        (SignalKind.FRIEND,),
        1,
        10,
        Told.INDIVIDUALLY,
        5,
    ),
    Member(
        "friend on Facebook, told itself, wrote 30 hours ago",
        _FB,
        (SignalKind.FRIEND,),
        1,
        10,
        Told.INDIVIDUALLY,
        30,
    ),
    Member("only wrote to the page, an hour ago", _FB, (), wrote_hours=1),
    Member(
        "signed up, told in the form, agreed to e-mail",
        _FB,
        (SignalKind.SIGNED_UP,),
        200,
        200,
        Told.IN_FORM,
        consented=frozenset({Channel.EMAIL}),
    ),
    Member("opted in on Facebook, not told yet", _FB, (SignalKind.OPTED_IN,)),
)


class Standing(NamedTuple):
    """What a pack makes of one of the audience."""

    decision: Decision
    admission: Admission
    channels: tuple[ChannelAnswer, ...]

    @property
    def open(self) -> tuple[Channel, ...]:
        """The channels on which it may be written to."""
        return tuple(each.channel for each in self.channels if each.addressable)


def stand(member: Member, policy: Policy, controller: Controller | None) -> Standing:
    """Decide and admit one of the audience under a pack; an act that is only counted is not known."""
    key = ContactKey(member.platform, "7001")
    kinds = [*member.did, *([SignalKind.MESSAGED] if member.wrote_hours is not None else [])]
    known = [Signal(key, each) for each in kinds if policy.rules[each].keep is Keep.STORE]
    decision = decide(key, known, policy, now=NOW)
    confirmed_at = NOW - timedelta(days=member.confirmed_days)
    wrote = any(each.kind is SignalKind.MESSAGED for each in known)
    facts = Facts(
        key=key,
        label=decision.label,
        decided_at=NOW - timedelta(days=member.known_days),
        first_seen_at=NOW - timedelta(days=member.known_days),
        acts=tuple(
            StandingAct(each.kind, confirmed_at)
            for each in known
            if policy.rules[each.kind].label is Label.REGULAR
        ),
        wrote_at=NOW - timedelta(hours=member.wrote_hours) if wrote and member.wrote_hours else None,
        notice=NoticeFacts(NOW, NOW - timedelta(days=2), member.told) if member.told else None,
        consented=frozenset(member.consented),
    )
    admission = admit(facts, policy, controller, now=NOW)
    return Standing(decision, admission, channels(facts, policy, admission, now=NOW))
