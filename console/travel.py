"""The picture of a harvest: from the act that counted most, to the label, to the messaging store."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Colours of the labels, dark enough to be read on white.
COLOURS = {"regular": "#0f766e", "occasional": "#b45309", "suppressed": "#7f1d1d", "none": "#6b7280"}
#: How a platform is called where people read.
PLATFORMS = {"twitter": "X", "facebook": "Facebook"}
#: Room between two bands, and the least height of one: its name must find room beside it.
_GAP, _LEAST = 0.014, 0.03


class Band(NamedTuple):
    """A group of contacts that stands in a column: how many they are, and where it begins and ends."""

    size: int
    low: float
    high: float

    @property
    def middle(self) -> float:
        """Where its name stands."""
        return (self.low + self.high) / 2


class Look(NamedTuple):
    """How the picture speaks and what it is coloured with."""

    title: str = "What people did, the label it brings, and who may be written to"
    store: str = "messaging store\n{n} contacts\nwhat CRMs import"
    no_further: str = "goes no further"
    #: Words of kinds of act and of labels; those without stand as they are named.
    words: Mapping[str, str] = MappingProxyType({})
    colours: Mapping[str, str] = MappingProxyType(COLOURS)
    ink: str = "#000000"
    number: Callable[[int], str] = "{:,}".format

    def word(self, name: str) -> str:
        """Return the word of a kind or label."""
        return self.words.get(name, name.replace("_", " "))


ENGLISH = Look()


def draw(flow: Sequence[tuple[str, str, str, int]], inside: int, look: Look = ENGLISH) -> "Figure":
    """Draw `flow` rows (platform, kind, label, contacts); `inside` are in the messaging store.

    Each contact stands in one row: that of the act which decided its label.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  # slow to import, only the picture needs it

    order = list(COLOURS)
    rows = sorted(flow, key=lambda each: (order.index(each[2]), -each[3]))
    left = _column(
        {
            f"{look.word(kind)} ({PLATFORMS.get(platform, platform)})|{label}": n
            for platform, kind, label, n in rows
        }
    )
    by_label: Counter[str] = Counter()
    for _, _, label, count in rows:
        by_label[label] += count
    heights = {
        each: sum(band.high - band.low for name, band in left.items() if name.endswith(f"|{each}"))
        for each in by_label
    }
    middle = _stacked(by_label, heights)
    figure = Figure(figsize=(10, 5.6))
    axes = figure.add_axes((0.0, 0.05, 1.0, 0.85 if look.title else 0.93))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(1.0, 0.0)
    figure.suptitle(look.title, y=0.965, fontsize=13, color=look.ink)
    filled = {label: band.low for label, band in middle.items()}
    for name, band in left.items():
        words, label = name.split("|")
        low, high = filled[label], filled[label] + band.high - band.low
        _ribbon(axes, (0.28, band.low, band.high), (0.5, low, high), look.colours[label])
        filled[label] = high
        told = f"{words}  {look.number(band.size)}"
        axes.text(0.265, band.middle, told, ha="right", va="center", fontsize=9, color=look.ink)
    _store(axes, middle, inside, look)
    for label, band in middle.items():
        told = f"{look.word(label)}\n{look.number(band.size)}"
        axes.text(0.515, band.middle, told, va="center", fontsize=11, color=look.colours[label])
    return figure


def _store(axes: Any, middle: Mapping[str, Band], inside: int, look: Look) -> None:
    """Let the regular contacts, and nobody else, go on into the messaging store, pale behind their name."""
    if "regular" not in middle:
        return
    band, colours = middle["regular"], look.colours
    _ribbon(axes, (0.5, band.low, band.high), (0.76, band.low, band.high), colours["regular"], 0.15)
    words = look.store.format(n=look.number(inside))
    axes.text(0.775, band.middle, words, va="center", fontsize=11, fontweight="bold", color=look.ink)
    for label, other in middle.items():
        if label != "regular":
            axes.text(0.65, other.middle, look.no_further, va="center", fontsize=9, color=colours[label])


def _column(counts: Mapping[str, int]) -> dict[str, Band]:
    """Stand groups above each other in proportion; small ones keep room for their name."""
    total = sum(counts.values()) or 1
    room = 1 - _GAP * max(0, len(counts) - 1)
    heights = {name: max(_LEAST, count / total * room) for name, count in counts.items()}
    scale = room / sum(heights.values()) if heights else 1
    return _stacked(counts, {name: height * scale for name, height in heights.items()})


def _stacked(counts: Mapping[str, int], heights: Mapping[str, float]) -> dict[str, Band]:
    spare = 1 - sum(heights[name] for name in counts)
    gap = spare / max(1, len(counts) - 1)
    low, bands = 0.0, {}
    for name, count in counts.items():
        bands[name] = Band(count, low, low + heights[name])
        low += heights[name] + gap
    return bands


def _ribbon(
    axes: Any,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    colour: str,
    alpha: float = 0.45,
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
    axes.add_patch(PathPatch(Line(points, codes), facecolor=colour, alpha=alpha, linewidth=0))
