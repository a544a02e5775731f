"""Charts: drawn at the server as SVG, without a legend to decipher; each page shows the same as a table."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from config import notice
from console.travel import Look, draw
from console.web.formats import day_of, number
from console.web.pictures import Sheet
from console.web.words import Words
from store.reading import BY_HAND

mpl.rcParams.update({"svg.fonttype": "none", "font.size": 10, "svg.hashsalt": "regulars"})
#: Colours by theme: those of the stylesheet.
_COLOURS = {
    "light": {
        "regular": "#0f766e",
        "occasional": "#8a5200",
        "suppressed": "#9f1c1c",
        "none": "#59626c",
        "ink": "#59626c",
        "line": "#d9dde1",
    },
    "dark": {
        "regular": "#3cc7b5",
        "occasional": "#eab04d",
        "suppressed": "#ff8f86",
        "none": "#a3abb4",
        "ink": "#a3abb4",
        "line": "#2c3138",
    },
}
#: How wide a chart is on a phone, in inches of 72 pixels.
_NARROW = 4.6
#: Room for a letter of a name or figure, in inches: a bold one of ten points, a little more than most take.
_LETTER = 0.085
Places = NDArray[Any]


def lines(
    days: Mapping[date, Mapping[str, int]],
    names: Sequence[str],
    sheet: Sheet,
) -> bytes:
    """Draw one line a label over days, each named at its end."""
    colours = _COLOURS["dark" if sheet.dark else "light"]
    said = Words(sheet.language)
    dates = sorted(days)
    most = max((count for day in days.values() for count in day.values()), default=0)
    figure, axes = _paper(
        2.8, sheet, number(most, sheet.language), [said(f"words.{each}_many") for each in names]
    )
    places = np.array([each.toordinal() for each in dates])
    for name in names:
        values = [days[each].get(name, 0) for each in dates]
        alone = "o" if len(dates) == 1 else None
        axes.plot(places, values, color=colours[name], linewidth=2, marker=alone)
        if values:
            axes.annotate(
                said(f"words.{name}_many"),
                (places[-1], values[-1]),
                xytext=(6, 0),
                textcoords="offset points",
                color=colours[name],
                va="center",
                weight="bold",
            )
    _rule(axes, places, colours, sheet)
    return _svg(figure)


def columns(
    days: Mapping[date, Mapping[str, int]],
    names: Mapping[str, str],
    sheet: Sheet,
) -> bytes:
    """Draw a column a day, its parts on one another; `names` says what each part is, beside the last day."""
    colours = _COLOURS["dark" if sheet.dark else "light"]
    shades = dict(zip(names, (colours["regular"], colours["occasional"]), strict=False))
    dates = sorted(days)
    most = max((sum(day.values()) for day in days.values()), default=0)
    figure, axes = _paper(2.4, sheet, number(most, sheet.language), list(names.values()))
    places = np.array([each.toordinal() for each in dates])
    under = np.zeros(len(dates))
    for name, said in names.items():
        heights = np.array([days[each].get(name, 0) for each in dates])
        axes.add_collection(_bars(places, under, heights, shades[name]))
        if heights.any():
            newest = int(np.flatnonzero(heights)[-1])
            axes.annotate(
                said,
                (places[-1] + 0.5, under[newest] + heights[newest] / 2),
                xytext=(6, 0),
                textcoords="offset points",
                color=shades[name],
                va="center",
                weight="bold",
                annotation_clip=False,
            )
        under = under + heights
    axes.autoscale_view()
    _rule(axes, places, colours, sheet)
    return _svg(figure)


def ranks(rows: Sequence[tuple[str, int]], sheet: Sheet) -> bytes:
    """Draw a bar a name, in the order of the rows, each with its number at its end."""
    colours = _COLOURS["dark" if sheet.dark else "light"]
    longest = 22 if sheet.narrow else 48
    names = [name if len(name) <= longest else f"{name[: longest - 1]}…" for name, _ in rows]
    figures = [number(count, sheet.language) for _, count in rows]
    figure, axes = _paper(0.7 + 0.22 * len(rows), sheet, max(names, key=len, default=""), figures)
    places = np.arange(len(rows))[::-1]
    axes.barh(places, [count for _, count in rows], 0.7, color=colours["regular"])
    axes.set_yticks(places, names)
    for each in axes.get_yticklabels():
        each.set_parse_math(False)  # names are texts: a dollar begins no formula
    for place, (_, count), figure_ in zip(places, rows, figures, strict=True):
        axes.annotate(
            figure_,
            (count, place),
            xytext=(6, 0),
            textcoords="offset points",
            color=colours["ink"],
            va="center",
            annotation_clip=False,
        )
    axes.set_xticks([])
    axes.set_xlim(left=0)
    axes.margins(x=0)
    axes.tick_params(colors=colours["ink"], length=0, pad=6)
    axes.spines[:].set_visible(False)
    return _svg(figure)


def flow(rows: Sequence[tuple[str, str, str, int]], inside: int, sheet: Sheet) -> bytes:
    """Draw who leads to what: kinds of act, the label, the messaging store."""
    colours = _COLOURS["dark" if sheet.dark else "light"]
    said = Words(sheet.language)
    words = dict(notice.words(sheet.language)["kinds"])
    words |= {
        each: said(f"words.{each}") for each in ("regular", "occasional", "suppressed", "none", BY_HAND)
    }
    look = Look(
        title="",
        store=said("messaging.flow_store"),
        no_further=said("messaging.flow_no_further"),
        words=words,
        colours=colours,
        ink=colours["ink"],
        number=lambda count: number(count, sheet.language),
    )
    return _svg(draw(rows, inside, look))


def _paper(height: float, sheet: Sheet, figures: str, ends: Sequence[str]) -> tuple[Figure, Axes]:
    """Return a chart's axes, with room for the longest figure at the left and for the names at the right.

    Room by the count of letters: having it measured by drawing everything twice takes longer than the rest.
    """
    width = _NARROW if sheet.narrow else 9
    figure = Figure(figsize=(width, height))
    left, right = 0.2 + _LETTER * len(figures), 0.2 + _LETTER * max(map(len, ends), default=0)
    axes = figure.add_axes(
        (left / width, 0.3 / height, (width - left - right) / width, (height - 0.4) / height)
    )
    return figure, axes


def _bars(places: Places, under: Places, heights: Places, colour: str) -> PolyCollection:
    """Return a column a day as one thing to draw: as a thing each, they take five times as long."""
    left, right, top = places - 0.4, places + 0.4, under + heights
    corners = np.stack([left, under, left, top, right, top, right, under], axis=1)
    return PolyCollection(list(corners.reshape(-1, 4, 2)), facecolors=colour)


def _rule(axes: Axes, places: Places, colours: Mapping[str, str], sheet: Sheet) -> None:
    """Draw days below, figures at the left, and pale lines behind."""
    axes.set_ylim(0, max(axes.dataLim.y1, 1) * 1.06)  # room for the whole dot of the highest
    ticks = places[:: max(1, len(places) // (3 if sheet.narrow else 6))]
    axes.set_xticks(ticks, [day_of(date.fromordinal(each), sheet.language) for each in ticks])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, sheet.language)))
    axes.grid(axis="y", color=colours["line"], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=colours["ink"], length=0, pad=6)
    axes.spines[:].set_visible(False)


def _svg(figure: Figure) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return drawn.getvalue()
