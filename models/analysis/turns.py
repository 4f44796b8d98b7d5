"""What is to be expected of a place that has turned: begun, ended or changed its rate within the last year. Pure.

A count over years tells a spot that is three months old as a fifth of what it is. For each beginning of a change and
each ratio of the rates after and before it the place's own cases say how likely it is beside no change at all: given
how many cases there are, how they fall before and after is binomial. The rates are averaged over all of these
(Raftery and Akman 1986). Bursts end by themselves, so few places are taken to turn before their cases are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import softmax

from models.analysis.regress import weighed_days

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Share of places taken to turn within a year. At one in twenty the counts of real cities are foretold worse than
#: without; at one in a hundred as well, and a spot that is new is told whole.
TURNING = 0.01
#: A change is looked for in steps of so many days, from the second to the last of a year.
STEP_DAYS, FIRST_STEP, LAST_STEP = 14, 2, 26
#: Days that must lie before it.
BEFORE_DAYS = 28
#: By how much a rate can change: halved and doubled up to so often.
RATIOS: Floats = np.array([2.0**power for power in range(-4, 9) if power])
#: A place that more likely turned than not is none of the others.
SURE = 0.5
#: Where a place turned, the others are told as their own cases since then say, held to what they were by so many.
HOLDING = 10.0
_AROUND_A_CELL = np.ones((3, 3))


def follow(
    groups: Sequence[Ints], cells: Ints, ages: Floats, steady: Floats, history: float, shape: tuple[int, int],
    pace: float = 1.0,
) -> Floats:  # fmt: skip
    """Cases a day of each cell as places that turned have them now; shape of `steady`.

    `groups`: cells of each place; `cells`, `ages`: cell (-1: none) and days ago of each past case; `steady`: cases a
    day of each cell if nothing turned, over `weighed_days`; `history`: days of past; `shape`: rows and columns of the
    grid; `pace`: of the zone now, beside that of the time `steady` stands for. Where no place turned all go at it;
    where one did, the others do as their own cases since then say: they may have lost what it takes, or nothing.
    """
    owner = np.full(len(steady) + 1, len(groups))
    owner[-1] = -1  # "on no cell", index -1
    for number, own in enumerate(groups):
        owner[own] = number
    place = owner[cells]
    some = place >= 0
    step = np.minimum(np.maximum(ages[some], 0.0) // STEP_DAYS, LAST_STEP).astype(np.int64)
    size = (len(groups) + 1) * (LAST_STEP + 1)
    each = np.bincount(place[some] * (LAST_STEP + 1) + step, minlength=size).reshape(-1, LAST_STEP + 1)
    whole, late = each.sum(axis=1), each.cumsum(axis=1)[:, FIRST_STEP - 1 : LAST_STEP]
    before = np.array([steady[own].sum() for own in groups])
    now, kept, since = turned(late[:-1], whole[:-1], before, history)
    if len(groups) and kept.min() < SURE:
        days = float((FIRST_STEP + since[int(np.argmin(kept))]) * STEP_DAYS)
        others = np.append(~_reached(groups, kept, shape), False)[cells]
        pace = _pace(ages[others], days, history)
    made = steady * pace
    for own, rate, was, stays in zip(groups, now, before, kept, strict=True):
        if was > 0:
            made[own] = steady[own] * ((rate - stays * was * (1 - pace)) / was)
    return made


def _reached(groups: Sequence[Ints], kept: Floats, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The cells of places that turned and those around them, which what turned there reaches too: with them among the
    others, half of a new spot would hide what the others lost. A place that did not turn stays one of the others."""
    found = np.zeros(shape, dtype=bool)
    found.ravel()[np.concatenate([own for own, stays in zip(groups, kept, strict=True) if stays < SURE])] = True
    found = ndimage.binary_dilation(found, _AROUND_A_CELL)
    for own, stays in zip(groups, kept, strict=True):
        if stays >= SURE:
            found.ravel()[own] = False
    return np.asarray(found.ravel(), dtype=np.bool_)


def _pace(ages: Floats, days: float, history: float) -> float:
    """The rate of these cases in the last `days` beside what "a year's + a third of all" makes of it, which holds a
    part of them already."""
    late = int((ages < days).sum())
    ratio = (HOLDING + late) / (HOLDING + (len(ages) - late) * days / (history - days))
    held = days * (4 / 3) / weighed_days(history)
    return float(ratio / (1 - held + held * ratio))


def turned(late: Ints, whole: Ints, steady: Floats, history: float) -> tuple[Floats, Floats, Ints]:
    """Cases a day of each place now, how likely it is that it did not turn (0..1), and the likeliest number of the
    change if it did, each of shape (places,).

    `late`: its cases since each possible change, shape (places, 25): of the last 28, 42 ... 364 days; `whole`: all of
    `history` days; `steady`: cases a day if it did not turn.
    """
    days = np.arange(FIRST_STEP, LAST_STEP + 1) * STEP_DAYS
    possible = days <= history - BEFORE_DAYS
    if not possible.any() or not len(late):
        return steady, np.ones(len(steady)), np.zeros(len(steady), dtype=np.int64)
    days, after = days[possible].astype(np.float64), late[:, None, possible]
    share, more, less = _said(history, tuple(days.tolist()))
    said = after * more + (whole[:, None, None] - after) * less
    said = said.reshape(len(late), -1) + np.log(TURNING / share.size)
    likely = softmax(np.column_stack([np.full(len(late), np.log1p(-TURNING)), said]), axis=1)
    kept = likely[:, 0]
    rates = whole[:, None] * (share / days).ravel()
    since = likely[:, 1:].argmax(axis=1) % len(days)
    return np.asarray(kept * steady + (likely[:, 1:] * rates).sum(axis=1)), kept, since


@lru_cache(maxsize=64)
def _said(history: float, days: tuple[float, ...]) -> tuple[Floats, Floats, Floats]:
    """Of each ratio and change the share of the cases that lie after it if it is so, and what a case after it says
    for that, and one before it (logarithms): the same for every place of a past."""
    odds = np.array(days) / (history - np.array(days))
    share = RATIOS[:, None] * odds / (1 + RATIOS[:, None] * odds)
    return share, np.log(share / (odds / (1 + odds))), np.log((1 - share) * (1 + odds))
