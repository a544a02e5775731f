"""What is never read: no term of it, and no text in which people say it of themselves."""

import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.never import Group, Never
from classifier.statements import Speech
from classifier.topics.reader import Reader
from classifier.wordings import Wordings
from config.never import never
from config.topics import load, load_words
from domain.topic import Reading
from tests.sensitive import statements

#: Reads texts by whatever is under test.
Read = Callable[[Iterable[str]], Iterator[Reading]]

PERSONAL = """
    je suis diabétique
    J'ai un cancer du sein depuis deux ans
    ma fille est autiste et n'a pas d'AESH
    on m'a diagnostiqué une sclérose en plaques
    mon mari souffre d'Alzheimer
    je vis avec le VIH
    J'ai avorté
    ma femme est enceinte
    Diabétique depuis l'enfance, je paie trop
    Atteinte d'un cancer, j'attends
    je suis infirmière et musulmane
    Je touche le RSA
    je n'arrive plus à payer mon loyer
    Je suis au chômage depuis six mois
    nous sommes musulmans
    En tant que musulmane, je demande du respect
    je vais à la messe
    je suis gay
    je vote à gauche
    j'ai voté pour elle
    J'adhère au parti socialiste
    Je suis syndiqué à la CGT
    Je suis en grève aujourd'hui
    j'ai fait de la prison
    mon casier judiciaire est vide
    j'ai 15 ans
    ma fille de 8 ans va à la piscine
    mon fils, qui a huit ans, adore lire
    je suis lycéenne
    Mes parents sont des immigrés algériens
    je suis né à Oran
    je suis noire
    #JeSuisMusulman
    I am a diabetic
    I've been diagnosed with cancer
    my son has autism
    I had an abortion
    Diagnosed with leukemia in May
    I'm on insulin
    my depression is back
    I'm gay
    Gay and proud
    ... Gay and proud
    I am a Muslim
    As a Christian, I believe in roads
    I pray every day
    my church is cold
    I voted for her
    I support the Labour Party
    I really really love the Democrats
    I'm a union member
    I was in prison for two years
    I can't afford my rent
    I'm on food stamps
    We are homeless
    we're broke
    I'm 15
    My 6-year-old loves the library
    my kid is seven years old
    I'm Black
    I was born in Nigeria
    my parole officer is late
    im disabled
    I am a nurse and a Muslim
"""
POLICY = """
    les hôpitaux manquent de médecins
    je suis inquiet pour l'hôpital
    Je soutiens la recherche contre le cancer
    je suis infirmière aux urgences
    nous avons besoin d'un hôpital
    j'ai vu un reportage sur le handicap
    Je suis favorable à la gratuité des transports
    mon médecin part à la retraite
    J'ai attendu le bus 15 minutes
    j'habite ici depuis 12 ans
    nous avons une dette publique énorme
    J'ai 15 ans d'expérience dans l'éducation
    Je suis d'accord, il faut des pistes cyclables
    Sauvons l'église du village
    Notre église communale doit être rénovée
    Nous voterons contre cette loi
    J'ai voté la loi sur le logement
    Je suis maire d'une commune rurale
    En tant que cycliste, je veux des pistes
    Mon fils attend une place en crèche
    Ma rue est dangereuse, ma fille va à l'école à vélo
    Je pense que le RSA doit augmenter
    Les personnes handicapées doivent pouvoir prendre le métro
    j'ai envoyé un courrier à la mairie
    Je suis malade de voir ces trous
    on veut des médecins
    on a des urgences saturées
    je travaille au lycée
    Cancer : la recherche avance
    le sida recule
    I support more funding for hospitals
    I am worried about homeless people in our city
    We need more doctors
    I have a question about the church roof
    my bus is always late
    I've lived here for 10 years
    we are getting green spaces
    I voted against SB 12 to protect schools
    I am a teacher and our schools need help
    I'm sick of potholes
    I'm proud to support our hospitals
    as a teacher, I want smaller classes
    my daughter needs a better school bus
    I have been to the library
    I think we should help refugees
    I'm on the board of the library
    We must end poverty
    my taxes are too high
    my new bike has two wheels
    I really, truly, only, finally, simply, cancer research
    I support the police
    I am 15 minutes from the station
    we have 12 schools
    my
    I
    I am
    our
    !?
"""


def lines(text: str) -> list[str]:
    return [each.strip() for each in text.strip().splitlines()]


@pytest.mark.parametrize("text", lines(PERSONAL))
def test_what_people_say_of_themselves_is_personal(text: str) -> None:
    assert never().is_personal(text)
    assert never().is_personal(text.upper() if "#" not in text else text)
    assert never().is_personal(f"Bonjour. {text}! Hello")


