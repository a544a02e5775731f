"""How well our terms read: sentences in the manner of posts and programmes, and labelled sets beside."""

import os
from functools import cache
from pathlib import Path
from statistics import mean

import pytest

from classifier.evaluation import Evaluation, evaluate
from classifier.topics.reader import Reader
from config.topics import load, load_words
from console.cli.labelled import read_labelled

CHECKOUT = Path(__file__).parents[4]
SAID = CHECKOUT / "tests" / "samples" / "topics"
SETS = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared")) / "data" / "topics"


@cache
def reader() -> Reader:
    return Reader(load(), load_words())


@cache
def measured(path: Path) -> Evaluation:
    texts = read_labelled(path, load().topics)
    return evaluate(texts, list(reader().read(each.text for each in texts)), seed=0, resamples=2)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_people_say_is_read_and_greetings_are_not(language: str) -> None:
    found = measured(SAID / f"said_{language}.jsonl")
    assert found.tagging.precision >= 0.90
    assert found.tagging.recall >= 0.85
    assert found.false_alarms is not None
    assert found.false_alarms <= 0.10


@pytest.fixture
def sets() -> list[Evaluation]:
    found = [measured(each) for each in sorted(SETS.glob("*.jsonl"))]
    if not found:
        pytest.skip("there are no labelled sets; set SHARED_FOLDER")
    return found


def test_labelled_sets_are_read_as_well_as_was_promised(sets: list[Evaluation]) -> None:
    assert mean(each.micro.f1 for each in sets) >= 0.62
    assert mean(each.macro.f1 for each in sets) >= 0.56
    assert mean(each.tagging.precision for each in sets) >= 0.65
    assert mean(each.tagging.recall for each in sets) >= 0.42
    alarms = [each.labelled_false_alarms for each in sets if each.labelled_false_alarms is not None]
    assert mean(alarms) <= 0.25


def test_readings_beat_whoever_tags_everything(sets: list[Evaluation]) -> None:
    assert all(each.tagging.f1 > each.baseline.f1 for each in sets)
