"""Columns of a list: which we read, by the names that people give them, and which we refuse to."""

import re
from collections.abc import Iterable, Mapping

from classifier.folding import words_of

#: What a list can tell of a person; `name` or `first_name` and `last_name`.
FIELDS = (
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "language",
    "topics",
    "area",
    "email_consent",
    "sms_consent",
    "given_on",
)
_NAMED: Mapping[str, str] = {
    "name": "nom complet, nom et prenom, nom prenom, prenom nom, prenom et nom, name, full name",
    "first_name": "prenom, prenoms, first name, given name, firstname, forename",
    "last_name": "nom, nom de famille, last name, surname, family name, lastname",
    "email": "email, e mail, mail, mel, courriel, adresse mail, adresse email, adresse e mail, "
    "adresse courriel, adresse electronique, email address, e mail address",
    "phone": "telephone, tel, portable, telephone portable, mobile, gsm, numero de telephone, phone, "
    "phone number, mobile phone, cell, cell phone",
    "language": "langue, language, lang",
    "topics": "themes, sujets, interets, centres d interet, topics, interests",
    "area": "ville, commune, code postal, cp, quartier, area, city, town, postcode, zip, zip code",
    "email_consent": "accepte les emails, accepte email, consentement email, optin email, opt in email, "
    "newsletter, email consent, consent email",
    "sms_consent": "accepte les sms, accepte sms, consentement sms, optin sms, opt in sms, sms, sms consent, "
    "consent sms",
    "given_on": "date d inscription, date inscription, date de signature, inscrit le, signe le, horodateur, "
    "signed on, signed up on, sign up date, timestamp",
}
_FIELD_OF = {name: field for field, names in _NAMED.items() for name in names.split(", ")}

#: What no list may bring, folded: "bureau de vote" is found in « Bureau de vote n° ». First the electoral
#: roll, whose use for this is bound to the roll's own law, then what GDPR art. 9 and 10 name, then what
#: tells of somebody's means, or lets a person be traced, and is needed by nobody who writes to them.
_REFUSED = """
    electeur, electrice, electeurs, numero electeur, nne, bureau de vote, bureau vote, liste electorale,
    carte electorale, voter id, voter number, voter, polling station, polling place, precinct, elector,
    electoral roll, electoral register,
    naissance, ne le, nee le, ne a, nee a, ddn, birth, birthday, birthdate, birthplace, dob, born,
    anniversaire,
    religion, religions, religieux, religieuse, culte, confession, croyance, croyances, paroisse, church,
    faith, parish, religious, belief, beliefs,
    origine, origines, ethnie, ethnique, race, nationalite, origin, ethnicity, ethnic, nationality,
    parti, adherent, adherente, adhesion, adherents, encarte, militant, militante, party, membership,
    party member,
    opinion, opinions, politique, politiques, sympathisant, sympathisante, intention de vote, vote, votes,
    voted, voting, ideologie, political, politics, ideology,
    sante, handicap, handicape, maladie, medical, medicale, allergie, allergies, grossesse, pathologie,
    health, disability, disabled, illness, allergy, pregnancy,
    syndicat, syndicats, syndique, syndiquee, syndical, syndicale, union, trade union, unionised, unionized,
    salaire, salaires, revenu, revenus, patrimoine, rsa, iban, salary, income, wage, wages, wealth,
    orientation sexuelle, sexualite, sexual, sexuality,
    casier, condamnation, condamnations, criminal, convictions,
    nir, securite sociale, numero secu, num secu, social security, ssn
"""
_PHRASES = tuple(tuple(each.split()) for each in _REFUSED.replace("\n", " ").split(","))
#: Found inside of words that were written together, as in « numelecteur ».
_STEMS = (
    "naissance", "electeur", "electoral", "bureauvote", "bureaudevote", "birthdate", "birthday", "birthplace",
    "dateofbirth", "placeofbirth", "religion", "ethni", "nationalit", "syndicat", "syndique", "handicap",
    "salaire", "salary", "securitesociale", "socialsecurity",
)  # fmt: skip
#: Endings for everybody: « né(e) », « adhérent·e », « syndiqué.e.s ».
_ENDING = re.compile(r"(?<=\w)(?:[(.\u00b7\u2022-](?:e|s|es|ne|rice)\b\)?)+", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")


def guessed(columns: Iterable[str]) -> dict[str, str]:
    """Guess which column holds which field, the first of each."""
    found: dict[str, str] = {}
    for each in columns:
        field = _FIELD_OF.get(" ".join(_words(each)))
        if field:
            found.setdefault(field, each)
    return found


def refused(columns: Iterable[str]) -> list[str]:
    """Return the columns that no list may bring, in their order."""
    return [each for each in columns if is_refused(each)]


def is_refused(column: str) -> bool:
    """Tell whether a column's name says that it holds what we never read."""
    for words in (words_of(column), _words(column), words_of(_ENDING.sub("", column))):
        joined = "".join(words)
        if any(each in joined for each in _STEMS) or any(_stands_in(each, words) for each in _PHRASES):
            return True
    return False


def _words(column: str) -> list[str]:
    return words_of(_HUMP.sub(" ", column))


def _stands_in(phrase: tuple[str, ...], words: list[str]) -> bool:
    width = len(phrase)
    return any(tuple(words[place : place + width]) == phrase for place in range(len(words) - width + 1))
