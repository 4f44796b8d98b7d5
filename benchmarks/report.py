"""What a figure is, and how it is told: a table on the screen, `RESULTS.md` and the samples in `results.json`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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


def as_markdown(figure: Figure) -> str:
    """A figure as it stands in `RESULTS.md`."""
    rows = [
        f"| {line.what} | {line.value} | {line.bare} | {line.target} | {_WORD[line.held]} |" for line in figure.lines
    ]
    head = ["| What | Measured | Bare limit, same run | To reach | Reached |", "|---|---|---|---|---|"]
    notes = ["", *figure.notes] if figure.notes else []
    return "\n".join([f"## {figure.title}", "", figure.how, "", *head, *rows, *notes, ""])


def write(figures: Sequence[Figure], machine: dict[str, str], folder: Path = FOLDER) -> None:
    """Write `RESULTS.md` and `results.json`."""
    about = ["| Measured on | |", "|---|---|", *(f"| {name} | {value} |" for name, value in machine.items()), ""]
    head = ["# Results", "", "Written by `make bench`; how each figure is measured: `docs/benchmarks.md`.", ""]
    text = "\n".join([*head, *about, *(as_markdown(figure) for figure in figures)])
    (folder / "RESULTS.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    raw = {"machine": machine, "samples": {figure.name: figure.samples for figure in figures}}
    (folder / "results.json").write_bytes(orjson.dumps(raw, option=orjson.OPT_APPEND_NEWLINE))
