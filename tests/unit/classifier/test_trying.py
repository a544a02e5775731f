"""Own terms are tried on texts: hits are counted, those in doubt are shown with the reason."""

from classifier.topics.reader import Reader
from classifier.trying import trial
from config.topics import load_words
from domain.terms import Term, Vocabulary

OURS = (Term("bus", "transport", "fr", 3),)
BIKE = Term("vélo", "cycling", "fr", 3)
BOX = Term("box", "cycling", "fr", 2, not_with=("téléphone",))
STREET = Term("rue", "cycling", "fr", 1)
TEXTS = [
    "Le vélo passe avant le bus dans cette ville, voilà.",
    "Des box pour garer nos vélos, oui ! Mais pas de ligne de téléphone avec.",
    "La rue est sale depuis des mois et personne ne vient.",
    "Rien à voir avec tout cela, merci.",
]


def test_hits_doubts_and_topics_beside_are_counted() -> None:
    own = (BIKE, BOX, STREET)
    readings = list(Reader(Vocabulary((*OURS, *own)), load_words()).read(TEXTS))
    found = trial(own, TEXTS, readings)
    assert (found.texts, found.hit) == (4, 3)
    by_term = {each.term: each for each in found.terms}
    assert by_term[BIKE].texts == 2
    assert by_term[BIKE].decided == 2
    assert by_term[BIKE].beside == {"transport": 1}
    assert by_term[BIKE].doubtful == 0
    assert [(each.term, each.text, each.reason) for each in found.doubts] == [
        (BOX, TEXTS[1], "“téléphone” stands in the same text"),
        (STREET, TEXTS[2], "only faint words speak of the topic"),
    ]
