"""An operator's word on a label, against what the acts say."""

from dataclasses import replace

from domain.admission import OverrideFacts
from domain.label import Decision, Label


def overridden(decision: Decision, override: OverrideFacts | None) -> Decision:
    """Return the decision that holds beside an override; an objection outweighs every override.

    A word to lower only lowers, a word to raise only raises, and one that waits for its second person does
    nothing yet.
    """
    if override is None or override.confirmed_at is None or decision.label is Label.SUPPRESSED:
        return decision
    raises = override.to is Label.REGULAR
    label = max(decision.label, override.to) if raises else min(decision.label, override.to)
    if label is decision.label:
        return decision
    return replace(decision, label=label, evidence=(), decided_by=override.by, reason=override.reason)
