"""What a figure is, and how it is told: a table on the screen, `RESULTS.md` and the samples in `results.json`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent

#: Percentiles are stated from this many samples on.
ENOUGH = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One measured value with its bare limit and what is to be reached; `held` None when nothing was asked."""

    what: str
    value: str
    bare: str = ""
    target: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its lines, how it was measured, and every sample."""

    name: str
    title: str
    how: str
    lines: list[Line]
    samples: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every line that has a target reaches it."""
        return all(line.held is not False for line in self.lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all samples do not exceed (nearest rank). A time-out is infinite."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """p50, p95, p99 and greatest, with the number of samples and of time-outs."""
    shown = [f"{name} {_number(percentile(values, share))}" for name, share in _SHARES]
    late = sum(math.isinf(value) for value in values)
    few = "" if len(values) >= ENOUGH else ", too few for a percentile"
    return f"{' / '.join(shown)} {unit} (n = {len(values)}, {late} timed out{few})"


_SHARES = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


def _number(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def plain(values: Sequence[float]) -> list[float | None]:
    """Samples for the file: rounded, a time-out as null."""
    return [None if math.isinf(value) else round(value, 3) for value in values]


_WORD = {True: "yes", False: "**no**", None: ""}


def as_text(figure: Figure) -> str:
    """A figure as it is printed."""
    lines = [f"\n{figure.name}: {figure.title}"]
    for line in figure.lines:
        verdict = {True: "ok  ", False: "MISS", None: "    "}[line.held]
        bare = f"   bare: {line.bare}" if line.bare else ""
        target = f"   to reach: {line.target}" if line.target else ""
        lines.append(f"  {verdict} {line.what}: {line.value}{bare}{target}")
    return "\n".join([*lines, *(f"       {note}" for note in figure.notes)])


def as_markdown(figure: Figure, run: str) -> str:
    """A figure as it stands in `RESULTS.md`; `run`: of what, when and beside what it was measured."""
    rows = [
        f"| {line.what} | {line.value} | {line.bare} | {line.target} | {_WORD[line.held]} |" for line in figure.lines
    ]
    head = ["| What | Measured | Bare limit, same run | To reach | Reached |", "|---|---|---|---|---|"]
    notes = ["", *figure.notes] if figure.notes else []
    return "\n".join(
        [f"## {figure.title}", "", figure.how, "", f"`{figure.name}`: {run}.", "", *head, *rows, *notes, ""]
    )


def write(figures: Sequence[Figure], machine: dict[str, str], order: Sequence[str], folder: Path = FOLDER) -> None:
    """Put figures into `results.json` and make `RESULTS.md` of all that stand there.

    A figure that is there already and was not measured now stays with the commit, the time and the load it was
    measured at. One whose name is not in `order` is dropped: nobody measures it any more.
    """
    file = folder / "results.json"
    known: dict[str, Any] = orjson.loads(file.read_bytes()).get("figures", {}) if file.exists() else {}
    known |= {figure.name: {"measured": machine, **_as_values(figure)} for figure in figures}
    kept = {name: known[name] for name in order if name in known}
    (folder / "RESULTS.md").write_text(_page(kept, machine), encoding="utf-8")
    file.write_bytes(orjson.dumps({"figures": kept}, option=orjson.OPT_APPEND_NEWLINE))


def _as_values(figure: Figure) -> dict[str, Any]:
    values = asdict(figure)
    del values["name"]
    return values


def _figure(name: str, values: dict[str, Any]) -> Figure:
    return Figure(name, **{**values, "lines": [Line(**line) for line in values["lines"]]})


#: Facts that differ from one measuring to the next on the same machine.
_OF_A_RUN = ("commit", "date", "load when started")


def _page(kept: dict[str, dict[str, Any]], machine: dict[str, str]) -> str:
    facts = [f"| {name} | {value} |" for name, value in machine.items() if name not in _OF_A_RUN]
    parts = ["# Results\n", "Written by `make bench`; how each figure is measured: `docs/benchmarks.md`.\n"]
    parts += ["| Measured on | |", "|---|---|", *facts, ""]
    for name, values in kept.items():
        measured = values["measured"]
        figure = _figure(name, {key: value for key, value in values.items() if key != "measured"})
        run = "; ".join(f"{fact} {measured[fact]}" for fact in _OF_A_RUN if fact in measured)
        parts.append(as_markdown(figure, run))
    return "\n".join(parts).rstrip() + "\n"
