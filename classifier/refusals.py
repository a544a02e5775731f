"""What admission says, in one sentence of the user's language."""

from collections.abc import Callable, Mapping
from datetime import datetime

from classifier.explanation import iso_day
from domain.admission import Gate, GateAnswer
from domain.channel import ChannelAnswer, Hindrance
from domain.signal import SignalKind

LANGUAGES = ("en", "fr")

#: What a state is called that must be seen again and again.
_STATES: Mapping[str, Mapping[SignalKind, str]] = {
    "en": {SignalKind.FOLLOWS: "follow", SignalKind.FRIEND: "friendship"},
    "fr": {SignalKind.FOLLOWS: "abonnement vu", SignalKind.FRIEND: "lien d'amitié vu"},
}
_OTHER_STATE = {"en": "act", "fr": "acte vu"}

_REFUSED: Mapping[str, Mapping[Gate, str]] = {
    "en": {
        Gate.NOT_REGULAR: "not a regular contact: no lasting step is known",
        Gate.SUPPRESSED: "objected or blocked us on {day}: neither kept nor written to",
        Gate.OVERRIDE_PENDING: "raised by hand on {day}, and no second person has confirmed it yet",
        Gate.PLATFORM_GONE: "the platform said on {day} that this contact is gone",
        Gate.MINOR: "known since {day} to be under age",
        Gate.KEPT_TOO_LONG: "had to go by {day}",
        Gate.PROOF_TOO_OLD: "{state} last seen {days} days ago",
        Gate.NOTICE_OVERDUE: "had to be told by {day} and was not",
        Gate.NO_BASIS: "no basis on which this kind of controller may keep this contact",
        Gate.NOT_TOLD: "was not told individually yet",
    },
    "fr": {
        Gate.NOT_REGULAR: "n'est pas un contact régulier : aucune démarche durable connue",
        Gate.SUPPRESSED: "s'est opposé ou nous a bloqués le {day} : ni conservé ni contacté",
        Gate.OVERRIDE_PENDING: "relevé à la main le {day}, sans confirmation d'une seconde personne",
        Gate.PLATFORM_GONE: "la plateforme a dit le {day} que ce contact n'existe plus",
        Gate.MINOR: "connu comme mineur depuis le {day}",
        Gate.KEPT_TOO_LONG: "devait être effacé avant le {day}",
        Gate.PROOF_TOO_OLD: "{state} pour la dernière fois il y a {days} jours",
        Gate.NOTICE_OVERDUE: "devait être informé avant le {day} et ne l'a pas été",
        Gate.NO_BASIS: "aucune base qui permette à ce type de responsable de conserver ce contact",
        Gate.NOT_TOLD: "n'a pas encore été informé individuellement",
    },
}
_NO_PROOF = {
    "en": "nothing that makes this contact regular stands any more",
    "fr": "plus rien de ce qui rend ce contact régulier ne tient",
}
_PASSED = {"en": "passed", "fr": "franchie"}

_HINDERED: Mapping[str, Mapping[Hindrance, str]] = {
    "en": {
        Hindrance.NOT_ADMITTED: "a gate refuses this contact",
        Hindrance.OTHER_PLATFORM: "this contact is on another platform",
        Hindrance.NOT_ALLOWED: "the policy pack closes this channel",
        Hindrance.TOLD_IN_PUBLIC_ONLY: "was told by a public notice only",
        Hindrance.NEVER_WROTE: "never wrote to us, and only who wrote first may be written to",
        Hindrance.SAID_STOP: "said stop on {day}",
        Hindrance.WINDOW_CLOSED: "last wrote on {day}, the time to answer is over",
        Hindrance.NO_CONSENT: "no consent to this channel is in force",
    },
    "fr": {
        Hindrance.NOT_ADMITTED: "une condition d'admission refuse ce contact",
        Hindrance.OTHER_PLATFORM: "ce contact est sur une autre plateforme",
        Hindrance.NOT_ALLOWED: "la politique appliquée ferme ce canal",
        Hindrance.TOLD_IN_PUBLIC_ONLY: "n'a été informé que par un avis public",
        Hindrance.NEVER_WROTE: "ne nous a jamais écrit, et seul qui a écrit d'abord peut être contacté",
        Hindrance.SAID_STOP: "a dit stop le {day}",
        Hindrance.WINDOW_CLOSED: "a écrit pour la dernière fois le {day}, le délai de réponse est passé",
        Hindrance.NO_CONSENT: "aucun consentement à ce canal n'est en vigueur",
    },
}
_OPEN = {"en": "may be written to", "fr": "peut être contacté"}


def say_gate(
    answer: GateAnswer, *, language: str, now: datetime, day: Callable[[datetime], str] = iso_day
) -> str:
    """Say what a gate answered, in `en` or `fr`; `day` writes days."""
    if answer.passed:
        return _PASSED[language]
    if answer.gate is Gate.PROOF_TOO_OLD and answer.at is None:
        return _NO_PROOF[language]
    state = _STATES[language].get(answer.act, _OTHER_STATE[language]) if answer.act else ""
    days = (now - answer.at).days if answer.at else 0
    return _REFUSED[language][answer.gate].format(day=_day(answer.at, day), days=days, state=state)


def say_channel(answer: ChannelAnswer, *, language: str, day: Callable[[datetime], str] = iso_day) -> str:
    """Say whether a contact may be written to on a channel, and why not, in `en` or `fr`."""
    if answer.hindrance is None:
        return _OPEN[language]
    return _HINDERED[language][answer.hindrance].format(day=_day(answer.at, day))


def _day(moment: datetime | None, day: Callable[[datetime], str]) -> str:
    return day(moment) if moment else "?"
