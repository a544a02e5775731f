"""The list of what is never read is whole, and no word that topics are read by stands on it."""

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from classifier.folding import words_of
from classifier.wordings import listed
from config.never import never
from config.topics import OURS, load_words, read

READ = tomllib.loads(files("config").joinpath("topics_never.toml").read_text(encoding="utf-8"))
GROUPS = READ["groups"]
#: Every file of terms that comes along: ours, and any that is put beside it.
FILES = [each for each in OURS.parent.glob("topics*.toml") if each.name != "topics_never.toml"]


def test_every_kind_that_the_law_and_the_platforms_name_is_there() -> None:
    assert set(GROUPS) == {
        "health",
        "poverty",
        "religion",
        "origin",
        "sexuality",
        "party",
        "vote",
        "stance",
        "sentiment",
        "union",
        "offence",
        "minors",
    }
    assert isinstance(READ["checked_on"], date)
    assert [name for name, each in GROUPS.items() if not (each["what"] and each["sources"])] == []


@pytest.mark.parametrize("name", GROUPS)
def test_the_words_of_a_kind_are_folded_and_stand_once(name: str) -> None:
    for key in ("words", "but", "said", "does"):
        words = listed(GROUPS[name].get(key, ""))
        assert [each for each in words if words_of(each) != each.replace("*", "").split()] == []
        assert len(set(words)) == len(words), [each for each in words if words.count(each) > 1]


@pytest.mark.parametrize("name", GROUPS)
def test_what_is_refused_as_a_term_is_refused(name: str) -> None:
    allowed = [each for each in listed(GROUPS[name]["words"]) if never().reason(each) is None]
    assert allowed == []


@pytest.mark.parametrize("name", READ["speech"])
def test_how_people_speak_is_folded_and_stands_once(name: str) -> None:
    words = listed(READ["speech"][name])
    assert [each for each in words if words_of(each) != each.replace("*", "").split()] == []
    assert len(set(words)) == len(words), [each for each in words if words.count(each) > 1]


@pytest.mark.parametrize("path", FILES, ids=lambda each: each.name)
def test_no_term_stands_on_the_list(path: Path) -> None:
    terms = read(path).terms
    assert terms
    refused = [
        (each.topic, each.text, each.prefix)
        for each in terms
        if never().reason(each.text + each.prefix * "*")
    ]
    assert refused == []


def test_no_word_of_the_table_stands_on_the_list() -> None:
    assert [each for each in load_words().supports if never().reason(each)] == []
