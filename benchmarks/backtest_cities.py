"""Whole cities, every case: the map the gate would have drawn beside the simple rule, row by row."""

from __future__ import annotations

from benchmarks.cities import CITIES, NAIVE, Run, city, run
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig
from models.analysis.backtest import CHOSEN, Plan
from models.analysis.city import first_origin
from models.analysis.gate import DEFAULT, difference

NAME = "backtest-cities"
SHARES = (0.01, 0.02, 0.05, 0.10)


def measure(rig: Rig) -> Figure:
    """The figure."""
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for name in CITIES if not rig.quick else CITIES[1:]:
        found = city(name)
        plan = Plan(28, SHARES, most_origins=rig.of(26, 6))
        made = run(name, found.whole(250.0, first_origin(found, plan, found.until)), plan, found.until)
        drawn = list(made.made.drawn.values())
        stayed = drawn.count(DEFAULT)
        for share in SHARES:
            told, naive, against = made.score(CHOSEN, share), made.score(NAIVE, share), made.against(share)
            worse = against.mean < -against.error
            same = f"; the gate drew `{DEFAULT}` itself at {stayed} of {len(drawn)} origins" if stayed else ""
            lines.append(
                Line(
                    f"{name}, {len(found.cases):,} cases, {share:.0%} of the area: chosen map less `{DEFAULT}`",
                    f"{100 * against.mean:+.3f} of 100 cases, standard error {100 * against.error:.3f} "
                    f"(n = {told.windows} windows, {told.cases:,.0f} cases; hit {told.hit.value:.1%}, "
                    f"PAI {told.pai.value:.1f}, PEI {told.pei.value:.2f}){same}",
                    f"naive_365: hit {naive.hit.value:.1%}",
                    "not below by more than one standard error",
                    not worse,
                )
            )
            lines += [
                _challenger(name, made, method, share)
                for method in made.made.plan.methods
                if method in made.made.outcomes and method != DEFAULT
            ]
        counts = ", ".join(f"`{method}` {drawn.count(method)}" for method in dict.fromkeys(drawn))
        ceiling = ", ".join(f"{share:.0%}: {pei:.2f}" for share, pei in made.made.ceiling.items())
        lines.append(Line(f"{name}: drawn by the gate", counts, f"PEI that chance leaves: {ceiling}"))
        samples[name] = made.samples()
    how = (
        "`manage.py backtest` of the real files: cells of 250 m on the ground known before the first origin, horizon "
        "28 days, rolling origins, the gate knowing only what had been; the difference is of hit rates, paired over "
        "origins. Every challenger has a row of its own."
    )
    return Figure(NAME, "Backtest: whole cities", how, lines, samples)


def _challenger(name: str, made: Run, method: str, share: float) -> Line:
    """A method's own difference to the rule, whether the gate would draw it or not."""
    found = difference(made.at(method, share), made.at(DEFAULT, share))
    return Line(
        f"{name}, {share:.0%}: challenger `{method}` less `{DEFAULT}`",
        f"{100 * found.mean:+.3f} of 100 cases, standard error {100 * found.error:.3f} (n = {found.origins} windows)",
        f"hit {made.score(method, share).hit.value:.1%}",
    )
