"""Telling why: a stored decision in one sentence, for the command line and for the console."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from classifier.explanation import explain, iso_day
from console.visible import shown
from domain.contact import ContactKey
from domain.label import Decision, Evidence
from domain.signal import Signal, SignalKind
from store.contacts import LABEL_OF_WORD


def sentence_of(
    contact: Mapping[Any, Any],
    row: Mapping[Any, Any],
    *,
    language: str = "en",
    day: Callable[[datetime], str] = iso_day,
) -> str:
    """Return the sentence that explains a decision as `store.decisions` reads it, in `en` or `fr`."""
    label, key = LABEL_OF_WORD[row["label"]], ContactKey(contact["platform"], contact["platform_id"])
    evidence: Sequence[Evidence] = ()
    if row["kind"]:
        signal = Signal(key, SignalKind(row["kind"]), row["item"] or "", row["started_at"])
        evidence = (Evidence(signal, label, row["source"] or ""),)
    words = (row["decided_by"], row["reason"])
    decision = Decision(key, label, tuple(evidence), row["policy"], row["decided_at"], *words)
    return shown(explain(decision, account=row["account"], language=language, day=day))
