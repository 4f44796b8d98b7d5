"""A part of the test run: says at its end which files of tests took longest, and when each worker had no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

FILES = 10


def by_file(reports: Iterable[pytest.TestReport]) -> list[tuple[str, float]]:
    """(file, s with its fixtures), the slowest first."""
    took: defaultdict[str, float] = defaultdict(float)
    for report in reports:
        took[report.nodeid.split("::")[0]] += report.duration
    return sorted(took.items(), key=lambda one: -one[1])[:FILES]


def ends(reports: Iterable[pytest.TestReport]) -> list[tuple[str, float]]:
    """(worker, s from the first test's start to the end of its last), the first to end first: were they far apart,
    the files dealt last would be too long."""
    ended: defaultdict[str, float] = defaultdict(float)
    begun = float("inf")
    for report in reports:
        node = getattr(report, "node", None)
        name = node.gateway.id if node else "alone"
        begun = min(begun, report.start)
        ended[name] = max(ended[name], report.stop)
    return sorted(((name, end - begun) for name, end in ended.items()), key=lambda one: one[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell them."""
    ran = [one for kind in terminalreporter.stats.values() for one in kind if isinstance(one, pytest.TestReport)]
    terminalreporter.section("slowest files")
    for file, seconds in by_file(ran):
        terminalreporter.write_line(f"{seconds:7.1f} s {file}")
    terminalreporter.write_line("workers ended at " + ", ".join(f"{name} {end:.0f} s" for name, end in ends(ran)))
