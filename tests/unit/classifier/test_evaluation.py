"""How readings are measured against labels: rates by hand, intervals, and topics that a set does not know."""

import pytest

from classifier.evaluation import Evaluation, Labelled, Rates, evaluate
from domain.topic import Reading


def labelled(*labels: str) -> Labelled:
    return Labelled("1", "a text", frozenset(labels))


def reads(best: str | None, *decided: str) -> Reading:
    return Reading(topics=decided, scores=((best, 2.0),) if best else ())


def of(*pairs: tuple[Labelled, Reading]) -> Evaluation:
    return evaluate([text for text, _ in pairs], [one for _, one in pairs], seed=7, resamples=50)


HEALTH, HOUSING, NONE = labelled("health"), labelled("housing"), labelled()


def test_the_rates_are_what_one_counts_by_hand() -> None:
    found = of(
        (HEALTH, reads("health", "health")),
        (HEALTH, reads("health")),
        (HEALTH, reads("housing", "housing")),
        (HOUSING, reads(None)),
        (NONE, reads("health", "health")),
        (NONE, reads("health")),
    )
    assert (found.texts, found.bearing) == (6, 4)
    assert found.micro == Rates(2 / 3, 2 / 4, 4 / 7)
    assert found.tagging == Rates(1 / 3, 1 / 4, 2 / 7)
    assert found.topics == {"health": (3, Rates(1.0, 2 / 3, 0.8)), "housing": (1, Rates(0.0, 0.0, 0.0))}
    assert (found.detected, found.false_alarms, found.coverage) == (0.5, 0.5, 0.5)
    assert found.confusions == (("health", "housing", 1), ("housing", "", 1))
    assert found.baseline == Rates(0.5, 0.75, 0.6)
    assert [decided for _, _, decided in found.errors] == [("housing",), (), ("health",)]


def test_the_mean_over_topics_leaves_out_those_with_few_texts() -> None:
    found = of(*[(HEALTH, reads("health"))] * 5, (HOUSING, reads(None)))
    assert found.macro == Rates(1.0, 1.0, 1.0)
    assert of((HEALTH, reads("health"))).macro == Rates(0.0, 0.0, 0.0)


def test_a_text_with_several_topics_is_right_with_one_of_them() -> None:
    found = of(
        (labelled("health", "housing"), reads("housing", "housing")),
        (labelled("health", "housing"), reads(None)),
    )
    assert found.micro == Rates(1.0, 0.5, 2 / 3)
    assert found.confusions == (("health+housing", "", 1),)


def test_a_topic_that_the_set_never_labels_counts_neither_way() -> None:
    of_both = Reading(topics=("transport",), scores=(("transport", 4.0), ("health", 2.0)))
    found = of((HEALTH, of_both), (NONE, of_both))
    assert found.micro.f1 == 1.0
    assert found.tagging == Rates(0.0, 0.0, 0.0)
    assert (found.false_alarms, found.labelled_false_alarms) == (1.0, 0.0)


def test_where_every_text_has_a_topic_there_are_no_false_alarms_to_count() -> None:
    found = of((HEALTH, reads("health", "health")))
    assert (found.false_alarms, found.labelled_false_alarms) == (None, None)


def test_where_no_text_has_one_only_false_alarms_are_counted() -> None:
    found = of((NONE, reads("health", "health")), (NONE, reads(None)))
    assert (found.false_alarms, found.labelled_false_alarms) == (0.5, 0.0)
    assert found.micro == found.baseline == Rates(0.0, 0.0, 0.0)
    assert found.micro_interval == (0.0, 0.0)


def test_the_interval_holds_the_rate_and_the_seed_repeats_it() -> None:
    pairs = [(HEALTH, reads("health")), (HOUSING, reads("housing")), (HEALTH, reads("housing"))] * 10
    found, again = of(*pairs), of(*pairs)
    assert found == again
    assert found.micro_interval.low < found.micro.f1 < found.micro_interval.high
    assert found.macro_interval.low < found.macro.f1 < found.macro_interval.high


@pytest.mark.parametrize("size", [5, 500])
def test_more_texts_make_it_narrower(size: int) -> None:
    found = of(*[(HEALTH, reads("health")), (HEALTH, reads("housing"))] * size)
    assert (found.micro_interval.high - found.micro_interval.low < 0.2) == (size == 500)
