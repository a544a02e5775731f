"""The reader as the settings make it: what is never inferred is in force in it."""

from collections.abc import Sequence

import pytest

from config.reading import reader_by
from config.topics import load
from domain.topic import Reading

READER = reader_by(load())


def read(text: str) -> Reading:
    return next(READER.read([text]))


@pytest.mark.parametrize(
    "text",
    [
        "Les socialistes ont menti",
        "Le socialisme, quelle idée",
        "Vive les verts et leur programme",
        "Je suis diabétique et l'hôpital m'a refusé",
        "My son is autistic and the school has no help",
    ],
)
def test_what_is_never_inferred_gives_no_topic_and_no_word(text: str) -> None:
    assert (read(text).topics, read(text).hits) == ((), ())


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Il faut des logements sociaux", ("housing",)),
        ("Les hôpitaux manquent de médecins", ("health",)),
        ("Je suis inquiet pour l'hôpital", ("health",)),
    ],
)
def test_what_concerns_everybody_is_read(text: str, topics: Sequence[str]) -> None:
    assert set(topics) <= set(read(text).topics)


def test_a_text_longer_than_any_is_read() -> None:
    assert read("école et collège " * 200_000).topics == ("education",)
