"""What a text speaks of: terms, phrases, languages, thresholds, and the words that say so."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import spacy

from classifier.topics import component, lexicon
from classifier.topics import reader as reading_module
from classifier.topics.component import light_pipeline
from classifier.topics.reader import Reader
from config.civic_topics import make
from config.never import never
from domain.terms import Term, Vocabulary, Words
from domain.topic import Reading

VOCABULARY = Vocabulary(
    (
        Term("hôpital", "health", "fr", 3),
        Term("hospital", "health", "en", 3),
        Term("soins", "health", "fr", 2),
        Term("accès aux soins", "health", "fr", 3),
        Term("food bank", "social", "en", 3),
        Term("bank", "economy", "en", 2, not_with=("river",)),
        Term("bike lane", "transport", "en", 3, prefix=True),
        Term("toilette* publique", "local_life", "fr", 3, prefix=True),
        Term("school", "education", "both", 3, prefix=True),
        Term("school bus", "transport", "both", 3),
        Term("train", "transport", "both", 1),
        Term("ticket", "transport", "both", 1),
        Term("rail", "transport", "both", 1),
        Term("climate change", "environment", "en", 3),
        Term("court", "security", "en", 2),
        Term("court", "culture_sport", "fr", 2),
        Term("the", "digital", "en", 2),
    ),
    (Term("thank you", "asides", "en", 1), Term("merci", "asides", "fr", 1)),
)
WORDS = Words(
    supports={"ward": ("health", 0.9), "opera": ("culture_sport", 0.8)},
    languages={
        "le": (-150, -600, -500),
        "est": (-200, -600, -500),
        "the": (-600, -130, -600),
        "is": (-600, -200, -600),
        "el": (-700, -700, -150),
        "la": (-160, -600, -150),
        "es": (-700, -700, -180),
        "to": (-600, -160, -600),
    },
)


@pytest.fixture
def reader() -> Reader:
    return Reader(VOCABULARY, WORDS)


def read(reader: Reader, text: str) -> Reading:
    return next(reader.read([text]))


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("Le nouvel hôpital ouvre lundi prochain", ("health",), id="a-sure-word-decides"),
        pytest.param(
            "Il parle longtemps des soins de demain matin, comme hier encore", (), id="a-clear-word-does-not"
        ),
        pytest.param("Des soins !", ("health",), id="in-few-words-it-does"),
        pytest.param(
            "Garantir l\u2019accès à tous les soins", ("health",), id="small-words-play-no-part-in-phrases"
        ),
        pytest.param("The food bank on the corner is open today", ("social",), id="the-longest-phrase-wins"),
        pytest.param("The bank", ("economy",), id="a-word-alone"),
        pytest.param("The river bank", (), id="a-word-beside-takes-it-away"),
        pytest.param(
            "New BIKE lanes for the whole of downtown", ("transport",), id="a-phrase-of-longer-words"
        ),
        pytest.param("#BikeLanes for the whole of downtown please", ("transport",), id="a-hashtag-in-humps"),
        pytest.param(
            "#climatechange is what the rest is about", ("environment",), id="a-hashtag-in-small-letters"
        ),
        pytest.param(
            "Ouvrir des toilettes publiques près du marché", ("local_life",), id="a-phrase-of-beginnings"
        ),
        pytest.param("Schooling is what the rest is about here", ("education",), id="a-longer-word"),
        pytest.param("train ticket rail and nothing else to say", ("transport",), id="three-faint-words"),
        pytest.param(
            "train ticket and nothing else to say, whatever comes later today",
            (),
            id="two-faint-words-do-not",
        ),
        pytest.param("train train train train and more to say", (), id="a-word-counts-once"),
        pytest.param("Thank you to the hospital for all it does", (), id="an-aside-asks-for-more"),
        pytest.param("A hospital " + "and more about whatever came " * 6, (), id="one-word-of-many-does-not"),
        pytest.param("A hospital school " + "and more about whatever came " * 6, (), id="nor-one-of-each"),
        pytest.param(
            "Bike lanes, train " + "and more about whatever came " * 6, ("transport",), id="two-of-many-do"
        ),
        pytest.param("nothing to see here", (), id="nothing"),
        pytest.param("", (), id="an-empty-text"),
        pytest.param("a" * 100, (), id="longer-than-any-word"),
        pytest.param("toilettes", (), id="a-phrase-cut-short"),
    ],
)
def test_what_a_text_decides(reader: Reader, text: str, topics: tuple[str, ...]) -> None:
    assert read(reader, text).topics == topics


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        pytest.param("le court est là", "fr", "culture_sport", id="french"),
        pytest.param("the court is there", "en", "security", id="english"),
        pytest.param("el court es la", None, None, id="another-tongue"),
        pytest.param("hospital", "en", "health", id="told-by-its-terms"),
        pytest.param("zzz", "fr", None, id="told-by-nothing"),
    ],
)
def test_a_term_is_looked_for_in_its_language(
    reader: Reader, text: str, language: str | None, topic: str | None
) -> None:
    found = read(reader, text)
    assert found.language == language
    assert [each for each, _ in found.scores] == ([topic] if topic else [])


def test_of_phrases_that_begin_alike_the_longest_is_found() -> None:
    terms = (Term("food bank", "social", "en", 3), Term("food bank loan", "economy", "en", 3))
    reader = Reader(Vocabulary(terms), WORDS)
    assert [each.term for each in read(reader, "A food bank loan, and the food bank").hits] == [
        "food bank loan",
        "food bank",
    ]


def test_the_evidence_points_at_the_words(reader: Reader) -> None:
    text = "🚑 Vite ! L\u2019hôpital, @ada, l'accès aux soins… https://sante.example"
    assert [text[each.start : each.end] for each in read(reader, text).hits] == ["hôpital", "accès aux soins"]


def test_at_most_three_topics_and_only_those_near_the_first(reader: Reader) -> None:
    text = "school, hospital, food bank, climate change and the bike lanes to all"
    found = read(reader, text)
    assert len(found.topics) == 3
    assert len(found.scores) == 5


def test_a_word_of_the_table_lends_weight_but_never_decides(reader: Reader) -> None:
    assert read(reader, "ward ward").topics == ()
    assert read(reader, "ward").scores == (("health", 0.9),)
    with_ward = read(reader, "the hospital ward is far from us today")
    assert with_ward.scores == (("health", 3.9),)
    assert [each.term for each in with_ward.hits] == ["hospital", "ward"]


def test_a_trained_head_gives_the_scores() -> None:
    def head(words: Sequence[str], scores: Mapping[str, float]) -> Mapping[str, float]:
        assert words[0] == "school"
        return {**scores, "health": 9.0}

    found = read(Reader(VOCABULARY, WORDS, head=head), "school is out to the end")
    assert found.scores == (("health", 9.0), ("education", 3.0))
    assert found.topics == ()  # no term said health, and education is far from it


def test_nothing_is_read_where_somebody_speaks_of_themselves() -> None:
    text = "Je suis malade\u00a0: à l'hôpital le rendez-vous, c'est long"
    assert read(Reader(VOCABULARY, WORDS, never=never()), text) == Reading(language="fr")
    assert read(Reader(VOCABULARY, WORDS), text).topics == ("health",)


def test_of_two_wordings_of_one_phrase_the_heavier_counts_once() -> None:
    written = [Term("bike path", "transport", weight=2), Term("bike paths", "transport", weight=3)]
    found = read(Reader(Vocabulary((*written, Term("bike paths", "environment")))), "bike paths")
    assert found.scores == (("transport", 3), ("environment", 2))


def test_many_texts_are_read_in_order_by_a_memory_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "MOST_WORDS", 10)
    monkeypatch.setattr(lexicon, "MOST_WORDS", 10)
    reader = Reader(VOCABULARY)
    remembered = []
    texts = [f"word{number} hospital" if number % 2 else f"word{number}" for number in range(100)]
    found = []
    for each in reader.read(texts):
        remembered.append(max(len(reader._known), len(reader._lexicon._known)))
        found.append(each.topics)
    assert found == [("health",) if number % 2 else () for number in range(100)]
    assert max(remembered) == 10


def test_a_text_of_more_words_than_are_remembered_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "MOST_WORDS", 3)
    reader = Reader(VOCABULARY)
    text = "a hospital, a school, a bank, a train and a hospital"
    assert read(reader, text) == read(Reader(VOCABULARY), text)


def test_a_pipeline_is_kept_on_disk(tmp_path: Path) -> None:
    language = light_pipeline()
    language.get_pipe("civic_topics").learn(VOCABULARY, WORDS)
    language.get_pipe("civic_topics").to_disk(tmp_path / "civic")
    again = light_pipeline()
    again.get_pipe("civic_topics").from_disk(tmp_path / "civic")
    texts = ["The river bank, the food bank", "Merci l'hôpital", "ward"]
    for one, other in zip(language.pipe(texts), again.pipe(texts), strict=True):
        assert one._.topic_evidence == other._.topic_evidence != ()
        assert one._.topics == other._.topics


def test_a_doc_keeps_its_text_and_its_spans_stand_in_it() -> None:
    language = light_pipeline()
    language.get_pipe("civic_topics").learn(VOCABULARY, WORDS)
    doc = language("🚑 \u2018A hospital\u2019, @ada! #BikeLanes")
    assert doc.text == "🚑 \u2018A hospital\u2019, @ada! #BikeLanes"
    spans = [doc.char_span(each.start, each.end) for each in doc._.topic_evidence]
    assert [each.text for each in spans if each] == ["hospital", "BikeLanes"]


def test_the_component_reads_what_the_reader_reads(reader: Reader) -> None:
    language = light_pipeline()
    language.get_pipe("civic_topics").learn(VOCABULARY, WORDS)
    texts = ["The river bank, the food bank", "Merci l'hôpital", "ward", ""]
    assert [component.reading(each) for each in language.pipe(texts)] == list(reader.read(texts))


def test_the_component_stands_in_any_pipeline() -> None:
    language = spacy.blank("fr")
    language.add_pipe("civic_topics")
    assert language("Le grand hôpital est ouvert ce matin")._.topics == ("health",)
    assert language("J'ai un cancer et l'hôpital est loin")._.topics == ()
    assert language("J'ai un cancer et l'hôpital est loin")._.topic_evidence == ()
    assert spacy.blank("fr")("Le grand hôpital")._.topics == ()


def test_the_component_has_an_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    place = project["entry-points"]["spacy_factories"]["civic_topics"]
    assert place == f"{make.__module__}:{make.__name__}"
    assert make(spacy.blank("xx"), "mine").name == "mine"