@pytest.mark.parametrize("text", lines(POLICY))
def test_what_people_say_of_public_matters_is_not(text: str) -> None:
    assert not never().is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "je suis mu\u200bsulman",
        "je suis mu\u00adsulmane",
        "je suis diabe\u0301tique",
        "I am 🙂 gay",
        "j\u2019ai un cancer",
        "JE SUIS ŒCUMÉNIQUE ET CATHOLIQUE",
        "\u202eI am gay",
        "je suis\u00a0gay",
    ],
)
def test_how_it_is_typed_hides_nothing(text: str) -> None:
    assert never().is_personal(text)


def by_terms(texts: Iterable[str]) -> Iterator[Reading]:
    return Reader(load(), load_words(), never=never()).read(texts)


def nothing_is_read_in(read: Read, texts: list[str]) -> None:
    spoken = {
        text: each.topics for text, each in zip(texts, read(texts), strict=True) if each.topics or each.hits
    }
    assert spoken == {}


def test_a_thousand_sensitive_sentences_give_nothing() -> None:
    texts = statements(1000, seed=5)
    assert len(set(texts)) > 900
    nothing_is_read_in(by_terms, texts)


def test_other_thousands_are_personal_too() -> None:
    for seed in range(3):
        assert [each for each in statements(1000, seed=seed) if not never().is_personal(each)] == []


@pytest.mark.parametrize(
    ("term", "what"),
    [
        ("cancer", "health"),
        ("Cancers", "health"),
        ("lutte contre le cancer", "health"),
        ("handi*", "health"),
        ("handicapées", "health"),
        ("IVG", "health"),
        ("addictions", "health"),
        ("hiv", "health"),
        ("sclérose plaques", "health"),
        ("sans-papiers", "origin"),
        ("immigration", "origin"),
        ("musulman*", "religion"),
        ("musul*", "religion"),
        ("halal", "religion"),
        ("l'église", "religion"),
        ("rassemblement national", "party"),
        ("far-right", "party"),
        ("voting intentions", "vote"),
        ("pro-life", "stance"),
        ("anger", "sentiment"),
        ("syndicat", "union membership"),
        ("CGT", "union"),
        ("grèves", "union"),
        ("criminal records", "offence"),
        ("homeless", "poverty"),
        ("SDF", "poverty"),
        ("mineurs isolés", "minor"),
        ("place of birth", "origin"),
        ("gay", "sexuality"),
    ],
)
def test_a_sensitive_term_is_refused_with_its_reason(term: str, what: str) -> None:
    reason = never().reason(term)
    assert reason is not None
    assert term in reason
    assert what in reason
    assert reason.endswith(").")


@pytest.mark.parametrize(
    "term",
    [
        "hôpital",
        "syndicat mixte",
        "syndicat d'initiative",
        "espaces verts",
        "marché",
        "school*",
        "social*",
        "vote",
        "chômage",
        "pauvreté",
        "prison",
        "police",
        "nationalisation",
        "horse race",
        "union européenne",
        "transport*",
        "",
        "*",
        "lycée",
    ],
)
def test_a_public_matter_may_be_a_term(term: str) -> None:
    assert never().reason(term) is None


@pytest.mark.parametrize("text", ["je suis ", "I have 7 ", "x", "é", "e\u0301\u200b", "\0", "🙂", "?"])
def test_an_answer_takes_linear_time(text: str) -> None:
    """Four times as long, it may take eight times as long: a square would take sixteen."""
    took = []
    for length in (100_000, 400_000):
        long = text * (length // len(text))
        began = time.process_time()
        assert not never().is_personal(long)
        took.append(time.process_time() - began)
    assert took[1] < 8 * took[0] + 0.1


def test_a_megabyte_has_an_answer() -> None:
    assert not never().is_personal("The buses are late. " * 50_000)
    assert never().is_personal("The buses are late. " * 50_000 + "I am a diabetic")


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert never().is_personal(text) in {True, False}
    assert never().is_personal(text + ". je suis gay")


def test_common_words_are_kept_and_the_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.statements._MOST_KNOWN", 3)
    monkeypatch.setattr("classifier.wordings._MOST_KNOWN", 3)
    speech = Speech(**dict.fromkeys(Speech._fields, ("x",)))
    little = Never.of([Group("a", "a thing", "us", ("thing",), said=())], speech)
    for each in range(10):
        assert not little.is_personal(f"word{each}")
        assert little.is_personal(f"x x word{each} thing")
    assert len(little._statements._telling) == 3
    assert len(little._statements._plain) == 3
    assert len(little._statements._weighty._known) == 3


def test_a_beginning_has_four_letters() -> None:
    with pytest.raises(ValueError, match="'abc\\* d' begins too short"):
        Wordings([("abc* d", 1)])
