"""Sentences in which invented people say of themselves what nobody may infer, made from templates."""

import random
from collections.abc import Sequence

_FRENCH_BEFORE = (
    "",
    "Bonjour, ",
    "Honnêtement, ",
    "Merci pour votre réponse. ",
    "Le bus ne passe plus. ",
    "Madame la maire, ",
    "À l'école comme ailleurs : ",
)
_FRENCH_AFTER = (
    "",
    " et l'hôpital est à deux heures.",
    ", alors le loyer et le logement me préoccupent.",
    ". Que faites-vous pour les écoles ?",
    " : il nous faut des trains et des bus !",
    ", et la fibre n'arrive pas au village",
    " depuis des années. Les agriculteurs le savent.",
)
_ENGLISH_BEFORE = (
    "",
    "Hello, ",
    "Honestly, ",
    "Thank you for your answer. ",
    "The bus is late again. ",
    "Dear mayor, ",
)
_ENGLISH_AFTER = (
    "",
    " and the hospital is two hours away.",
    ", so rent and housing matter to me.",
    ". What will you do for our schools?",
    ": we need trains and buses!",
    ", and broadband never came to the village",
    " and farmers know what I mean.",
)
_FRENCH = (
    "je suis {is}",
    "j'ai toujours été {is}",
    "en tant que {is}, je vous écris",
    "ma voisine est {is}",
    "mon mari est {is}",
    "je suis {is} et fière de l'être",
    "j'ai {has}",
    "ma fille a {has}",
    "nous vivons avec {has}",
    "mon père souffre depuis longtemps et a {has}",
    "je {does}",
    "mon frère a été {suffered}",
    "on m'a {suffered}",
    "j'ai été {suffered}",
)
_ENGLISH = (
    "I am {is}",
    "I'm {is}",
    "I have always been {is}",
    "my neighbour is {is}",
    "my wife is {is}",
    "since I am {is}, I write to you",
    "I have {has}",
    "my daughter has {has}",
    "my father lives with {has}",
    "I {does}",
    "my brother was {suffered}",
    "I've been {suffered}",
)
_WORDS = {
    "fr": {
        "is": (
            "diabétique",
            "handicapée",
            "autiste",
            "séropositif",
            "enceinte",
            "musulmane",
            "catholique pratiquant",
            "juive",
            "athée",
            "bouddhiste",
            "homosexuel",
            "lesbienne",
            "transgenre",
            "bisexuelle",
            "d'origine malienne",
            "immigrée",
            "réfugié",
            "sans-papiers",
            "kabyle",
            "socialiste",
            "communiste",
            "de gauche",
            "de droite",
            "syndiqué",
            "déléguée CGT",
            "au chômage",
            "surendettée",
            "SDF",
            "au RSA",
            "mineure",
            "lycéen",
            "en prison",
            "épileptique",
            "alcoolique",
            "dépressive",
            "bipolaire",
        ),
        "has": (
            "un cancer du sein",
            "le VIH",
            "la maladie de Parkinson",
            "une dépression",
            "un handicap moteur",
            "une sclérose en plaques",
            "un casier judiciaire",
            "de l'asthme",
            "un diabète",
        ),
        "does": (
            "vote à gauche depuis toujours",
            "touche le RSA",
            "fais le ramadan",
            "milite au PS",
            "n'arrive plus à payer mon loyer",
            "suis en grève",
            "prie tous les jours",
            "porte le voile",
            "vais à la messe",
            "voterai pour elle",
            "n'ai que 15 ans",
            "croule et j'ai des dettes",
        ),
        "suffered": (
            "diagnostiqué autiste",
            "condamné pour vol",
            "expulsé du logement",
            "hospitalisé en psychiatrie",
            "incarcéré",
            "mis en examen",
        ),
    },
    "en": {
        "is": (
            "a diabetic",
            "disabled",
            "autistic",
            "HIV positive",
            "pregnant",
            "a Muslim",
            "a practising Catholic",
            "Jewish",
            "an atheist",
            "a Buddhist",
            "gay",
            "a lesbian",
            "transgender",
            "bisexual",
            "an immigrant",
            "a refugee",
            "undocumented",
            "a Republican",
            "a socialist",
            "a lifelong Democrat",
            "a union member",
            "unemployed",
            "homeless",
            "broke",
            "on food stamps",
            "on welfare",
            "a convicted felon",
            "a teenager",
            "an alcoholic",
            "bipolar",
            "depressed",
            "epileptic",
        ),
        "has": (
            "breast cancer",
            "HIV",
            "Parkinson's",
            "depression",
            "a disability",
            "multiple sclerosis",
            "a criminal record",
            "ADHD",
            "asthma",
            "dementia",
        ),
        "does": (
            "voted for her",
            "will vote Labour",
            "pray every day",
            "go to church on Sundays",
            "can't afford my rent",
            "live on benefits",
            "wear a hijab",
            "support the Democrats",
            "joined the Labour Party",
            "had an abortion",
        ),
        "suffered": (
            "diagnosed with leukemia",
            "arrested last year",
            "evicted",
            "hospitalized for depression",
            "sentenced to prison",
            "convicted",
        ),
    },
}
_LANGUAGES: Sequence[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = (
    ("fr", _FRENCH_BEFORE, _FRENCH, _FRENCH_AFTER),
    ("en", _ENGLISH_BEFORE, _ENGLISH, _ENGLISH_AFTER),
)


def statements(count: int, *, seed: int) -> list[str]:
    """Make so many sensitive statements, half of them French, most beside words of a topic."""
    chance = random.Random(seed)
    return [_statement(chance, place) for place in range(count)]


def _statement(chance: random.Random, place: int) -> str:
    language, before, templates, after = _LANGUAGES[place % len(_LANGUAGES)]
    words = {kind: chance.choice(listed) for kind, listed in _WORDS[language].items()}
    said = chance.choice(before) + chance.choice(templates).format(**words) + chance.choice(after)
    typed = chance.choice((str, str, str, str.upper, str.lower, _typeset))
    return typed(said)


def _typeset(text: str) -> str:
    return text.replace("'", "\u2019").replace(" :", "\u00a0:").replace(" ?", "\u202f?")
