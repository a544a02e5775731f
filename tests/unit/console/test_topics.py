"""`regulars topics`: evaluation of a file, explanation of a text, the list, and wrong files."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from domain.errors import RegularsError
from domain.topic import TOPICS

LINES: Sequence[Mapping[str, Any]] = (
    {"id": "a", "text": "More doctors for our hospitals", "lang": "en", "labels": ["santé"]},
    {"id": "b", "text": "Affordable housing for all of us", "lang": "en", "labels": ["housing"]},
    {"id": "c", "text": "See you all soon, [red]dear friends", "lang": "en", "labels": ["parti"]},
    {"id": "d", "text": "The weather is what it is", "lang": "en", "labels": ["housing"]},
    {"id": "e", "text": "Our hospitals again and again", "lang": "en", "labels": []},
)
NAMES = {"santé": "health", "parti": None}

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    def said(*words: object) -> str:
        result = CliRunner().invoke(
            command_line("topics"), ["topics", *map(str, words)], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return result.output

    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "said.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in LINES) + "\n\n", encoding="utf-8")
    return path


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.json"
    path.write_text(json.dumps(NAMES), encoding="utf-8")
    return path


def test_a_file_is_measured_as_one_object(run: Run, file: Path, names: Path) -> None:
    found = json.loads(run("eval", file, "--labels-map", names, "--json"))
    assert found["n"] == 5
    assert found["n_with_topic"] == 3
    assert found["micro"]["precision"] == 1.0
    assert found["micro"]["recall"] == pytest.approx(2 / 3)
    assert set(found["macro"]) == {"precision", "recall", "f1", "f1_interval"}
    assert found["tagging"]["precision"] == pytest.approx(2 / 3)
    assert found["detection"]["recall"] == pytest.approx(2 / 3)
    assert found["detection"]["false_alarm_rate"] == 0.5
    assert found["texts_per_second"] > 0
    assert found["baseline"]["tag_everything"]["recall"] == pytest.approx(2 / 3)


def test_a_file_is_measured_as_tables_with_errors_to_read(run: Run, file: Path, names: Path) -> None:
    said = " ".join(run("eval", file, "--labels-map", names, "--errors", "5").split())
    for each in ("best topic, micro", "tag everything", "5 texts, 3 with a topic", "false alarms 0.500"):
        assert each in said
    assert "d: housing, read as nothing: The weather" in said
    assert "e: no topic, read as health: Our hospitals" in said


def test_a_file_where_every_text_has_a_topic(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"text": "the hospital", "labels": ["health"]}', encoding="utf-8")
    said = run("eval", path)
    assert "no text is without one" in said
    assert "label" not in said


@pytest.mark.parametrize(
    ("written", "named", "said"),
    [
        pytest.param(
            '{"text": "a", "labels": ["b", "c", "health"]}', None, "b, c", id="labels-that-are-no-topic"
        ),
        pytest.param('{"text": "a", "labels": "health"}', None, "line 1", id="labels-that-are-no-list"),
        pytest.param('\n{"labels": []}', None, "line 2", id="no-text"),
        pytest.param("[1]", None, "line 1", id="no-object"),
        pytest.param("{", None, "no JSON", id="no-json"),
        pytest.param("", None, "no text", id="nothing"),
        pytest.param('{"text": "a", "labels": []}', "[]", "one JSON object", id="a-map-that-is-none"),
        pytest.param('{"text": "a", "labels": []}', '{"b": 1}', "one JSON object", id="a-map-to-a-number"),
        pytest.param('{"text": "a", "labels": ["b"]}', '{"b": "bees"}', "bees", id="a-map-to-no-topic"),
    ],
)
def test_a_wrong_file_is_one_clear_sentence(
    run: Run, tmp_path: Path, written: str, named: str | None, said: str
) -> None:
    path, names = tmp_path / "said.jsonl", tmp_path / "names.json"
    path.write_text(written, encoding="utf-8")
    names.write_text(named or "{}", encoding="utf-8")
    with pytest.raises(RegularsError, match=said):
        run("eval", path, "--labels-map", names)


def test_a_text_is_explained_by_its_words(run: Run) -> None:
    said = run("explain", "Des [bold]médecins[/bold] à l'hôpital et des pistes cyclables")
    assert "Des [bold]médecins[/bold]" in said
    for each in ("health", "médecins (3), hôpital (3)", "transport", "pistes cyclables (3)", "yes"):
        assert each in said
    found = json.loads(run("explain", "Des médecins à l'hôpital", "--json"))
    assert found["topics"] == ["health"]
    assert found["language"] == "fr"
    assert [each["term"] for each in found["words"]] == ["médecin", "hôpital"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Voilà comme il est", "No word of a topic"),
        ("El gobierno anuncia una nueva ley para los ciudadanos", "Neither French nor English"),
    ],
)
def test_where_nothing_is_read_it_is_said(run: Run, text: str, said: str) -> None:
    assert said in run("explain", text)


def test_the_topics_are_listed(run: Run) -> None:
    said = run("list")
    assert all(each in said for each in TOPICS)
    rows = [json.loads(each) for each in run("list", "--json").splitlines()]
    assert [each["topic"] for each in rows] == list(TOPICS)
    assert all(each["fr"] > 50 and each["en"] > 50 for each in rows)
