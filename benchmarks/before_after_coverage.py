"""How often the intervals of before / after hold the truth, in simulated zones whose rates are known; and how often
its rule claims something where nothing happened."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.displacement import Areas, displacement, holds, quotient
from models.analysis.rate_ratio import limits

NAME = "before-after-coverage"

#: Cases expected before, and how many times as many after.
RATIOS = tuple((mean, ratio) for mean in (5, 10, 20, 50) for ratio in (0.5, 0.75, 1.0, 1.5))

#: Cases expected (before, after) in zone, ring and rest: what a zone of Thailand has, and larger ones.
TOWNS = (
    ((20, 10), (20, 20), (200, 200)),
    ((40, 20), (40, 50), (400, 400)),
    ((100, 50), (100, 110), (1000, 1000)),
    ((200, 100), (200, 150), (2000, 1900)),
)
#: A fall that is seldom clear: where it is, by luck, the interval with an end is too narrow. Told, not hidden.
WEAK = (((60, 50), (60, 70), (600, 600)), ((100, 80), (100, 120), (1000, 1000)))
#: Nothing happens: the rule should seldom claim something.
QUIET = (((20, 20), (20, 20), (200, 200)), ((100, 100), (100, 100), (1000, 1000)))
_DRAWS = 1_000


def measure(rig: Rig) -> Figure:
    """The figure."""
    rng = np.random.default_rng(2549)
    number = rig.of(20_000, 2_000)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    shares = []
    for mean, ratio in RATIOS:
        low, high = limits(rng.poisson(mean, number), rng.poisson(mean * ratio, number))
        held = (low <= ratio) & (ratio <= high)
        shares.append(float(held.mean()))
        samples[f"ratio {mean} x {ratio}"] = int(held.sum())
    at_all = float(np.mean(shares))
    lines.append(
        Line(
            f"rate ratio, {len(RATIOS)} kinds of zone with 5 to 50 cases before",
            f"{at_all:.1%} in the mean, {min(shares):.1%} to {max(shares):.1%} (n = {number:,} each)", "",
            "93 to 97 % in the mean", 0.93 <= at_all <= 0.97,
        )
    )  # fmt: skip
    low, high = limits(rng.poisson(1, number), rng.poisson(1, number))
    below = float(((low <= 1) & (high >= 1)).mean())
    lines.append(Line("rate ratio, 1 case before (holds more than promised)", f"{below:.1%} (n = {number:,})"))
    towns = rig.of(2_000, 100)
    for rates in TOWNS:
        true = quotient(*rates)
        assert true is not None
        seen = rng.poisson(rates, size=(towns, 3, 2)).tolist()
        good = [holds(_areas(one), true, at, _DRAWS) for at, one in enumerate(seen)]
        share = float(np.mean(good))
        name = f"quotient of {rates[0][0]} -> {rates[0][1]}, {rates[1][0]} -> {rates[1][1]} (true {true:.2f})"
        lines.append(Line(name, f"{share:.1%} (n = {towns:,})", "", "93 to 97 %", 0.93 <= share <= 0.97))
        samples[name] = [int(one) for one in good]
    for rates in WEAK:
        true = quotient(*rates)
        assert true is not None
        seen = rng.poisson(rates, size=(towns, 3, 2)).tolist()
        told = [displacement(_areas(one), at, _DRAWS).quotient for at, one in enumerate(seen)]
        bounded = [one.low <= true <= one.high for one in told if one.low is not None and one.high is not None]
        share = float(np.mean(bounded)) if bounded else 1.0
        name = (
            f"of a weak fall ({rates[0][0]} -> {rates[0][1]}), intervals with an end: hold (narrower than promised)"
        )
        lines.append(Line(name, f"{share:.1%} (told in {len(bounded):,} of {towns:,})"))
        samples[name] = [int(one) for one in bounded]
    for rates in QUIET:
        seen = rng.poisson(rates, size=(towns, 3, 2)).tolist()
        said = Counter(displacement(_areas(one), at, _DRAWS).verdict for at, one in enumerate(seen))
        claimed = (said["likely"] + said["diffusion"]) / towns
        name = f"nothing happened, {rates[0][0]} cases: something is claimed"
        lines.append(Line(name, f"{claimed:.1%} (n = {towns:,})", "", "at most 5 %", claimed <= 0.05))
        samples[name] = dict(said)
    how = (
        "Poisson counts of known rates. The interval of the rate ratio is mid-P; that of the displacement quotient "
        f"is resampled ({_DRAWS} draws) and held to the true quotient also where it has no end and none is told. "
        "Real cases come less evenly than Poisson's: what the rule claims in a zone's quiet years is on its page."
    )
    return Figure(NAME, "Intervals of before / after", how, lines, samples)


def _areas(counts: list[list[int]]) -> Areas:
    zone, ring, rest = ((before, after) for before, after in counts)
    return Areas(zone, ring, rest)
