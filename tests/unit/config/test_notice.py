"""The text of the notice: all of Article 14 in both languages, or one sentence that names what is missing."""

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest
from jinja2 import UndefinedError

from classifier.policy import Policy
from config import notice_fields as fields_of
from config.loading import load
from config.notice import FIELDS, LANGUAGES, NoticeError, build, words
from config.settings import SettingsError
from config.templates import render
from domain.label import Label
from domain.sign_up import SIGNUP
from domain.signal import SignalKind
from tests.cast import CNIL, EU
from tests.controller import ACCOUNTS, FILLED, settings

HEADINGS = {
    "fr": [
        "Votre droit d'opposition",
        "Responsable du traitement",
        "Délégué à la protection des données",
        "Finalités",
        "Base juridique",
        "Intérêt légitime",
        "Catégories de données",
        "Source des données",
        "Destinataires",
        "Transferts hors de l'Union européenne",
        "Durée de conservation",
        "Vos droits",
        "Retrait du consentement",
        "Réclamation",
        "Décision automatisée",
    ],
    "en": [
        "Your right to object",
        "Controller",
        "Data-protection officer",
        "Purposes",
        "Legal basis",
        "Legitimate interest",
        "Categories of data",
        "Source of the data",
        "Recipients",
        "Transfers outside the European Union",
        "How long data are kept",
        "Your rights",
        "Withdrawal of consent",
        "Complaint",
        "Automated decisions",
    ],
}


def fields(
    language: str = "en", controller: str | None = "association", policy: Any = CNIL
) -> dict[str, Any]:
    return fields_of.notice_fields(settings(), controller, policy, ACCOUNTS, language)


