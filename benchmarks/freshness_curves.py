"""Curves as SVG, written by hand: share of the naive price against the share known within a day."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

Curve = Sequence[tuple[float, float]]

#: Width and height of the picture, and the corner and size of the plot in it.
_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT_W, _PLOT_H = 760, 440, 70, 50, 480, 320
#: The cheapest share of the naive price that is drawn; the axis is logarithmic.
_LEAST = 0.001
_TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
#: Colour and dashes of each curve, in the order in which they come.
_END, _MIDDLE = 'text-anchor="end"', 'text-anchor="middle"'
_FONT = 'font-family="sans-serif" font-size="12"'
_STYLES = (
    ("#6b7280", "2 3"),
    ("#b45309", ""),
    ("#0f766e", ""),
    ("#1d4ed8", ""),
    ("#b45309", "6 4"),
    ("#0f766e", "6 4"),
)


def draw(curves: Mapping[str, Curve], title: str, path: Path) -> None:
    """Draw curves of (share of the naive price, share known) by name; a dashed box marks the goal."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="26" font-size="15">{title}</text>',
        *_axes(),
    ]
    for place, (name, points) in enumerate(curves.items()):
        colour, dashes = _STYLES[place % len(_STYLES)]
        line = " ".join(f"{_x(price):.1f},{_y(share):.1f}" for price, share in points)
        style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        parts.append(f'<polyline fill="none" {style} points="{line}"/>')
        parts += [
            f'<circle cx="{_x(price):.1f}" cy="{_y(share):.1f}" r="4" fill="{colour}"/>'
            for price, share in points
        ]
        height = _TOP + 20 + 24 * place
        parts.append(f'<line x1="575" x2="605" y1="{height}" y2="{height}" {style}/>')
        parts.append(f'<text x="612" y="{height + 4}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _axes() -> list[str]:
    bottom, right = _TOP + _PLOT_H, _LEFT + _PLOT_W
    goal = f'x="{_LEFT}" y="{_y(1):.1f}" width="{_x(0.1) - _LEFT:.1f}" height="{_y(0.95) - _y(1):.1f}"'
    parts = [
        f'<rect {goal} fill="#d1fae5" stroke="#0f766e" stroke-dasharray="3 3"/>',
        f'<text x="{_LEFT + 6}" y="{_y(0.965):.1f}" fill="#0f766e" font-size="10">goal</text>',
    ]
    for tick in _TICKS:
        x = f"{_x(tick):.1f}"
        parts.append(f'<line x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:.1%}</text>')
    for tenth in range(0, 11, 2):
        y = f"{_y(tenth / 10):.1f}"
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}" stroke="#e5e7eb"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{tenth / 10:.0%}</text>'
        )
    middle = _LEFT + _PLOT_W / 2
    words = "dollars, as a share of the naive daily walk"
    parts.append(f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">{words}</text>')
    words = "follows and unfollows known within a day"
    parts.append(f'<text transform="translate(20 {_TOP + _PLOT_H / 2}) rotate(-90)" {_MIDDLE}>{words}</text>')
    return parts


def _x(price: float) -> float:
    share = math.log10(max(price, _LEAST) / _LEAST) / math.log10(1 / _LEAST)
    return _LEFT + min(1.0, share) * _PLOT_W


def _y(share: float) -> float:
    return _TOP + (1 - share) * _PLOT_H
