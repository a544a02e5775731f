"""What exists is documented: commands, settings, rules, and the words on the first pages."""

import re
from pathlib import Path
from typing import Any

import pytest

from classifier.policy import Policy
from config.packs import available_packs, load_pack
from config.settings import Settings
from config.settings_document import settings_document
from console.cli.document import commands, commands_document
from domain.signal import SignalKind
from tests.architecture.tree import ROOT, committed, name, text_of

COMMANDS = [pytest.param(command, id=words) for words, command in commands()]
PACKS = [pytest.param(load_pack(each), id=each) for each in available_packs()]
PAGES = [each for each in committed() if each.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_it_does_and_what_each_of_its_words_means(command: Any) -> None:
    assert (command.help or "").strip().partition("\n")[0].endswith(".")
    assert [each.name for each in command.params if not each.help] == []


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == commands_document(), (
        "run `python -m console.cli.document > docs/commands.md`"
    )


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_document(
        Settings.model_fields
    ), "run `python -m config.settings_document > docs/settings.md`"


@pytest.mark.parametrize("setting", list(Settings.model_fields))
def test_a_setting_says_what_it_means(setting: str) -> None:
    assert (Settings.model_fields[setting].description or "").endswith(".")


@pytest.mark.parametrize("policy", PACKS)
def test_a_pack_has_a_rule_with_its_source_for_every_kind_of_act(policy: Policy) -> None:
    assert set(policy.rules) == set(SignalKind)
    assert [each.kind for each in policy.rules.values() if not (each.source and each.wording)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_leads_only_to_files_that_exist(page: Path) -> None:
    led_to = [page.parent / each for each in LINK.findall(text_of(page))]
    assert [str(each) for each in led_to if not each.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_commands_that_exist(page: Path) -> None:
    known = {words for words, _ in commands()}
    known |= {words.rpartition(" ")[0] for words in known}
    unknown = []
    for line in re.findall(r"`(regulars(?: [a-z]+(?:-[a-z]+)*)+)", text_of(page)):
        words = line.split()
        if not any(" ".join(words[:count]) in known - {"regulars"} for count in (2, 3)):
            unknown.append(line)
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_make_targets_that_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", text_of(page)))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_settings_that_exist(page: Path) -> None:
    named = set(re.findall(r"\bREGULARS_[A-Z_]+\b", text_of(page)))
    assert named - {f"REGULARS_{each.upper()}" for each in Settings.model_fields} == set()


def test_the_licence_is_apache_2() -> None:
    licence = text_of(ROOT / "LICENSE").split()
    assert " ".join(licence[:5]) == "Apache License Version 2.0, January"
    assert 'license = "Apache-2.0"' in text_of(ROOT / "pyproject.toml")


def test_the_readme_begins_with_what_it_is_and_its_two_commands() -> None:
    first_screen = text_of(ROOT / "README.md").splitlines()[:45]
    assert first_screen[0] == "# Regulars"
    assert {"make demo", "make test"} <= {each.partition("#")[0].strip() for each in first_screen}
    assert any("docs/travel.svg" in each for each in first_screen)
