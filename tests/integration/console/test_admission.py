"""`contacts explain`, `contacts override`, `export` and `harvest`, as a person meets the gates."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.cli.admission import language_of
from console.cli.main import command_line
from console.cli.start import runtime
from domain.errors import RegularsError
from pipeline.collecting import NotSettledError
from pipeline.page import write_page
from store import messaging
from tests.cast import ADA, BO, CNIL, added, follows, likes
from workers.runtime import system_user, utc_now


@pytest.fixture(autouse=True)
def harvested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Ada follow since just now, and Bo like."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LANG", "C.UTF-8")
    now = utc_now()
    with runtime().database.write() as connection:
        account = added(connection)
        acts = [follows(ADA)._replace(started_at=None), likes(BO)]
        written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=now)
        messaging.publish(connection, written.steps, now=now)


def said(*words: str, given: str | None = None) -> str:
    result = CliRunner().invoke(command_line(words[0]), list(words), input=given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def explained(key: object, *options: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(said("contacts", "explain", str(key), "--json", *options))
    return told


def test_every_gate_and_channel_is_told_with_its_date_and_source() -> None:
    told = explained(ADA)
    assert (told["label"], told["admitted"]) == ("regular", True)
    assert [each["gate"] for each in told["gates"]] == list(CNIL.admission.gates)
    assert all(each["passed"] and each["source"] and each["checked_on"] for each in told["gates"])
    proof = next(each for each in told["gates"] if each["gate"] == "proof_too_old")
    assert proof["at"].startswith(utc_now().date().isoformat()[:7])
    assert {each["channel"]: each["because"] for each in told["channels"]} == {
        "x_message": "never_wrote",
        "messenger": "other_platform",
        "email": "no_consent",
        "sms": "no_consent",
    }


def test_the_refused_are_told_why_in_their_language() -> None:
    refusals = [each["sentence"] for each in explained(BO, "--language", "fr")["gates"] if not each["passed"]]
    assert refusals == ["n'est pas un contact régulier : aucune démarche durable connue"]
    assert explained(ADA, "--language", "fr")["sentence"].startswith("régulier : suit le compte our profile")
    shown = said("explain", str(BO))
    assert "not_regular" in shown
    assert "x_message" in shown


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_FR"}, "en"),
        ({"LANG": "de"}, "en"),
    ],
)
def test_the_language_is_the_systems(environment: dict[str, str], language: str) -> None:
    assert language_of(None, environment) == language
    with pytest.raises(RegularsError, match="not spoken"):
        language_of("de", environment)


def test_an_override_is_explained_and_exported_as_a_removal(tmp_path: Path) -> None:
    said("export", "--out", str(tmp_path / "export"))
    told = said(
        "contacts", "override", "-", "--to", "occasional", "--reason", "a parody account", given=f"{ADA}\n"
    )
    assert told == "The contact is occasional now.\n"
    assert f"decided by {system_user()} on" in explained(ADA)["sentence"]
    said("export", "--out", str(tmp_path / "export"))
    assert (tmp_path / "export/contacts.ndjson").read_text(encoding="utf-8") == ""
    tombstone = json.loads((tmp_path / "export/tombstones.ndjson").read_text(encoding="utf-8"))
    assert (tombstone["contact_key"], tombstone["reason"]) == (str(ADA), "override")
    assert said("contacts", "override", str(ADA), "--take-back") == "The contact is regular now.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--to", "regular", "--reason", "met her"), "No consent of this contact is stored"),
        (("--to", "occasional"), "needs a reason"),
        (("--to", "friend", "--reason", "x"), "There is no label 'friend'"),
        ((), "Give one of"),
        (("--confirm", "--take-back"), "Give one of"),
        (("--confirm",), "waits for a second person"),
    ],
)
def test_overrides_that_may_not_be_are_refused(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(RegularsError, match=sentence):
        said("contacts", "override", str(BO), *words)


def test_the_second_person_is_who_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = system_user()
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert system_user() == before != "cli:somebody-else"


def test_an_export_says_how_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from console.cli import exporting  # noqa: PLC0415  # its clock is moved

    monkeypatch.setattr(exporting, "utc_now", lambda: utc_now() + timedelta(days=45))
    told = CliRunner().invoke(command_line("export"), ["export", "--out", str(tmp_path / "export")])
    assert told.exit_code == 0
    assert "0 contacts in" in told.stdout
    assert "Not exported, for a gate refuses them: 1 proof_too_old." in told.output.replace("\n", " ")


def test_a_real_platform_is_not_read_before_all_is_chosen() -> None:
    with pytest.raises(NotSettledError, match="REGULARS_CONTROLLER must be set"):
        said("harvest", "our profile")
