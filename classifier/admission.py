"""Admission: the gates after the label."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from classifier.policy import Policy
from domain.admission import Admission, Basis, Controller, Facts, Gate, GateAnswer, Told
from domain.label import Label
from domain.signal import SignalKind

#: Acts by which a contact asked for our messages itself: explicit consent, and a proof that does not age.
CONSENTING = frozenset({SignalKind.SIGNED_UP, SignalKind.OPTED_IN})
#: What told a contact itself; a public notice did not.
TOLD_ITSELF = frozenset({Told.INDIVIDUALLY, Told.IN_FORM})

_DISCLOSURE = "GDPR art. 14(3)(c), 14(5)(b)"
_CHECKED_ON = date(2026, 11, 27)


class _Asked(NamedTuple):
    facts: Facts
    policy: Policy
    controller: Controller | None
    now: datetime


class _Said(NamedTuple):
    passed: bool
    at: datetime | None
    act: SignalKind | None = None


def admit(facts: Facts, policy: Policy, controller: Controller | None, *, now: datetime) -> Admission:
    """Ask every gate of the pack, in its order; without a controller only explicit consent is a basis."""
    asked = _Asked(facts, policy, controller, now)
    answers = []
    for gate, rule in policy.admission.gates.items():
        passed, at, act = _GATES[gate](asked)
        answers.append(GateAnswer(gate, passed, at, rule.source, rule.checked_on, act))
    return Admission(tuple(answers))


def held_back(facts: Facts, *, to_others: bool) -> GateAnswer | None:
    """Refuse an admitted contact to readers of the feed, whatever the pack; None where nothing speaks for it.

    With `to_others` whoever reads it is another recipient, and nobody is disclosed to one before being told
    itself (GDPR art. 14(3)(c); a processor is a recipient, too, art. 4(9)). Whom a public notice alone covers
    is shown to no reader.
    """
    notice = facts.notice
    told = notice.told if notice is not None and notice.given_at is not None else None
    if told in TOLD_ITSELF or (told is None and not to_others):
        return None
    given_at = notice.given_at if notice is not None else None
    return GateAnswer(Gate.NOT_TOLD, passed=False, at=given_at, source=_DISCLOSURE, checked_on=_CHECKED_ON)


def _regular(asked: _Asked) -> _Said:
    return _Said(asked.facts.label is Label.REGULAR, asked.facts.decided_at)


def _unsuppressed(asked: _Asked) -> _Said:
    suppressed = asked.facts.label is Label.SUPPRESSED
    return _Said(not suppressed, asked.facts.decided_at if suppressed else None)


def _no_override_pending(asked: _Asked) -> _Said:
    override = asked.facts.override
    if override is None:
        return _Said(passed=True, at=None)
    return _Said(override.confirmed_at is not None, override.confirmed_at or override.at)


def _still_there(asked: _Asked) -> _Said:
    return _Said(asked.facts.gone_at is None, asked.facts.gone_at)


def _of_age(asked: _Asked) -> _Said:
    return _Said(asked.facts.minor_at is None, asked.facts.minor_at)


def _kept_in_time(asked: _Asked) -> _Said:
    """Refuse whoever is past its own date, or of whom nothing was seen for the pack's months."""
    ends = [asked.facts.keep_until] if asked.facts.keep_until else []
    seen = [each.confirmed_at for each in asked.facts.acts]
    if seen:
        months = asked.policy.number("regular_inactive_months")
        ends.append(max(seen) + timedelta(days=months * 365 // 12))
    end = min(ends, default=None)
    return _Said(end is None or asked.now < end, end)


def _proof_fresh(asked: _Asked) -> _Said:
    """Refuse whoever is regular by a state that nobody has seen for longer than the pack's days."""
    override, acts = asked.facts.override, asked.facts.acts
    if asked.facts.label is not Label.REGULAR:
        return _Said(passed=True, at=None)
    if override is not None and override.to is Label.REGULAR and override.confirmed_at is not None:
        return _Said(passed=True, at=override.confirmed_at)
    given = [each for each in acts if each.kind in CONSENTING]
    if given:
        newest = max(given, key=lambda each: each.confirmed_at)
        return _Said(passed=True, at=newest.confirmed_at, act=newest.kind)
    if not acts:
        return _Said(passed=False, at=None)
    newest = max(acts, key=lambda each: each.confirmed_at)
    last = newest.confirmed_at + timedelta(days=asked.policy.number("proof_max_days"))
    return _Said(asked.now <= last, newest.confirmed_at, newest.kind)


def _told_in_time(asked: _Asked) -> _Said:
    """Refuse whoever should have been told and was not; nobody was of whom no notice is known."""
    notice = asked.facts.notice
    if notice is not None and notice.given_at is not None:
        return _Said(passed=True, at=notice.given_at)
    days = timedelta(days=asked.policy.number("notice_due_days"))
    latest = asked.facts.first_seen_at + days
    due_at = min(notice.due_at, latest) if notice is not None else latest
    return _Said(asked.now <= due_at, due_at)


def _has_basis(asked: _Asked) -> _Said:
    rule = asked.policy.admission.bases.get(asked.controller) if asked.controller else None
    allowed = rule.rely_on if rule is not None else frozenset({Basis.EXPLICIT_CONSENT})
    found = _bases(asked.facts)
    return _Said(bool(allowed & found.keys()), next((found[each] for each in Basis if each in found), None))


def _bases(facts: Facts) -> dict[Basis, datetime | None]:
    """Return the bases that the facts offer, each with its date where one is known."""
    found: dict[Basis, datetime | None] = {}
    if facts.consented:
        found[Basis.EXPLICIT_CONSENT] = None
    override = facts.override
    if override is not None and override.to is Label.REGULAR and override.confirmed_at is not None:
        found[Basis.EXPLICIT_CONSENT] = override.confirmed_at
    for each in facts.acts:
        basis = Basis.EXPLICIT_CONSENT if each.kind in CONSENTING else Basis.REGULAR_CONTACT
        found[basis] = each.confirmed_at
    return found


def _told_itself(asked: _Asked) -> _Said:
    notice = asked.facts.notice
    if notice is None or notice.given_at is None:
        return _Said(passed=False, at=None)
    return _Said(notice.told in TOLD_ITSELF, notice.given_at)


_GATES: Mapping[Gate, Callable[[_Asked], _Said]] = {
    Gate.NOT_REGULAR: _regular,
    Gate.SUPPRESSED: _unsuppressed,
    Gate.OVERRIDE_PENDING: _no_override_pending,
    Gate.PLATFORM_GONE: _still_there,
    Gate.MINOR: _of_age,
    Gate.KEPT_TOO_LONG: _kept_in_time,
    Gate.PROOF_TOO_OLD: _proof_fresh,
    Gate.NOTICE_OVERDUE: _told_in_time,
    Gate.NO_BASIS: _has_basis,
    Gate.NOT_TOLD: _told_itself,
}
