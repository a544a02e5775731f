"""How an evaluation is shown: as tables for people, as one object for programs."""

from typing import Any

from classifier.evaluation import Evaluation, Interval, Rates
from console.cli.words import out, print_table

#: How many confusions are shown.
MOST_CONFUSIONS = 10


def as_json(found: Evaluation, texts_per_second: float) -> dict[str, Any]:
    """Return an evaluation as it stands in data; rates are from 0 to 1."""
    return {
        "n": found.texts,
        "n_with_topic": found.bearing,
        "micro": found.micro._asdict() | {"f1_interval": found.micro_interval},
        "macro": found.macro._asdict() | {"f1_interval": found.macro_interval},
        "tagging": found.tagging._asdict() | {"f1_interval": found.tagging_interval},
        "detection": {
            "recall": found.detected,
            "false_alarm_rate": found.false_alarms,
            "false_alarm_rate_labelled_topics": found.labelled_false_alarms,
        },
        "coverage": found.coverage,
        "topics": {topic: {"n": count} | rates._asdict() for topic, (count, rates) in found.topics.items()},
        "confusions": [
            {"labels": label, "read": said or None, "n": count} for label, said, count in found.confusions
        ],
        "baseline": {"tag_everything": found.baseline._asdict()},
        "texts_per_second": round(texts_per_second),
    }


def show(found: Evaluation, texts_per_second: float) -> None:
    """Print an evaluation as tables."""
    print_table(
        ("measure", "precision", "recall", "F1", "95 %"),
        (
            ("best topic, micro", *_rates(found.micro), _interval(found.micro_interval)),
            ("best topic, macro", *_rates(found.macro), _interval(found.macro_interval)),
            ("tagging", *_rates(found.tagging), _interval(found.tagging_interval)),
            ("tag everything", *_rates(found.baseline), ""),
        ),
    )
    print_table(
        ("topic", "texts", "precision", "recall", "F1"),
        ((topic, count, *_rates(rates)) for topic, (count, rates) in found.topics.items()),
    )
    if found.confusions:
        print_table(
            ("label", "read as", "texts"),
            ((label, said or "nothing", count) for label, said, count in found.confusions[:MOST_CONFUSIONS]),
        )
    out.print(
        f"{found.texts} texts, {found.bearing} with a topic; {found.coverage:.0%} got one. "
        f"Detection: {found.detected:.3f} of those with a topic, {_alarms(found)}. "
        f"{texts_per_second:,.0f} texts/s."
    )


def _alarms(found: Evaluation) -> str:
    if found.false_alarms is None:
        return "and no text is without one"
    return (
        f"false alarms {found.false_alarms:.3f} of those without "
        f"({found.labelled_false_alarms:.3f} with topics that the file labels)"
    )


def _rates(rates: Rates) -> tuple[str, str, str]:
    return f"{rates.precision:.3f}", f"{rates.recall:.3f}", f"{rates.f1:.3f}"


def _interval(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"
