"""An analyst changes the filter over a million cases: the product's columns beside pandas over `SELECT *`."""

from __future__ import annotations

import math
import subprocess
from typing import Any

import orjson

from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, output_of, program
from benchmarks.workbench_asked import CHANGES, EVERY_S
from benchmarks.workbench_million import fill
from store.database import open_database
from store.migrate import upgrade

NAME = "workbench-server"

SERVER_MS, TOGETHER_MS, FASTER, LESS = 300.0, 1000.0, 10.0, 0.1
ANALYSTS = 20

#: How long one way may take in all before its answers count as never, in s.
_PATIENCE_S = 1800.0


def _asked(way: str, url: str, number: int, analysts: int = 0) -> dict[str, Any]:
    process = program("benchmarks.workbench_asked", way, url, number, analysts)
    try:
        found: dict[str, Any] = orjson.loads(output_of(process, _PATIENCE_S))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)
        found = {"ms": [math.inf] * number, "together_ms": [math.inf] * analysts * CHANGES, "most_mb": math.inf}
        found |= {"total": -1, "ready_ms": math.inf, "grown_mb": math.inf}
    return found


def measure(rig: Rig) -> Figure:
    """The figure."""
    cases, number, few = rig.of(1_000_000, 20_000), rig.of(200, 10), rig.of(20, 3)
    url = f"sqlite:///{rig.new_folder() / 'ssz.db'}"
    upgrade(url)
    db = open_database(url)
    stored = fill(db, cases)
    db.close()
    ours = _asked("columns", url, number, rig.of(ANALYSTS, 1))
    plainly, held = _asked("plain", url, few), _asked("held", url, number)
    if min(ours["total"], held["total"]) >= 0:
        assert ours["total"] == held["total"], "both ways take the same cases"
    server = percentile(ours["ms"], 0.95)
    many = percentile(ours["together_ms"], 0.95)
    faster = percentile(plainly["ms"], 0.5) / percentile(ours["ms"], 0.5)
    less = ours["most_mb"] / plainly["most_mb"]
    lines = [
        Line("a change of the filter: all counts, a page of the list, the map", spread(ours["ms"]),
             f"{spread(plainly['ms'])}: read anew and reckoned by pandas", f"p95 <= {SERVER_MS:.0f} ms",
             server <= SERVER_MS),
        Line("faster than the plain way, by their medians", f"{faster:.1f} times",
             f"with the frame kept in memory: {spread(held['ms'])}", f">= {FASTER:.0f} times", faster >= FASTER),
        Line("memory at its greatest, over the start", f"{ours['most_mb']:.0f} MB ({less:.2f} of the plain way)",
             f"{plainly['most_mb']:.0f} MB, kept {held['most_mb']:.0f} MB", f"<= {LESS:.2f}", less <= LESS),
        Line(f"{ANALYSTS} analysts, each another filter every {EVERY_S:.0f} s", spread(ours["together_ms"]), "",
             f"p95 <= {TOGETHER_MS:.0f} ms", many <= TOGETHER_MS),
        Line("read for the first time", f"{ours['ready_ms'] / 1000:.1f} s"),
    ]  # fmt: skip
    how = (
        f"{stored:,} real cases of Chicago in SQLite, dealt to 20 stations; status, finder, arrest and windows drawn "
        "by a fixed seed. Each way is a process of its own and answers the same filters, no two alike; the plain way "
        f"reads every row anew at each change (n = {few}), as a script does, and once more with its frame kept. Not "
        "in it: Streamlit's script and the browser."
    )
    samples: dict[str, object] = {
        "columns_ms": plain(ours["ms"]), "plain_ms": plain(plainly["ms"]), "held_ms": plain(held["ms"]),
        "together_ms": plain(ours["together_ms"]),
    }  # fmt: skip
    return Figure(NAME, "A change of the filter over a million cases: the server's part", how, lines, samples)
