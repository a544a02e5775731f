"""The terms of topics: ours are whole and clean, a team's own are read after them, wrong files are named."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from classifier.topics.reader import Reader
from config import topics
from config.topics import TopicsError, load, load_words, read
from domain.terms import BOTH, LANGUAGES, Term, Vocabulary
from domain.topic import TOPICS

OWN = """
[bees.fr]
# a remark, with a comma
sure = "ruche*, jardin d'abeilles"
clear = '''
essaim !moto !police
,
'''
[bees.both]
faint = "honey"
[asides]
fr = "bzz"
"""


def test_our_terms_speak_of_every_topic_in_both_languages() -> None:
    vocabulary = load()
    assert vocabulary.topics == TOPICS
    counted = Counter(
        (each.topic, language)
        for each in vocabulary.terms
        for language in LANGUAGES
        if each.language in {language, BOTH}
    )
    assert all(counted[topic, language] >= 75 for topic in TOPICS for language in LANGUAGES)
    assert len(vocabulary.terms) > 4000
    assert len(vocabulary.asides) > 50


def test_no_term_of_ours_stands_twice_in_a_topic() -> None:
    counted = Counter((each.topic, each.language, each.text.lower(), each.prefix) for each in load().terms)
    assert [each for each, count in counted.items() if count > 1] == []


def test_every_word_of_the_tables_is_known_once_and_belongs_to_a_topic() -> None:
    words = load_words()
    assert {topic for topic, _ in words.supports.values()} <= set(TOPICS)
    assert all(0.5 <= share <= 1 for _, share in words.supports.values())
    assert len(words.languages) > 15_000


def test_the_word_table_is_the_one_that_its_hash_says() -> None:
    lines = (
        Path(topics.__file__)
        .with_name("word_table.tsv")
        .read_text(encoding="utf-8")
        .splitlines(keepends=True)
    )
    rows = "".join(each for each in lines if not each.startswith("#"))
    assert any(hashlib.sha256(rows.encode()).hexdigest() in each for each in lines if each.startswith("#"))


def test_a_teams_own_terms_come_after_ours(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    vocabulary = load(path)
    assert vocabulary.topics == (*TOPICS, "bees")
    assert vocabulary.terms[-4:] == (
        Term("ruche", "bees", "fr", 3, prefix=True),
        Term("jardin d'abeilles", "bees", "fr", 3),
        Term("essaim", "bees", "fr", 2, not_with=("moto", "police")),
        Term("honey", "bees", BOTH, 1),
    )
    assert vocabulary.asides[-1].text == "bzz"
    assert next(Reader(vocabulary).read(["Les ruches sont pleines de vie"])).topics[0] == "bees"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("[bees.fr\n", "cannot be read", id="no-toml"),
        pytest.param('bees = "ruche"\n', "line 1", id="no-table"),
        pytest.param('[Bees.fr]\nsure = "ruche"\n', "small letters", id="a-name-in-capitals"),
        pytest.param('[bees.de]\nsure = "Biene"\n', "line 1, bees.de", id="another-language"),
        pytest.param('[bees.fr]\nheavy = "ruche"\n', "line 2, bees.fr.heavy", id="another-list"),
        pytest.param('[bees.fr]\nsure = ["ruche"]\n', "line 2, bees.fr.sure", id="a-list-that-is-no-text"),
        pytest.param('[bees.fr]\nsure = "ruche, !moto"\n', "needs a word", id="no-word"),
        pytest.param('[bees.fr]\nsure = "a*"\n', "two letters", id="a-beginning-too-short"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(TopicsError, match=r"own\.toml") as raised:
        read(path)
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TopicsError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_a_vocabulary_of_nothing_has_no_topic() -> None:
    assert Vocabulary(()).topics == ()
