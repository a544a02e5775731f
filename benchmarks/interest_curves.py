"""Precision and recall of simulated contacts against the number of their texts, as SVG written by hand."""

import math
from collections.abc import Mapping
from pathlib import Path

#: Width and height of the picture, and the corner and size of the plot in it.
_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT_W, _PLOT_H = 720, 400, 60, 40, 500, 300
_MOST = 30
_CURVES = (("precision", "#1d4ed8"), ("recall", "#b45309"))
_GOALS = (0.8, 0.6)


def draw(points: Mapping[int, tuple[float, float]], path: Path) -> None:
    """Draw (precision, recall) by number of texts, 1 to 30 on a logarithmic axis; dashes mark the goals."""
    font = 'font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {font}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">Interests of simulated contacts</text>',
        *_axes(points),
    ]
    for place, (name, colour) in enumerate(_CURVES):
        line = " ".join(f"{_x(texts):.1f},{_y(shares[place]):.1f}" for texts, shares in points.items())
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>')
        goal = _y(_GOALS[place])
        dashes = f'stroke="{colour}" stroke-dasharray="4 4" opacity="0.6"'
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + _PLOT_W}" y1="{goal:.1f}" y2="{goal:.1f}" {dashes}/>')
        height = _TOP + 20 + 24 * place
        parts.append(
            f'<line x1="585" x2="610" y1="{height}" y2="{height}" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(f'<text x="617" y="{height + 4}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _axes(points: Mapping[int, tuple[float, float]]) -> list[str]:
    bottom, middle = _TOP + _PLOT_H, _LEFT + _PLOT_W / 2
    parts = [f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">texts of a contact</text>']
    for texts in points:
        x = f"{_x(texts):.1f}"
        parts.append(f'<line x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{texts}</text>')
    for fifth in range(6):
        y = _y(fifth / 5)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_LEFT + _PLOT_W}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{fifth / 5:.1f}</text>')
    return parts


def _x(texts: int) -> float:
    return _LEFT + math.log(texts) / math.log(_MOST) * _PLOT_W


def _y(share: float) -> float:
    return _TOP + (1 - share) * _PLOT_H
