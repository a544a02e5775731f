"""Topics: how well the reader agrees with labelled sets; writes the table and picture of docs/topics.md anew.

The sets lie beside the checkout (SHARED_FOLDER) and are no part of it; a missing one is skipped, and said.
"""

import os
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import matplotlib as mpl  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402

from classifier.evaluation import Evaluation, Labelled, evaluate  # noqa: E402
from config.reading import reader_by  # noqa: E402
from config.topics import load  # noqa: E402
from console.cli.labelled import read_labelled  # noqa: E402

SETS = Path(os.environ.get("SHARED_FOLDER", ROOT.parent / "shared")) / "data" / "topics"
NAMES = {
    "en_masakhanews_headlines": "news headlines, en",
    "en_nyt_cap": "front pages, en",
    "en_sib200": "encyclopedic sentences, en",
    "fr_betagouv_missions": "state missions, fr",
    "fr_budget_participatif_paris": "citizens' projects, fr",
    "fr_masakhanews_headlines": "news headlines, fr",
    "fr_sib200": "encyclopedic sentences, fr",
}
PAGE, PICTURE = ROOT / "docs" / "topics.md", ROOT / "docs" / "topics.svg"
BEGIN, END = "<!-- made by make eval-topics -->", "<!-- until here -->"
COLUMNS = (
    "set", "texts", "micro F1 (95 %)", "macro F1 (95 %)", "sealed half", "tagging P / R", "detected",
    "false alarms (any topic)", "tag everything",
)  # fmt: skip


def is_sealed(text: Labelled) -> bool:
    """Whether a text belongs to the half that nobody looked at while terms were chosen."""
    return sha256(text.id.encode()).digest()[0] % 2 == 1


def main() -> None:
    """Measure every set that is there."""
    vocabulary = load()
    reader = reader_by(vocabulary)
    found: dict[str, Evaluation] = {}
    sealed: dict[str, Evaluation] = {}
    for name, words in NAMES.items():
        path = SETS / f"{name}.jsonl"
        if not path.exists():
            print(f"{name} is not in {SETS.name}: skipped.")
            continue
        texts = read_labelled(path, vocabulary.topics)
        readings = list(reader.read(each.text for each in texts))
        found[words] = evaluate(texts, readings, seed=0)
        half = [place for place, each in enumerate(texts) if is_sealed(each)]
        sealed[words] = evaluate([texts[at] for at in half], [readings[at] for at in half], seed=0)
        print(f"{name}: micro {found[words].micro.f1:.3f}, macro {found[words].macro.f1:.3f}")
    if not found:
        raise SystemExit("No set is there; docs/topics.md stays as it is. Set SHARED_FOLDER.")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table = [
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(_row(each, one, sealed[each]) for each, one in found.items()),
        _means(found, sealed),
    ]
    PAGE.write_text(
        "\n".join([before + BEGIN, "", *table, "", END + rest.partition(END)[2]]), encoding="utf-8"
    )
    draw(found)


def draw(found: dict[str, Evaluation]) -> None:
    """Draw the F1 of each set with its interval."""
    mpl.rcParams["svg.hashsalt"] = "topics"
    figure, axes = plt.subplots(figsize=(8, 4))
    measures = (
        ("micro", "#1d4ed8", -0.18, [(one.micro.f1, one.micro_interval) for one in found.values()]),
        ("macro", "#b45309", 0.18, [(one.macro.f1, one.macro_interval) for one in found.values()]),
    )
    for name, colour, beside, values in measures:
        heights = [height for height, _ in values]
        below = [max(0.0, height - interval.low) for height, interval in values]
        above = [max(0.0, interval.high - height) for height, interval in values]
        places = [place + beside for place in range(len(found))]
        axes.barh(places, heights, height=0.34, color=colour, label=f"{name} F1", xerr=[below, above])
    axes.set_yticks(range(len(found)), list(found))
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("F1 of the best topic, texts with a topic, 95 % intervals")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


def _row(name: str, one: Evaluation, sealed: Evaluation) -> str:
    alarms = "" if one.false_alarms is None else f"{one.labelled_false_alarms:.3f} ({one.false_alarms:.3f})"
    cells = (
        name,
        f"{one.texts:,}",
        f"{one.micro.f1:.3f} ({one.micro_interval.low:.3f} to {one.micro_interval.high:.3f})",
        f"{one.macro.f1:.3f} ({one.macro_interval.low:.3f} to {one.macro_interval.high:.3f})",
        f"{sealed.micro.f1:.3f} / {sealed.macro.f1:.3f}",
        f"{one.tagging.precision:.3f} / {one.tagging.recall:.3f}",
        f"{one.detected:.3f}",
        alarms,
        f"{one.baseline.f1:.3f}",
    )
    return f"| {' | '.join(cells)} |"


def _means(found: dict[str, Evaluation], sealed: dict[str, Evaluation]) -> str:
    ours, halves = list(found.values()), list(sealed.values())

    def mean(values: list[float]) -> str:
        return f"{sum(values) / len(values):.3f}" if values else ""

    alarms = [each.labelled_false_alarms for each in ours if each.labelled_false_alarms is not None]
    any_alarms = [each.false_alarms for each in ours if each.false_alarms is not None]
    cells = (
        "**mean**",
        f"{sum(each.texts for each in ours):,}",
        mean([each.micro.f1 for each in ours]),
        mean([each.macro.f1 for each in ours]),
        f"{mean([each.micro.f1 for each in halves])} / {mean([each.macro.f1 for each in halves])}",
        f"{mean([each.tagging.precision for each in ours])} / {mean([each.tagging.recall for each in ours])}",
        mean([each.detected for each in ours]),
        f"{mean(alarms)} ({mean(any_alarms)})" if alarms else "",
        mean([each.baseline.f1 for each in ours]),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
