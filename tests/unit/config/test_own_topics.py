"""A team's own terms: what is wrong in a file is said, one sentence a mistake; what is right is read by."""

from pathlib import Path

import pytest

from classifier.topics.reader import Reader
from config.own_topics import MOST_TOPICS, checked, mistakes_of, vocabulary, written
from config.topics import TopicsError, load, load_words
from domain.topic import TOPICS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def table(topic: str, terms: str, language: str = "fr", weight: str = "clear") -> str:
    return f'[{topic}.{language}]\n{weight} = """\n{terms}\n"""\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (table("enviroment", "compost"), "enviroment is no topic of ours; write environment, or a name"),
        (table("syndicats", "usine"), "syndicats can be no topic: “syndicats” stands for union membership"),
        (table("une_tres_longue_liste_de_choses", "usine"), "is too long for a topic's name; 30 letters"),
        (table("health", "cancer*"), "health: “cancer*” stands for the health of a person, which is never"),
        (table("social", "handi*"), "social: “handi*” stands for the health of a person"),
        (table("velo", "ab"), "velo: “ab” is too short; write at least 3 letters."),
        (table("velo", "cyc*"), "velo: “cyc*” is too short; write at least 4 letters."),
        (table("velo", "de la"), "velo: “de la” is too short; write at least 3 letters."),
        (table("velo", "vélo, Velo"), "velo: “velo” stands 2 times for fr; keep one."),
        (
            table("velo", "vélo") + table("velo", "velo", "both"),
            "velo: “velo” stands 2 times for fr; keep one.",
        ),
        ("", "there is no term in it; write a topic's words under [topic.fr]"),
    ],
)
def test_a_mistake_is_one_sentence(path: Path, text: str, sentence: str) -> None:
    path.write_text(text, encoding="utf-8")
    (mistake,) = mistakes_of(path)
    assert sentence in mistake
    with pytest.raises(TopicsError, match="cannot be used as it is"):
        checked(path)


def test_every_mistake_is_said(path: Path) -> None:
    path.write_text(table("velo", "ab, cancer, gay, piste, Piste"), encoding="utf-8")
    assert len(mistakes_of(path)) == 4
    with pytest.raises(TopicsError) as caught:
        vocabulary(path)
    assert str(caught.value).count("never inferred") == 2


def test_there_are_not_too_many_topics(path: Path) -> None:
    names = "abcdefghijklmnopqrstu"
    assert len(names) > MOST_TOPICS
    path.write_text("".join(table(f"own_{each}_{each * 9}", "usine") for each in names), encoding="utf-8")
    assert mistakes_of(path) == ("there are 21 topics of your own; 20 are the most.",)


@pytest.mark.parametrize("text", ["[velo", "velo = 3", '[velo.fr]\nfirm = "x"', '[velo.de]\nsure = "x"'])
def test_what_is_no_file_of_terms_is_refused_in_a_sentence(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TopicsError, match=r"own\.toml"):
        vocabulary(path)


def test_without_a_file_there_are_ours() -> None:
    assert vocabulary(None) == load()


def test_own_terms_are_read_beside_ours(path: Path) -> None:
    text = table("velo", "box vélos, bicycl*", weight="sure") + table(
        "environment", "compostière", weight="sure"
    )
    path.write_text(text, encoding="utf-8")
    known = vocabulary(path)
    assert known.topics == (*TOPICS, "velo")
    assert [written(each) for each in known.terms[-3:-1]] == ["box vélos", "bicycl*"]
    read = Reader(known, load_words())
    (own, ours) = read.read(["Nous voulons des box à vélos ici.", "Une compostière pour le quartier, vite."])
    assert "velo" in own.topics
    assert "environment" in ours.topics
