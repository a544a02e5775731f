"""Stop: only where it is a message's whole sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.stopping import is_stop


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop !", "Stop.", "STOP STOP", "arrêt", "Arrêtez svp", "Désabonnez-moi", "désabonner",
        "Merci de me désabonner", "je veux me désinscrire", "Unsubscribe", "please unsubscribe me",
        "opt out", "opt-out please", "Remove me, thanks", "Ne m\u2019écrivez plus", "ne me contactez plus",
        "Don't contact me", "no more messages", "désabonnement de la liste",
    ],
)  # fmt: skip
def test_who_wants_no_more_is_heard(text: str) -> None:
    assert is_stop(text)
    assert is_stop(text.upper())
    assert is_stop(f"  {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "", "😀", "Stop the cuts", "stop au béton", "Il faut un arrêt de bus", "fin du monde",
        "arrêtez de construire", "When will you stop writing in capitals?", "Je ne vais pas m'arrêter là",
        "The bus stop is broken", "Désabonner les voisins de leurs voitures", "merci", "bonjour", "me",
        "stop " * 100,
    ],
)  # fmt: skip
def test_a_word_inside_a_sentence_says_nothing(text: str) -> None:
    assert not is_stop(text)


@given(st.text())
def test_anything_is_answered(text: str) -> None:
    assert is_stop(text) in {True, False}
    assert not is_stop(f"Our {text} school bus")
