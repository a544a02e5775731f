"""Charts: drawn at the server as SVG, without a legend to decipher; each page shows the same as a table."""

import io
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from threading import RLock
from typing import ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from config import notice
from console.travel import Look, draw
from console.web.formats import day_of, number
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
#: Matplotlib is not made for threads.
_LOCK = RLock()
#: Pictures that are kept, by all that they show: drawing one takes longer than all else that a page does.
_MOST_KEPT = 64
_KEPT: OrderedDict[str, bytes] = OrderedDict()
_Shown = ParamSpec("_Shown")


def _drawn_once(draws: Callable[_Shown, bytes]) -> Callable[_Shown, bytes]:
    """Draw only what nobody has asked for lately."""

    @wraps(draws)
    def kept(*shown: _Shown.args, **how: _Shown.kwargs) -> bytes:
        key = repr((draws.__name__, shown, sorted(how.items())))
        with _LOCK:
            if key not in _KEPT:
                _KEPT[key] = draws(*shown, **how)
                while len(_KEPT) > _MOST_KEPT:
                    _KEPT.popitem(last=False)
            _KEPT.move_to_end(key)
            return _KEPT[key]

    return kept


@_drawn_once
def lines(
    days: Mapping[date, Mapping[str, int]],
    names: Sequence[str],
    language: str,
    theme: str | None,
    *,
    narrow: bool = False,
) -> bytes:
    """Draw one line a label over days, each named at its end; `narrow` for a phone."""
    colours = _COLOURS["dark" if theme == "dark" else "light"]
    said = Words(language)
    with _LOCK:
        figure = Figure(figsize=(_NARROW if narrow else 9, 2.8), layout="constrained")
        axes = figure.subplots()
        dates = sorted(days)
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
        axes.set_ylim(bottom=0)
        ticks = places[:: max(1, len(places) // (3 if narrow else 6))]
        axes.set_xticks(ticks, [day_of(date.fromordinal(each), language) for each in ticks])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language)))
        axes.grid(axis="y", color=colours["line"], linewidth=0.8)
        axes.tick_params(colors=colours["ink"], length=0, pad=6)
        axes.spines[:].set_visible(False)
        return _svg(figure)


@_drawn_once
def columns(
    days: Mapping[date, Mapping[str, int]],
    names: Mapping[str, str],
    language: str,
    theme: str | None,
    *,
    narrow: bool = False,
) -> bytes:
    """Draw a column a day, its parts on one another; `names` says what each part is, beside the last day."""
    colours = _COLOURS["dark" if theme == "dark" else "light"]
    shades = dict(zip(names, (colours["regular"], colours["occasional"]), strict=False))
    with _LOCK:
        figure = Figure(figsize=(_NARROW if narrow else 9, 2.4), layout="constrained")
        axes = figure.subplots()
        dates = sorted(days)
        places = np.array([each.toordinal() for each in dates])
        under = np.zeros(len(dates))
        for name, said in names.items():
            heights = np.array([days[each].get(name, 0) for each in dates])
            axes.bar(places, heights, 0.8, under, color=shades[name])
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
        axes.set_ylim(bottom=0)
        ticks = places[:: max(1, len(places) // (3 if narrow else 6))]
        axes.set_xticks(ticks, [day_of(date.fromordinal(each), language) for each in ticks])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language)))
        axes.grid(axis="y", color=colours["line"], linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(colors=colours["ink"], length=0, pad=6)
        axes.spines[:].set_visible(False)
        return _svg(figure)


@_drawn_once
def ranks(
    rows: Sequence[tuple[str, int]], language: str, theme: str | None, *, narrow: bool = False
) -> bytes:
    """Draw a bar a name, in the order of the rows, each with its number at its end."""
    colours = _COLOURS["dark" if theme == "dark" else "light"]
    with _LOCK:
        figure = Figure(figsize=(_NARROW if narrow else 9, 0.7 + 0.22 * len(rows)), layout="constrained")
        axes = figure.subplots()
        places = np.arange(len(rows))[::-1]
        longest = 22 if narrow else 48
        axes.barh(places, [count for _, count in rows], 0.7, color=colours["regular"])
        names = [name if len(name) <= longest else f"{name[: longest - 1]}…" for name, _ in rows]
        for each in axes.set_yticks(places, names) and axes.get_yticklabels():
            each.set_parse_math(False)  # names are texts: a dollar begins no formula
        for place, (_, count) in zip(places, rows, strict=True):
            axes.annotate(
                number(count, language),
                (count, place),
                xytext=(6, 0),
                textcoords="offset points",
                color=colours["ink"],
                va="center",
            )
        axes.set_xticks([])
        axes.margins(x=0.12)
        axes.tick_params(colors=colours["ink"], length=0, pad=6)
        axes.spines[:].set_visible(False)
        return _svg(figure)


@_drawn_once
def flow(rows: Sequence[tuple[str, str, str, int]], inside: int, language: str, theme: str | None) -> bytes:
    """Draw who leads to what: kinds of act, the label, the messaging store."""
    colours = _COLOURS["dark" if theme == "dark" else "light"]
    said = Words(language)
    words = dict(notice.words(language)["kinds"])
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
        number=lambda count: number(count, language),
    )
    with _LOCK:
        return _svg(draw(rows, inside, look))


def _svg(figure: Figure) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return drawn.getvalue()
