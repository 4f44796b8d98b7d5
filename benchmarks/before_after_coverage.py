"""How often the intervals of before / after hold the truth, in simulated zones whose rates are known; and how often
its rule claims something where nothing happened."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.displacement import Areas, displacement, quotient
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
#: A fall that is seldom clear. What is told then mostly has no end; of those with one fewer hold the truth.
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
    for rates in (*TOWNS, *WEAK):
        true = quotient(*rates)
        assert true is not None
        seen = rng.poisson(rates, size=(towns, 3, 2)).tolist()
        every = [displacement(_areas(one), at, _DRAWS).quotient for at, one in enumerate(seen)]
        told = [one for one in every if one.kind != "none"]
        good = [one.holds(true) for one in told]
        share = float(np.mean(good))
        weak = "weak fall, " if rates in WEAK else ""
        name = f"quotient of {weak}{rates[0][0]} -> {rates[0][1]}, {rates[1][0]} -> {rates[1][1]} (true {true:.2f})"
        kinds = Counter(one.kind for one in told)
        how_told = ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("between", "outside", "any"))
        number_of = f"told in {len(told):,} of {towns:,}: {how_told}"
        lines.append(Line(name, f"{share:.1%} ({number_of})", "", "93 to 97 %", 0.93 <= share <= 0.97))
        samples[name] = [int(one) for one in good]
        if weak:
            ended = [one.holds(true) for one in told if one.kind == "between"]
            held_in = f"{np.mean(ended):.1%} (n = {len(ended):,})" if ended else "-"
            lines.append(
                Line(f"of these the ones with two ends (clear by luck: fewer, and said so): {rates[0]}", held_in)
            )
    for rates in QUIET:
        seen = rng.poisson(rates, size=(towns, 3, 2)).tolist()
        said = Counter(displacement(_areas(one), at, _DRAWS).verdict for at, one in enumerate(seen))
        claimed = (said["likely"] + said["diffusion"]) / towns
        name = f"nothing happened, {rates[0][0]} cases: something is claimed"
        lines.append(Line(name, f"{claimed:.1%} (n = {towns:,})", "", "at most 5 %", claimed <= 0.05))
        samples[name] = dict(said)
    how = (
        "Poisson counts of known rates. The interval of the rate ratio is mid-P; that of the displacement quotient "
        f"is resampled ({_DRAWS} draws) and held to the true quotient as it is told: an interval (between), all but "
        "a middle part (outside) or any value. "
        "Real cases come less evenly than Poisson's: what the rule claims in a zone's quiet years is on its page."
    )
    return Figure(NAME, "Intervals of before / after", how, lines, samples)


def _areas(counts: list[list[int]]) -> Areas:
    zone, ring, rest = ((before, after) for before, after in counts)
    return Areas(zone, ring, rest)
