"""The line that compares the demo's interests with the truth."""

from console.cli.demo_interests import Compared, compared


def test_what_is_right_wrong_missing_and_silent_is_counted() -> None:
    found = {"a": {"housing", "digital"}, "b": set(), "c": set(), "d": {"economy"}}
    true = {"a": {"housing"}, "b": {"digital"}, "c": set(), "d": set()}
    assert compared(found, true) == Compared(4, 3, 2, 1, 2, 1)
    assert str(compared(found, true)) == (
        "Interests beside the truth, of 4 regular contacts who wrote 5 texts or more: precision 0.33, "
        "recall 0.50; of 2 without any that may be inferred, 1 have none here."
    )


def test_nobody_to_compare_is_said_as_such() -> None:
    assert "precision unknown, recall unknown; of 0" in str(compared({}, {}))
