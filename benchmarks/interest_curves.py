"""Precision and recall of simulated contacts against the number of their texts, as a picture."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

mpl.use("Agg")
#: By curve, its colour and its goal.
CURVES = {"precision": ("#1d4ed8", 0.8), "recall": ("#b45309", 0.6)}


def draw(points: Mapping[int, tuple[float, float]], path: Path) -> None:
    """Draw (precision, recall) by number of texts; no number is left out, dashes mark the goals."""
    mpl.rcParams["svg.hashsalt"] = path.name
    figure, axes = plt.subplots(figsize=(7.2, 4), layout="constrained")
    for place, (name, (colour, goal)) in enumerate(CURVES.items()):
        axes.plot(
            list(points), [each[place] for each in points.values()], color=colour, label=name, marker="."
        )
        axes.axhline(goal, color=colour, linestyle="--", linewidth=0.8, alpha=0.6)
    axes.set(xscale="log", ylim=(0, 1), xlabel="texts of a contact", title="Interests of simulated contacts")
    axes.set_xticks(list(points), [str(each) for each in points])
    axes.minorticks_off()
    axes.grid(color="#e5e7eb")
    axes.legend(loc="lower right")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