def lines(language: str, **given: Any) -> list[str]:
    return build(fields(language, **given), language).text.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_every_heading_in_the_same_order(language: str) -> None:
    text = build(fields(language), language).text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS[language]
    assert len(HEADINGS["fr"]) == len(HEADINGS["en"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("empty", ["missing", "", " \n", (), ["x", " "], None], ids=repr)
def test_a_field_that_is_missing_or_empty_is_named(name: str, empty: Any, language: str) -> None:
    given = fields(language)
    if empty == "missing":
        del given[name]
    else:
        given[name] = empty
    with pytest.raises(NoticeError, match=rf"lacks its field {name} .*\.$"):
        build(given, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIELDS)
def test_every_field_stands_in_the_text(name: str, language: str) -> None:
    given = fields(language)
    given[name] = "Here 1" if isinstance(given[name], str) else ["Here 1", "Here 2"]
    assert build(given, language).text.count("Here 1") == 1


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ("controller_name", "controller"),
        ("controller_address", "contact"),
        ("dpo", "dpo"),
        ("recipients", "recipients"),
        ("transfers", "transfers"),
        ("notice_url", "notice_url"),
        ("public_url", "objection_url"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_setting_that_is_not_set_is_asked_for_by_its_name(setting: str, field: str, language: str) -> None:
    given = fields_of.notice_fields(settings(**{setting: None}), "party", CNIL, ACCOUNTS, language)
    with pytest.raises(NoticeError, match=rf"field {field} .*REGULARS_{setting.upper()}"):
        build(given, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_account_or_a_kind_of_controller_there_is_no_text(language: str) -> None:
    with pytest.raises(NoticeError, match="regulars account add"):
        build(fields_of.notice_fields(settings(), "party", CNIL, (), language), language)
    with pytest.raises(NoticeError, match="what kind of controller"):
        build(fields(language, controller=None), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_who_signed_up_gave_their_data_themselves(language: str) -> None:
    with_form = (*ACCOUNTS, (SIGNUP, "sign-ups"))
    given = fields_of.notice_fields(settings(), "party", CNIL, with_form, language)
    assert given["source"][2:] == [words(language)["source_form"]]


def test_there_is_no_third_language() -> None:
    with pytest.raises(NoticeError, match="fr and en"):
        build(fields(), "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_to_object_stands_first_by_itself_with_its_link(language: str) -> None:
    text = build(fields(language), language).text
    first = text.split("\n## ")[1]
    assert first.startswith(HEADINGS[language][0])
    assert "<https://association.example/object>" in first
    assert text.count("/object>") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_said_in_words(language: str) -> None:
    nothing = settings(dpo="None", recipients="none", transfers=" none ")
    text = build(fields_of.notice_fields(nothing, "party", CNIL, ACCOUNTS, language), language).text
    said = words(language)
    for each in ("no_dpo", "no_recipients", "no_transfers"):
        assert said[each] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_recipients_are_listed(language: str) -> None:
    assert {"- Logiciel Exemple (hébergeur du CRM)", "- Imprimerie Exemple"} <= set(lines(language))


@pytest.mark.parametrize("kind", ["party", "association", "foundation"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_names_its_legitimate_interest_and_regular_contact(kind: str, language: str) -> None:
    given = fields(language, controller=kind)
    assert len(given["legal_basis"]) == 2
    assert given["legitimate_interest"] == words(language)["legitimate_interest"]["body"]


@pytest.mark.parametrize("kind", ["candidate", "elected_person", "other"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_relies_on_consent_alone(kind: str, language: str) -> None:
    given = fields(language, controller=kind)
    assert len(given["legal_basis"]) == 1
    assert "9" in given["legal_basis"][0]
    assert given["legitimate_interest"] == words(language)["legitimate_interest"]["person"]


def test_the_text_says_what_the_pack_lets_be_stored() -> None:
    cnil, eu = ("\n".join(lines("en", policy=each)) for each in (CNIL, EU))
    assert "occasional contact (like, reaction, comment" in cnil
    assert "text of messages: at most 7 days" in cnil
    assert "text of some public messages (comment, reply" in cnil
    assert "counted without identity, so that nobody is kept: like, reaction, comment" in eu
    assert "text of" not in eu
    assert "of which the public messages of regular contacts speak" in cnil
    assert "of which the public messages of regular contacts speak" not in eu
    assert "Visible to everybody on the platform, as a rule: follow. Visible to us alone: friendship" in eu


def test_acts_that_are_all_public_or_all_closed_are_said_so() -> None:
    said = words("en")
    assert fields_of._public_access(_storing(SignalKind.LIKED), said) == said["all_public"]
    assert fields_of._public_access(_storing(SignalKind.MESSAGED), said) == said["none_public"]


def _storing(kind: SignalKind) -> Policy:
    """Make a pack that stores one kind of act only, below what a pack may be."""
    counted = {each: replace(EU.rules[SignalKind.LIKED], kind=each) for each in SignalKind}
    stored = replace(EU.rules[SignalKind.FOLLOWS], kind=kind, label=Label.OCCASIONAL)
    pack = replace(EU)
    object.__setattr__(pack, "rules", counted | {kind: stored})
    return pack


@pytest.mark.parametrize("kind", SignalKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_act_has_a_word(kind: SignalKind, language: str) -> None:
    assert words(language)["kinds"][kind]


def test_both_languages_have_the_same_sentences() -> None:
    french, english = (words(each) for each in LANGUAGES)
    assert _shape(french) == _shape(english)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return len(value)
    return sorted(re.findall(r"{\w+}", value))


def test_a_version_is_the_hash_of_the_text_and_changes_with_it() -> None:
    made = build(fields("fr"), "fr")
    assert made.version == hashlib.sha256(made.text.encode()).hexdigest()
    assert build(fields("fr"), "fr") == made
    other = build({**fields("fr"), "controller": "Autre Exemple"}, "fr")
    assert other.version != made.version


def test_no_value_begins_a_heading_of_its_own() -> None:
    sly = {**fields(), "controller": "Name\n\n## Your right to object\n\nWrite to nobody"}
    text = build(sly, "en").text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS["en"]


def test_a_name_that_a_template_uses_and_nobody_gives_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("notices/en.md.j2", {})


@pytest.mark.parametrize(
    "wrong", ["association.example", "javascript:alert(1)", "https://a.example/ b", "https://a>"]
)
@pytest.mark.parametrize("setting", ["NOTICE_URL", "PUBLIC_URL"])
def test_an_address_that_is_no_link_is_refused(
    setting: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"REGULARS_{setting}", wrong)
    with pytest.raises(SettingsError, match=f"REGULARS_{setting} has a value"):
        load()


@pytest.mark.parametrize("name", FILLED)
def test_no_setting_has_a_default_of_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(f"REGULARS_{name.upper()}", raising=False)
    assert getattr(load(), name) is None
