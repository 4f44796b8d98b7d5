"""Trend classes of hotspots, after emerging hot spot analysis, with control of false discoveries. Pure.

The classes and their rules are those of Esri's tool (Harris et al. 2017), on the hotspot's own cells and with exact
Poisson probabilities in place of Gi*, whose normal form is wrong for counts of ones and twos. A slice is looked at
with the one before it (neighbourhood time step 1). Mann-Kendall is Kendall's tau of count against time (Mann 1945).
A label is no forecast: counts fall back to the mean, so the expected next count stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr, pdtrc
from scipy.stats import kendalltau

from models.analysis.discoveries import discoveries
from models.analysis.hotspots import Trend

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Fewer slices tell no trend; more reach too far back.
FEWEST_SLICES, MOST_SLICES = 10, 26
SHORTEST_DAYS, USUAL_DAYS = 7, 28
#: Fewer cases in a hotspot tell none either.
FEWEST_CASES = 10
LEVEL = 0.05
#: Hot in this share of the slices: always.
ALWAYS = 0.9


def slice_days(history_days: float) -> tuple[int, int]:
    """Length in days and number of the slices that a history allows; (0, 0) when it is too short for ten."""
    length = min(USUAL_DAYS, int(history_days // FEWEST_SLICES))
    if length < SHORTEST_DAYS:
        return 0, 0
    return length, min(MOST_SLICES, int(history_days // length))


def trends(counts: Sequence[Sequence[int]], zone: Sequence[int], shares: Sequence[float]) -> list[Trend]:
    """The class of each hotspot. `counts`: its cases in each slice, oldest first; `zone`: all cases in each slice;
    `shares`: its share of the zone's area.
    """
    if not len(counts):
        return []
    series = np.asarray(counts, dtype=np.int64)
    if series.shape[1] < FEWEST_SLICES:
        return ["too_few"] * len(series)
    near = series + np.concatenate([np.zeros((len(series), 1), dtype=np.int64), series[:, :-1]], axis=1)
    slices = np.full(series.shape[1], 2.0)
    slices[0] = 1.0
    # Against the mean of the whole time: a zone that calms down as a whole has places that calm down.
    mean = float(np.mean(zone)) * np.asarray(shares)[:, None] * slices[None, :]
    hot = _found(np.where(near > 0, pdtrc(near - 1.0, mean), 1.0))
    cold = _found(pdtr(near, mean))
    way = np.zeros(len(series), dtype=np.int64)
    # Rising or falling is asked of those only that are always hot.
    always = np.flatnonzero((hot.mean(axis=1) >= ALWAYS) & hot[:, -1])
    if len(always):
        tau = [kendalltau(np.arange(series.shape[1]), series[row]) for row in always]
        p = np.array([1.0 if np.isnan(one.pvalue) else one.pvalue for one in tau])
        turning = discoveries(p, LEVEL)
        way[always] = [int(np.sign(one.statistic)) if turns else 0 for one, turns in zip(tau, turning, strict=True)]
    few = series.sum(axis=1) < FEWEST_CASES
    rows = zip(hot, cold, way, few, strict=True)
    return ["too_few" if short else named(h, c, int(w)) for h, c, w, short in rows]


def named(hot: Flags, cold: Flags, way: int) -> Trend:
    """The class of one series of slices, oldest first; `way` 1 rises, -1 falls, 0 neither beyond chance."""
    last, share = bool(hot[-1]), float(hot.mean())
    if not hot.any():
        return "none"
    if not last:
        return "historical" if share >= ALWAYS else "none"
    if share >= ALWAYS:
        return "intensifying" if way > 0 else "diminishing" if way < 0 else "persistent"
    begun = len(hot) - int(np.argmin(hot[::-1]))  # of the run that reaches the end; there is a slice that is not hot
    if not hot[:begun].any():
        return "new" if begun == len(hot) - 1 else "consecutive"
    return "oscillating" if cold.any() else "sporadic"


def _found(p: Floats) -> Flags:
    """Which probabilities are discoveries, all slices of all hotspots taken together."""
    return discoveries(p.ravel(), LEVEL).reshape(p.shape)
