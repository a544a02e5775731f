"""The picture of a harvest: from what people did to their label to the messaging store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: Colours of the labels (design: regular teal, occasional amber, suppressed dark red, none grey).
COLOURS = {"regular": "#0f766e", "occasional": "#b45309", "suppressed": "#7f1d1d", "none": "#6b7280"}
#: How a kind of act is called in the picture.
_GAP = 0.012


class Band(NamedTuple):
    """A group of contacts that stands in one column: its name, and where it begins and ends."""

    name: str
    size: int
    low: float
    high: float


def draw(flow: Sequence[tuple[Any, ...]], inside: int, path: Path) -> None:
    """Draw `flow` rows (platform, kind, label, contacts) and the number in the messaging store.

    One contact may stand in several kinds; each kind's band says how many did it.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  # slow to import, only the picture needs it

    kinds: Counter[tuple[str, str]] = Counter()
    for platform, kind, _label, count in flow:
        kinds[f"{kind}  ·  {platform}", str(_label)] += count
    names = [name for name, _ in Counter({each: kinds[each] for each in kinds}).most_common()]
    left = _column({f"{name}|{label}": kinds[name, label] for name, label in names})
    by_label: Counter[str] = Counter()
    for (_, label), count in kinds.items():
        by_label[label] += count
    order = [each for each in COLOURS if by_label[each]]
    middle = _column({each: by_label[each] for each in order})
    figure = Figure(figsize=(10, 5.6))
    axes = figure.add_axes((0.0, 0.0, 1.0, 0.92))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(1.02, -0.06)
    figure.suptitle(
        "Who did what, what it makes them, and who may be written to", x=0.5, y=0.975, fontsize=13
    )
    used = {each.name: each.low for each in middle.values()}
    for key, band in left.items():
        name, label = key.split("|")
        height = (band.high - band.low) / _total(left) * _total(middle)
        _ribbon(axes, (0.27, band.low, band.high), (0.53, used[label], used[label] + height), COLOURS[label])
        used[label] += height
        axes.text(
            0.25, (band.low + band.high) / 2, f"{name}  {band.size:,}", ha="right", va="center", fontsize=8
        )
    for each in middle.values():
        axes.text(
            0.56,
            (each.low + each.high) / 2,
            each.name,
            ha="left",
            va="center",
            fontsize=11,
            color=COLOURS[each.name],
        )
    regular = middle.get("regular")
    if regular is not None:
        _ribbon(
            axes, (0.68, regular.low, regular.high), (0.82, regular.low, regular.high), COLOURS["regular"]
        )
        axes.text(
            0.83,
            (regular.low + regular.high) / 2,
            f"messaging store\n{inside:,} contacts",
            ha="left",
            va="center",
            fontsize=11,
            fontweight="bold",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def _column(counts: Mapping[str, int]) -> dict[str, Band]:
    """Stand groups above each other; small ones keep room for their name."""
    least = 0.028
    total = sum(counts.values()) or 1
    room = 1 - _GAP * len(counts)
    heights = {name: max(least, count / total * room) for name, count in counts.items()}
    scale = room / sum(heights.values())
    low, bands = 0.0, {}
    for name, count in counts.items():
        high = low + heights[name] * scale
        bands[name] = Band(name, count, low, high)
        low = high + _GAP
    return bands


def _total(bands: Mapping[str, Band]) -> float:
    return sum(each.high - each.low for each in bands.values()) or 1


def _ribbon(
    axes: Any, start: tuple[float, float, float], end: tuple[float, float, float], colour: str
) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415  # with the figure
    from matplotlib.path import Path as Line  # noqa: PLC0415  # with the figure

    (x0, low0, high0), (x1, low1, high1) = start, end
    half = (x0 + x1) / 2
    points = [
        (x0, low0), (half, low0), (half, low1), (x1, low1),
        (x1, high1), (half, high1), (half, high0), (x0, high0), (x0, low0),
    ]  # fmt: skip
    curve = Line.CURVE4
    codes = [Line.MOVETO, curve, curve, curve, Line.LINETO, curve, curve, curve, Line.CLOSEPOLY]
    axes.add_patch(PathPatch(Line(points, codes), facecolor=colour, alpha=0.45, linewidth=0))
