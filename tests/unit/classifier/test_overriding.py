"""An operator's word beside what the acts say."""

from datetime import UTC, datetime

import pytest

from classifier.explanation import explain
from classifier.overriding import overridden
from domain.admission import OverrideFacts
from domain.contact import ContactKey
from domain.label import Decision, Label

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NONE, OCC, REG, SUP = Label


@pytest.mark.parametrize(
    ("acts_say", "word", "confirmed", "holds"),
    [
        pytest.param(REG, OCC, True, OCC, id="lowered"),
        pytest.param(REG, NONE, True, NONE, id="lowered-to-none"),
        pytest.param(NONE, OCC, True, NONE, id="a-word-to-lower-never-raises"),
        pytest.param(OCC, REG, True, REG, id="raised-and-confirmed"),
        pytest.param(OCC, REG, False, OCC, id="raised-and-waiting"),
        pytest.param(SUP, NONE, True, SUP, id="an-objection-outweighs-a-lowering"),
        pytest.param(SUP, REG, True, SUP, id="an-objection-outweighs-a-raise"),
    ],
)
def test_what_holds(acts_say: Label, word: Label, holds: Label, *, confirmed: bool) -> None:
    decision = Decision(ContactKey("twitter", "7001"), acts_say, (), "a-pack/1", NOW)
    said = overridden(decision, OverrideFacts(word, NOW, "ada", "she asked", NOW if confirmed else None))
    assert said.label is holds
    assert (said.decided_by == "ada") is (holds is not acts_say)


def test_without_a_word_the_acts_decide() -> None:
    decision = Decision(ContactKey("twitter", "7001"), REG, (), "a-pack/1", NOW)
    assert overridden(decision, None) is decision


def test_an_override_is_explained_by_who_and_why() -> None:
    decision = Decision(ContactKey("twitter", "7001"), OCC, (), "a-pack/1", NOW, "ada", "she asked")
    assert explain(decision) == "occasional: decided by ada on 2026-11-01, she asked (a-pack/1)"
