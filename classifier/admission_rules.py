"""What a pack says of admission: its gates in order, who may rely on what, and each channel's rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from classifier.errors import PolicyError
from domain.admission import Basis, Controller, Gate
from domain.channel import Channel

#: No pack may leave these out: no label, no objection and no duty to tell may be passed over
#: (CNIL 2016-11-08; GDPR art. 21(3) and art. 14(3)).
NEEDED_GATES = (Gate.NOT_REGULAR, Gate.SUPPRESSED, Gate.NOTICE_OVERDUE)
#: Not-for-profit bodies with a political aim; persons are none (GDPR art. 9(2)(d)).
BODIES = frozenset({Controller.PARTY, Controller.ASSOCIATION, Controller.FOUNDATION})


class Permit(StrEnum):
    """What opens a channel."""

    #: The contact wrote to us first and has not said stop since.
    WROTE_FIRST = "wrote_first"
    #: It wrote within the pack's `messenger_window_hours`.
    WROTE_LATELY = "wrote_lately"
    #: A consent to this channel is in force.
    CONSENT = "consent"
    #: Nothing does.
    NEVER = "never"


#: What opens each channel at most. X: automated messages "only after user DMs you first" (Developer
#: Guidelines, 2026-08-22); Messenger: the person begins, 24-hour window (Messenger Platform policy,
#: 2026-09-28); e-mail and SMS: consent (CNIL).
OPENS: Mapping[Channel, Permit] = MappingProxyType(
    {
        Channel.X_MESSAGE: Permit.WROTE_FIRST,
        Channel.MESSENGER: Permit.WROTE_LATELY,
        Channel.EMAIL: Permit.CONSENT,
        Channel.SMS: Permit.CONSENT,
    }
)


class GateRule(NamedTuple):
    """A gate of a pack, and who asks for it."""

    gate: Gate
    source: str
    checked_on: date


class BasisRule(NamedTuple):
    """What a kind of controller may rely on, and who says so."""

    controller: Controller
    rely_on: frozenset[Basis]
    source: str
    checked_on: date


class ChannelRule(NamedTuple):
    """What opens a channel, and who says so."""

    channel: Channel
    permit: Permit
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class AdmissionRules:
    """The gates in the order in which they are asked, who may rely on what, and the channels' rules."""

    gates: Mapping[Gate, GateRule]
    bases: Mapping[Controller, BasisRule] = field(default_factory=dict)
    channels: Mapping[Channel, ChannelRule] = field(default_factory=dict)


def check_admission(rules: AdmissionRules) -> None:
    """Raise PolicyError for rules below the law's floor, or for ones that leave a question open."""
    for gate in NEEDED_GATES:
        if gate not in rules.gates:
            raise PolicyError(
                f"The gate {gate} is missing, and the law leaves no pack without it; add it with its source.",
                table="admission.gates",
            )
    for basis in rules.bases.values():
        if Basis.REGULAR_CONTACT in basis.rely_on and basis.controller not in BODIES:
            raise PolicyError(
                f"{basis.controller} may not rely on regular_contact, which is for a party, an association "
                "or a foundation (GDPR, art. 9(2)(d)); leave it explicit_consent.",
                table=f"admission.bases.{basis.controller}",
                key="rely_on",
            )
    for each in Controller if Gate.NO_BASIS in rules.gates else ():
        if each not in rules.bases:
            raise PolicyError(
                f"The gate no_basis needs to know what {each} may rely on; add admission.bases.{each}.",
                table="admission.bases",
            )
    for channel in rules.channels.values():
        if channel.permit not in (OPENS[channel.channel], Permit.NEVER):
            raise PolicyError(
                f"{channel.channel} may open by {OPENS[channel.channel]} or never, as its platform or the "
                "law says; write one of them.",
                table=f"admission.channels.{channel.channel}",
                key="permit",
            )


#: What holds for a policy that is made without rules of its own: the floor, and no channel.
FLOOR = AdmissionRules(
    MappingProxyType(
        {
            each: GateRule(each, source, date(2026, 11, 24))
            for each, source in zip(
                NEEDED_GATES, ("CNIL 2016-11-08", "GDPR art. 21(3)", "GDPR art. 14(3)"), strict=True
            )
        }
    )
)
