"""`regulars register` and `paper`: what the installation knows stands in them, the rest is marked."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.notice import LANGUAGES
from config.papers import PAPERS, PaperError, words
from config.suppression import Suppressor, new_key
from console.cli import papers as cli
from console.cli.main import command_line
from console.cli.start import runtime
from domain.contact import Profile
from domain.signal import SignalKind
from pipeline.page import write_page
from pipeline.rights import OBJECTED, end_contact
from store import counts, messaging
from store.counts import Tally
from tests.cast import ADA, BO, CNIL, CY, DI, NOW, added, follows, likes, mentions
from tests.controller import environment

Run = Callable[..., str]
FILL = {each: words(each)["fill"] for each in LANGUAGES}
EVERY = [(paper, language) for paper in PAPERS for language in LANGUAGES]
PERSONAL = (ADA.platform_id, "Ada Lévy", BO.platform_id, "Hello?", CY.platform_id)


def said(paper: str, *options: str) -> str:
    words_ = [paper, *options] if paper == "register" else ["paper", paper, *options]
    result = CliRunner().invoke(command_line(words_[0]), words_, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "regulars.db")
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two follow, one mention us, nine likes be counted, and one person have objected."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cli, "controller_of", lambda _: "association")
    with runtime().database.write() as connection:
        account = added(connection)
        acts = [
            follows(ADA, Profile("ada", "Ada Lévy")),
            follows(DI),
            mentions(BO, text="Hello?"),
            likes(CY),
        ]
        written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
        counts.add(connection, (account.id, SignalKind.LIKED, "1"), Tally(9, NOW), now=NOW, whole=True)
        end_contact(connection, [CY], Suppressor([new_key()]), OBJECTED, now=NOW)


@pytest.mark.parametrize(("paper", "language"), EVERY)
def test_every_paper_can_be_begun_before_anything_is_known(paper: str, language: str) -> None:
    written = said(paper, "--language", language)
    assert written.startswith("# ")
    assert FILL[language] in written
    assert "None" not in written


@pytest.mark.parametrize(("paper", "language"), EVERY)
@pytest.mark.usefixtures("filled")
def test_a_paper_says_what_is_known_and_nobodys_identity(paper: str, language: str) -> None:
    written = said(paper, "--language", language)
    assert "Association des Exemples" in written
    assert FILL[language] in written
    assert [each for each in PERSONAL if each in written] == []


@pytest.mark.parametrize("paper", PAPERS)
def test_both_languages_have_the_same_parts(paper: str) -> None:
    shapes = [
        [
            re.match(r"#+|\||- \[|-|>|", line)[0]  # type: ignore[index]  # it always matches
            for line in said(paper, "--language", each).splitlines()
            if line
        ]
        for each in LANGUAGES
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("filled")
def test_the_register_counts_what_is_really_stored(language: str) -> None:
    written = said("register", "--language", language)
    lines = written.splitlines()
    follow, mention, like = (
        next(each for each in lines if each.startswith(f"| {word} |"))
        for word in {"fr": ("abonnement", "mention", "« j'aime »"), "en": ("follow", "mention", "like")}[
            language
        ]
    )
    assert follow.endswith("| 2 | 0 |")
    assert mention.endswith("| 1 | 0 |")
    assert like.endswith("| 0 | 9 |")
    labels = words(language)["labels"]
    assert f"| {labels['regular']} | 2 |" in lines
    assert f"| {labels['occasional']} | 1 |" in lines
    assert "| X (" in written
    assert "our profile" in written
    assert "AIPD-7" in written
    assert "cnil-2016/" in written
    assert "Imprimerie Exemple" in written


@pytest.mark.usefixtures("filled")
def test_objections_are_counted_and_so_are_places_in_messaging() -> None:
    lines = said("register", "--language", "en").splitlines()
    assert "| in the messaging store | 2 |" in lines
    assert "| objections (fingerprints) | 1 |" in lines


def test_measures_are_those_really_in_force(tmp_path: Path) -> None:
    measure, apart = (words("en")["safeguards"][each] for each in ("folder_private", "key_apart"))
    tmp_path.chmod(0o755)
    assert f"| {measure} | **NOT in force** |" in said("register", "--language", "en")
    tmp_path.chmod(0o700)
    assert f"| {measure} | in force |" in said("register", "--language", "en")
    (tmp_path / "secret.key").chmod(0o644)
    assert f"| {apart} | **NOT in force** |" in said("register", "--language", "en")


@pytest.mark.parametrize("setting", ["REGULARS_TWITTER_BASE_URL", "REGULARS_FACEBOOK_BASE_URL"])
def test_a_platform_read_in_the_clear_is_said(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = words("en")["safeguards"]["platform_link"]
    for address, state in (
        ("https://api.example", "in force"),
        ("http://127.0.0.1:8", "in force"),
        ("http://api.example", "**NOT in force**"),
    ):
        monkeypatch.setenv(setting, address)
        assert f"| {measure} | {state} |" in said("register", "--language", "en")


def test_the_72_hours_are_counted_from_when_it_was_noticed() -> None:
    written = said("breach", "--language", "en", "--noticed-at", "2026-11-27T23:30")
    assert "| noticed at | 2026-11-27 23:30 UTC |" in written
    assert "| the CNIL to be notified by (72 hours) | 2026-11-30 23:30 UTC |" in written
    assert "| X to be notified | **at once** |" in written


def test_only_a_breach_was_noticed() -> None:
    with pytest.raises(PaperError, match="leave it out"):
        said("targeting", "--noticed-at", "2026-11-27T23:30")


@pytest.mark.parametrize("wrong", [("nothing",), ("breach", "--language", "de")])
def test_an_unknown_paper_or_language_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(PaperError, match="There is no paper"):
        said(*wrong)


@pytest.mark.usefixtures("filled")
def test_inferred_topics_are_named_and_forbidden_for_choosing() -> None:
    written = said("targeting", "--language", "en")
    assert "Topics inferred of a person: agriculture" in written
    assert "may not be used to choose recipients" in written
    assert "To be kept for 7 years" in written


@pytest.mark.parametrize(("paper", "language"), EVERY)
@pytest.mark.usefixtures("filled")
def test_as_html_it_is_one_page_with_its_tables(paper: str, language: str) -> None:
    page = said(paper, "--language", language, "--format", "html")
    plain = said(paper, "--language", language)
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in page
    rows = [line for line in plain.splitlines() if line.startswith("|") and "---" not in line]
    assert page.count("<tr>") == len(rows)
    assert "<h1>" in page
    assert "**" not in page


def test_a_name_with_a_bar_breaks_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_RECIPIENTS", "A|B | C; D")
    page = said("processors", "--language", "en", "--format", "html")
    assert "<td>A|B | C</td>" in page
    assert "<td>D</td>" in page


def test_the_date_is_todays() -> None:
    assert datetime.now(UTC).date().isoformat() in said("register")
