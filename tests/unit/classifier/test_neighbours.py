"""Neighbours of terms: in own texts by how often they go together, in the word table by family."""

from classifier.neighbours import Neighbour, neighbours, relatives

OTHER = [f"Une phrase numéro {each} sur le marché du samedi" for each in range(60)]
CYCLING = [f"Le vélo demande un arceau solide, rue {each}" for each in ("une", "deux", "trois", "quatre")]


def nothing(_: str) -> bool:
    return False


def test_words_that_go_with_a_term_come_first() -> None:
    found = neighbours(["vélo"], [*CYCLING, *OTHER], refused=nothing, most=3)
    assert [each.word for each in found] == ["arceau", "demande", "solide"]
    assert found[0] == Neighbour("arceau", 4, 4, 0.8)


def test_a_phrase_is_a_term() -> None:
    texts = [
        *(f"une piste cyclable avec marquage {each}" for each in "abc"),
        "cyclable mais sans piste",
        *OTHER,
    ]
    assert [each.word for each in neighbours(["piste cyclable"], texts, refused=nothing, most=9)] == [
        "avec",
        "marquage",
    ]


def test_one_persons_words_common_words_and_numbers_are_none() -> None:
    texts = [*CYCLING[:2], *(f"vélo phrase 2026 {each}" for each in "abcd"), *OTHER]
    assert neighbours(["vélo"], texts, refused=nothing, most=9) == ()


def test_a_text_that_stands_twice_counts_once() -> None:
    assert neighbours(["vélo"], [CYCLING[0]] * 9 + OTHER, refused=nothing, most=9) == ()


def test_what_is_refused_is_not_proposed() -> None:
    found = neighbours(["vélo"], [*CYCLING, *OTHER], refused=lambda word: word == "arceau", most=9)
    assert "arceau" not in {each.word for each in found}


def test_a_word_in_every_text_says_nothing() -> None:
    assert neighbours(["vélo"], CYCLING, refused=nothing, most=9) == ()
    assert neighbours(["!"], CYCLING, refused=nothing, most=9) == ()


def test_the_table_gives_words_of_the_family() -> None:
    supports = {
        "cyclable": ("transport", 0.9),
        "cycliste": ("transport", 0.7),
        "cyclone": ("environment", 0.8),
        "hopital": ("health", 0.9),
    }
    found = relatives(["piste cyclable", "cycliste"], supports, refused=nothing, most=9)
    assert found == ()
    found = relatives(["cyclisme"], supports, refused=nothing, most=9)
    assert found == (("cycliste", "transport", 0.7),)
    assert relatives(["cyclisme"], supports, refused=lambda word: word == "cycliste", most=9) == ()
    assert relatives(["bus"], supports, refused=nothing, most=9) == ()
