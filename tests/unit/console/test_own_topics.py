"""`regulars topics test`, `suggest` and `train`: what a team sees before its own terms and labels count."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from domain.errors import RegularsError

Run = Callable[..., str]

OWN = '[velo.fr]\nsure = """\nvélo, box vélos\n"""\nfaint = """\nrue\n"""\n'
TEXTS = [
    "Le vélo passe par ici tous les jours, et les arceaux manquent.",
    "Je suis diabétique et le vélo me manque, avec des arceaux.",
    *(f"Des arceaux pour garer un vélo devant la gare, numéro {each}" for each in ("un", "deux", "trois")),
    *(f"La rue est sale, côté {each}" for each in ("nord", "sud")),
    *(f"Un mot pour rien, {each}" for each in "abcdefgh"),
]
#: Words of two topics that no term knows, beside small ones.
LEARNT = {"transport": "zorglub", "housing": "balthazar", "": "autrement"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))

    def said(*words: object) -> str:
        result = CliRunner().invoke(
            command_line("topics"), ["topics", *map(str, words)], catch_exceptions=False
        )
        return result.output

    return said


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join([*TEXTS[:2], json.dumps({"text": TEXTS[2]}), "", *TEXTS[3:]]), encoding="utf-8")
    return path


def test_own_terms_are_tried_and_doubts_are_shown(run: Run, own: Path, texts: Path) -> None:
    said = run("test", own, "--texts", texts)
    assert "6 of 15 texts hold a term; 2 hits are in doubt." in said
    assert "rue (velo), only faint words speak of the topic: La rue est sale, côté nord" in said
    assert "côté nord" not in run("test", own, "--texts", texts, "--doubts", 0)


def test_the_file_of_the_settings_is_tried(
    run: Run, own: Path, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RegularsError, match="Name a file of terms, or set REGULARS_TOPICS_FILE"):
        run("test", "--texts", texts)
    monkeypatch.setenv("REGULARS_TOPICS_FILE", str(own))
    assert "6 of 15 texts" in run("test", "--texts", texts)
    assert "velo" in run("list")
    assert "velo" in run("explain", "Le vélo passe par ici tous les jours.")


def test_a_wrong_file_is_told_whole_and_not_tried(own: Path, texts: Path) -> None:
    own.write_text(OWN.replace("rue", "cancer, ab"), encoding="utf-8")
    command = ["topics", "test", str(own), "--texts", str(texts)]
    ended = CliRunner().invoke(command_line("topics"), command)
    assert "has 2 mistakes and was not tried" in str(ended.exception)
    assert ended.output.count("velo: ") == 2
    assert "never inferred" in ended.output


def test_stored_texts_are_taken_where_none_are_named(run: Run, own: Path) -> None:
    with pytest.raises(RegularsError, match="There is no text to look in: harvest first"):
        run("test", own)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{broken", "must be JSON"),
        ('{"id": 1}', "must be JSON"),
        ('{"text": 3}', "must be a text"),
        ("", "no text"),
    ],
)
def test_a_wrong_text_is_named_by_its_line(
    run: Run, own: Path, texts: Path, line: str, sentence: str
) -> None:
    texts.write_text(line, encoding="utf-8")
    with pytest.raises(RegularsError, match=sentence):
        run("test", own, "--texts", texts)


def test_neighbours_are_proposed_but_no_sensitive_word(run: Run, texts: Path) -> None:
    said = run("suggest", "vélo", "--texts", texts)
    assert "arceaux" in said
    assert "diabétique" not in said
    with pytest.raises(RegularsError, match="union membership, which is never inferred"):
        run("suggest", "syndicat", "--texts", texts)


def labelled(path: Path, count: int, *, told: bool) -> Path:
    chance = random.Random(1)
    lines = []
    for number in range(count):
        topic = chance.choice(tuple(LEARNT))
        word = LEARNT[topic] if told else "autrement"
        text = f"{word} pour la ville et le logement ou les transports, {number}"
        lines.append(json.dumps({"id": str(number), "text": text, "labels": [topic] if topic else []}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_head_that_beats_the_terms_is_written_and_used(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "head.npz"
    said = run("train", labelled(tmp_path / "own.jsonl", 150, told=True), "--out", path)
    assert "holds the head" in said
    assert "gain" in said
    monkeypatch.setenv("REGULARS_TOPICS_HEAD", str(path))
    text = "Le zorglub pour la ville et le logement ou les transports"
    (explained,) = [json.loads(run("explain", text, "--json"))]
    assert explained["topics"] == ["transport"]


def test_a_head_that_does_not_is_not_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    with pytest.raises(RegularsError, match="does not beat the terms beyond chance"):
        run("train", labelled(tmp_path / "own.jsonl", 110, told=False), "--out", path)
    assert not path.exists()


def test_too_few_labels_are_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RegularsError, match="a head takes at least 100, and of a topic 20"):
        run("train", labelled(tmp_path / "own.jsonl", 30, told=True), "--out", tmp_path / "head.npz")
