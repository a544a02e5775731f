"""Columns: known in French and English, and refused however their names are dressed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import columns as columns_module
from connectors.files.columns import FIELDS, guessed, is_refused, refused

REFUSED = [
    "Numéro d'électeur", "N° électeur", "numelecteur", "Bureau de vote", "BUREAU_DE_VOTE",
    "bureauVote", "Voter ID", "Polling station", "liste électorale", "Date de naissance", "Né(e) le",
    "né·e le", "Adhérent.e.s", "syndiqué-e", "Lieu de naissance", "dateNaissance", "datenaissance",
    "DDN", "Date of birth", "DOB", "birthdate", "Place of birth", "Religion", "religious beliefs",
    "Origine", "Pays d'origine", "ethnicity", "Nationalité", "Race", "Parti", "Parti politique",
    "Adhérent", "Party", "party membership", "Opinion", "Intention de vote", "political views",
    "Santé", "Handicap", "health", "Disability", "Syndicat", "Trade union", "Syndiqué(e)", "Salaire",
    "Salary (EUR)", "Revenus", "Income", "Orientation sexuelle", "N° de sécurité sociale", "NIR",
    "SSN", "IBAN", "Casier judiciaire",
]  # fmt: skip
HARMLESS = [
    "Nom", "Prénom", "Courriel", "Ville", "Code postal", "Téléphone", "Signé le", "Commentaire",
    "Langue", "Date", "Département", "Email", "First name", "City", "Newsletter",
    "Partie de la ville", "Parking", "Âge des enfants", "Unionville", "Votre message", "Événement",
    "Source", "Accepte SMS",
]  # fmt: skip
DRESS = st.sampled_from([str, str.upper, str.lower, str.title])
AROUND = st.text(alphabet=" _-.:*#()[]/\t\u00a0\u200b\u00ad\ufeff", max_size=4)


@pytest.mark.parametrize("column", REFUSED)
def test_what_no_list_may_bring(column: str) -> None:
    assert is_refused(column)
    assert guessed([column]) == {}


@pytest.mark.parametrize("column", HARMLESS)
def test_what_any_list_may_bring(column: str) -> None:
    assert not is_refused(column)


@given(st.sampled_from(REFUSED), DRESS, AROUND, AROUND)
def test_no_dress_hides_a_refused_column(column: str, dress: object, before: str, after: str) -> None:
    assert is_refused(f"{before}{dress(column)}{after}")  # type: ignore[operator]


@given(st.sampled_from(REFUSED), st.sampled_from(HARMLESS))
def test_a_refused_word_is_refused_beside_any_other(column: str, other: str) -> None:
    assert is_refused(f"{other} {column}")
    assert is_refused(f"{column} / {other}")


@given(st.lists(st.text(max_size=30) | st.sampled_from([*REFUSED, *HARMLESS]), max_size=12, unique=True))
def test_nothing_refused_is_ever_guessed_and_every_guess_is_a_column(columns: list[str]) -> None:
    guess = guessed(columns)
    assert set(guess) <= set(FIELDS)
    assert set(guess.values()) <= set(columns) - set(refused(columns))
    assert len(set(guess.values())) == len(guess)


def test_no_field_is_known_by_a_name_that_is_refused() -> None:
    assert [each for each in columns_module._FIELD_OF if is_refused(each)] == []
    assert set(columns_module._FIELD_OF.values()) == set(FIELDS)


def test_a_guess_in_either_language() -> None:
    assert guessed(["Prénom", "NOM", "E-mail", "Tél.", "Ville", "Thèmes", "Commentaire"]) == {
        "first_name": "Prénom",
        "last_name": "NOM",
        "email": "E-mail",
        "phone": "Tél.",
        "area": "Ville",
        "topics": "Thèmes",
    }
    assert guessed(["Full name", "Email address", "email", "mobilePhone", "opt-in SMS"]) == {
        "name": "Full name",
        "email": "Email address",
        "phone": "mobilePhone",
        "sms_consent": "opt-in SMS",
    }
