"""The run of all checks: no test file is forgotten, and browsers are spread among what waits."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import slowest
from scripts.check import LONG, ROOT, Check, mixed, run, stages


def test_every_test_file_is_run_once() -> None:
    words = list(chain.from_iterable(check.command for stage in stages() for check in stage))
    assert words.count("tests/unit") == 1
    dealt = [word for word in words if word.startswith("tests/") and word.endswith(".py")]
    there = {str(file.relative_to(ROOT)) for file in Path(ROOT, "tests").rglob("test_*.py")}
    assert sorted(dealt) == sorted(file for file in there if not file.startswith("tests/unit/"))


def test_the_long_files_are_dealt_before_the_others_that_draw() -> None:
    words = list(chain.from_iterable(check.command for stage in stages() for check in stage))
    drawing = [Path(word).name for word in words if word.startswith("tests/e2e/")]
    assert set(drawing[: len(LONG)]) == set(LONG)


def test_what_draws_is_spread_evenly_among_what_waits() -> None:
    assert mixed(["A", "B"], ["a", "b", "c", "d"]) == ["A", "a", "b", "B", "c", "d"]


def test_a_spare_check_takes_only_what_the_tests_beside_it_leave(capfd: pytest.CaptureFixture[str]) -> None:
    niceness = [sys.executable, "-c", "import os, sys; print('niceness', os.nice(0)); sys.exit(3)"]
    name, green, _ = run(Check("types", niceness, spare=True), alone=False)
    assert (name, green) == ("types", False)
    assert "niceness 19" in capfd.readouterr().out
    for stage in stages():
        assert sum(not check.spare for check in stage) > 0, "spare checks alone would be slow for nothing"


def test_the_slowest_files_are_told_with_all_that_their_tests_took() -> None:
    def took(name: str, seconds: float) -> pytest.TestReport:
        return pytest.TestReport(name, ("", 0, ""), {}, "passed", None, "call", duration=seconds)

    reports = [took("a.py::one", 2.0), took("b.py::one", 3.0), took("a.py::two[x::y]", 2.5)]
    assert slowest.by_file(reports) == [("a.py", 4.5), ("b.py", 3.0)]
    assert len(slowest.by_file(took(f"{number}.py::one", 1.0) for number in range(30))) == slowest.FILES


def test_it_is_told_when_each_worker_had_no_more() -> None:
    def ran(worker: str, start: float, stop: float) -> pytest.TestReport:
        node = SimpleNamespace(gateway=SimpleNamespace(id=worker))
        return pytest.TestReport(
            "a.py::one", ("", 0, ""), {}, "passed", None, "call", start=start, stop=stop, node=node
        )

    reports = [ran("gw0", 100.0, 130.0), ran("gw1", 101.0, 102.0), ran("gw1", 103.0, 110.0), ran("gw0", 131.0, 131.5)]
    assert slowest.ends(reports) == [("gw1", 10.0), ("gw0", 31.5)]
