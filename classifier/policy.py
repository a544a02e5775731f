"""The policy: a rule for every kind of act, and the decision that follows from a contact's acts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from classifier.admission_rules import FLOOR, AdmissionRules, check_admission
from classifier.errors import PolicyError
from classifier.explanation import explain
from classifier.topic_rules import TopicRule, check_topic
from domain.contact import ContactKey
from domain.label import Decision, Evidence, Label
from domain.signal import INTERACTIONS, Signal, SignalKind

__all__ = ["Keep", "Number", "Policy", "PolicyError", "Rule", "decide", "explain", "label_of"]

#: No rule may keep anything longer than ten years; whatever is to stay longer stands as 0.
MAX_DAYS = 3650

#: Numbers that no pack may raise above what the law or a platform allows.
MOST: Mapping[str, tuple[int, str]] = {
    "notice_due_days": (31, "31 days, a month (GDPR, art. 14(3))"),
    "messenger_window_hours": (24, "24 hours (Messenger Platform policy, 2026-09-28)"),
}

_LAST = datetime.max.replace(tzinfo=UTC)
_PLACES = {kind: place for place, kind in enumerate(SignalKind)}
_SUPPRESSING = frozenset({SignalKind.OBJECTED, SignalKind.BLOCKED})


class Keep(StrEnum):
    """What stays of an act."""

    #: The contact's key, its label and the act.
    STORE = "store"
    #: One more in a count, and nobody's identity.
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of act means, what may be kept of it, and who says so.

    `keep_days` is 0 where the act is kept as long as it stands. `profile` says that name and handle may
    be kept on account of it. `text_days` is 0 where its text is never stored. `source` is short and
    stands in explanations; `wording` is what the source says, or why we infer it.
    """

    kind: SignalKind
    label: Label
    keep: Keep
    keep_days: int
    profile: bool
    text_days: int
    source: str
    wording: str
    checked_on: date


class Number(NamedTuple):
    """A number of a pack with its source; its unit stands in its name."""

    value: int
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Policy:
    """A named, versioned table of rules; one that breaks the law's floor cannot be made.

    Raises PolicyError that names the table and key which are wrong.
    """

    name: str
    version: str
    rules: Mapping[SignalKind, Rule]
    numbers: Mapping[str, Number]
    #: What may be inferred, by topic; of a topic without a rule nothing is.
    topics: Mapping[str, TopicRule] = field(default_factory=dict)
    #: The gates after the label, and the channels; without any the law's floor.
    admission: AdmissionRules = FLOOR

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", MappingProxyType(dict(self.rules)))
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))
        object.__setattr__(self, "topics", MappingProxyType(dict(self.topics)))
        for rule in self.topics.values():
            check_topic(rule)
        check_admission(self.admission)
        _check_numbers(self.numbers)
        for each in SignalKind:
            if each not in self.rules:
                raise PolicyError(f"{each} has no rule; every kind of act needs one.", table="rules")
            _check_label(self.rules[each])
            _check_keeping(self.rules[each])
        _check_numbers(self.numbers)

    @property
    def signature(self) -> str:
        """Name and version, as decisions carry them."""
        return f"{self.name}/{self.version}"

    def number(self, name: str) -> int:
        """Look up a number of the pack; raises PolicyError where the pack lacks it."""
        if name not in self.numbers:
            raise PolicyError(
                f"{self.name} lacks the number {name}; add it with its source.", table="numbers"
            )
        return self.numbers[name].value


def decide(contact: ContactKey, signals: Iterable[Signal], policy: Policy, *, now: datetime) -> Decision:
    """Label a contact by the strongest single act that holds; weak ones never add up.

    The evidence is every act as strong as that, in an order of its own, without names and texts.
    """
    holding = [(policy.rules[each.kind], each) for each in signals if each.holds(now)]
    label = max((rule.label for rule, _ in holding), default=Label.NONE)
    decisive = [
        Evidence(signal._replace(profile=None, text=None, under=None, hidden=False), label, rule.source)
        for rule, signal in holding
        if rule.label is label is not Label.NONE
    ]
    decisive.sort(key=_order)
    return Decision(contact, label, tuple(decisive), policy.signature, decided_at=now)


def label_of(kind: SignalKind, policy: Policy) -> Label:
    """Return the label that one act of this kind brings while it holds."""
    return policy.rules[kind].label


def _order(evidence: Evidence) -> tuple[int, datetime, str, datetime, ContactKey]:
    signal = evidence.signal
    started, ended = signal.started_at or _LAST, signal.ended_at or _LAST
    return _PLACES[signal.kind], started, signal.item, ended, signal.contact


def _check_label(rule: Rule) -> None:
    kind, wrong = rule.kind, None
    if kind in INTERACTIONS and rule.label > Label.OCCASIONAL:
        wrong = (
            f"{kind} may not be above occasional, a mere interaction is no lasting step (CNIL, 2016-11-08); "
            "make it occasional or none."
        )
    elif kind in _SUPPRESSING and rule.label is not Label.SUPPRESSED:
        wrong = (
            f"{kind} must be suppressed, nothing outweighs an objection (GDPR, art. 21); make it suppressed."
        )
    if wrong:
        raise PolicyError(wrong, table=f"rules.{kind}", key="label")


def _check_numbers(numbers: Mapping[str, Number]) -> None:
    for name, (most, words) in MOST.items():
        if name in numbers and not 0 < numbers[name].value <= most:
            raise PolicyError(f"{name} must be 1 to {words}.", table=f"numbers.{name}", key="value")


def _check_keeping(rule: Rule) -> None:
    counted, suppressed = rule.keep is Keep.COUNT, rule.label is Label.SUPPRESSED
    faults = (
        ("keep_days", not 0 <= rule.keep_days <= MAX_DAYS, f"takes 0 to {MAX_DAYS} days."),
        ("text_days", not 0 <= rule.text_days <= MAX_DAYS, f"takes 0 to {MAX_DAYS} days."),
        ("text_days", 0 < rule.keep_days < rule.text_days, "may not keep a text longer than the act itself."),
        ("keep", counted and rule.label > Label.OCCASIONAL, "needs its contact, so it must be stored."),
        ("keep", not counted and rule.label is Label.NONE, "means nothing, so it may only be counted."),
        ("keep_days", counted and rule.keep_days > 0, "is only counted, and a count has no date; write 0."),
        ("profile", counted and rule.profile, "is only counted, so no profile may stay of it."),
        ("text_days", counted and rule.text_days > 0, "is only counted, so no text may stay of it; write 0."),
        ("keep_days", suppressed and rule.keep_days > 0, "may not run out by itself; write 0 days."),
        ("profile", suppressed and rule.profile, "may leave no profile behind."),
        ("text_days", suppressed and rule.text_days > 0, "may leave no text behind; write 0 days."),
    )
    for key, broken, sentence in faults:
        if broken:
            raise PolicyError(f"{rule.kind} {sentence}", table=f"rules.{rule.kind}", key=key)
