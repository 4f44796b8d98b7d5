"""Marks on a report's paper, each tone with its colour and its shape, their key, and dials of them. Sizes in mm."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dashboard.report.content import TONES, Dial, Dials
from dashboard.sheet.page import BAND, INK, LINE, MARGIN, SOFT, Paper

#: Height of a line of a key.
KEY_ROW = 4.8

#: Radius of a dial, and where its sectors begin and end, of the radius.
_RADIUS, _INNER, _OUTER = 33.0, 0.36, 0.97

Key = Sequence[tuple[int, str]]


def draw_pin(paper: Paper, x: float, y: float, tone: int, size: float, white: bool = False) -> None:
    """A mark of a tone: circle, square, triangle, diamond. `white`: only its edge is coloured."""
    paper.set_fill_color(*((255, 255, 255) if white else TONES[tone]))
    paper.set_draw_color(*TONES[tone])
    paper.set_line_width(0.25)
    style = "DF" if white else "F"
    if tone == 0:
        paper.circle(x, y, radius=size, style=style)
        return
    wide = size * 1.25
    corners = {
        1: ((-size, -size), (size, -size), (size, size), (-size, size)),
        2: ((0, -wide), (wide, wide * 0.8), (-wide, wide * 0.8)),
    }.get(tone, ((0, -wide), (wide, 0), (0, wide), (-wide, 0)))
    paper.polygon([(x + right, y + down) for right, down in corners], style=style)


def legend_rows(paper: Paper, key: Key, left: float = MARGIN) -> int:
    """How many lines a key takes."""
    return len(_legend(paper, key, left))


def draw_legend(paper: Paper, key: Key, left: float, y: float) -> None:
    """What each tone means, in as many lines as it takes."""
    for number, line in enumerate(_legend(paper, key, left)):
        for x, tone, words in line:
            draw_pin(paper, x + 1.5, y + 2.3 + KEY_ROW * number, tone, 1.2)
            paper.ink(8.5)
            paper.set_xy(x + 4, y + KEY_ROW * number)
            paper.cell(0, 4.5, words)


def _legend(paper: Paper, key: Key, left: float) -> list[list[tuple[float, int, str]]]:
    paper.ink(8.5)
    lines: list[list[tuple[float, int, str]]] = []
    x, right = left, MARGIN + paper.epw
    for tone, words in key:
        if not words:
            continue
        words = paper.fitted(words, right - left - 5)
        wide = paper.get_string_width(words) + 5
        if not lines or x + wide > right:
            lines.append([])
            x = left
        lines[-1].append((x, tone, words))
        x += wide + 6
    return lines


def height_of_dials(paper: Paper, figure: Dials) -> float:
    """The room it takes."""
    return 2 * _RADIUS + 18 + KEY_ROW * legend_rows(paper, figure.key)


def draw_dials(paper: Paper, figure: Dials) -> None:
    """Draw it here."""
    top, each = paper.get_y(), paper.epw / max(len(figure.dials), 2)
    for number, dial in enumerate(figure.dials):
        left = MARGIN + number * each
        paper.ink(10, bold=True)
        paper.set_xy(left, top)
        paper.cell(each, 5, paper.fitted(dial.name, each - 2), align="C")
        _dial(paper, dial, left + each / 2, top + 11 + _RADIUS)
    draw_legend(paper, figure.key, MARGIN, top + 2 * _RADIUS + 17)


def _dial(paper: Paper, dial: Dial, x: float, y: float) -> None:
    paper.set_fill_color(*BAND)
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    paper.circle(x, y, radius=_RADIUS, style="DF")
    most = max(dial.hours, default=0) or 1
    paper.set_draw_color(255, 255, 255)
    for hour, n in enumerate(dial.hours):
        if n:
            paper.set_fill_color(*TONES[0])
            far = _INNER + (_OUTER - _INNER) * n / most
            paper.polygon(_sector(x, y, far, hour / 24), style="DF")
    for right, down, tone, white in dial.pins:
        draw_pin(paper, x + _RADIUS * right, y + _RADIUS * down, tone, 0.7, white)
    paper.ink(8.5, colour=SOFT)
    for hour in range(0, 24, 3):
        across, up = _at(x, y, 1.09, hour / 24)
        paper.set_xy(across - 5, up - 2.2)
        paper.cell(10, 4.4, f"{hour:02d}", align="C")
    paper.ink(12, bold=True, colour=INK)
    paper.set_xy(x - _RADIUS * _INNER, y - 3)
    paper.cell(2 * _RADIUS * _INNER, 6, dial.total, align="C")


def _sector(x: float, y: float, far: float, turn: float) -> list[tuple[float, float]]:
    """An hour's sector as a polygon: fine enough that its rim is round at this size."""
    turns = [turn + step / 96 for step in range(5)]
    return [_at(x, y, far, one) for one in turns] + [_at(x, y, _INNER, one) for one in reversed(turns)]


def _at(x: float, y: float, far: float, turn: float) -> tuple[float, float]:
    """A place on a dial: `turn` of the whole round from midnight, clockwise."""
    angle = 2 * math.pi * turn
    return x + _RADIUS * far * math.sin(angle), y - _RADIUS * far * math.cos(angle)
