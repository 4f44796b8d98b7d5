"""`python -m benchmarks.soak`: the fault tests in their long form; what they counted goes to `SOAK.md`.

Each test counts what was acknowledged against what is stored, through a fresh connection; here its time, its outcome
and the properties it recorded are written down. Exit status as pytest's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.report import FOLDER

#: Two at once: most of them wait for a server. `xunit1`: the form of the report that holds what a test recorded.
COMMAND = [
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", "--timeout", "1500",
    "-n", "2", "--dist", "loadfile", "-m", "fault", "tests/fault", "tests/e2e",
]  # fmt: skip


#: The head of a part that was run once more, because of the load or of a mended test.
AGAIN = "# Run again by itself"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test as pytest tells it."""

    name: str
    word: str
    seconds: float
    counts: str
    load: str


def outcomes(report: Path) -> list[Outcome]:
    """The tests of a JUnit report. Written by our own pytest a moment ago: nothing foreign is parsed."""
    found: list[Outcome] = []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own file
        bad = [word for word in ("failure", "error", "skipped") if case.find(word) is not None]
        said = [(one.get("name", ""), one.get("value", "")) for one in case.iter("property")]
        load = dict(said).get("load", "")
        counts = "; ".join(f"{name}: {value}" for name, value in said if name != "load")
        word = bad[0] if bad else "passed"
        found.append(Outcome(case.get("name", ""), word, float(case.get("time", "0")), counts, load))
    return found


def as_markdown(found: list[Outcome], facts: dict[str, str], seconds: float) -> str:
    """The page."""
    passed = sum(one.word == "passed" for one in found)
    rows = [f"| {_words(one.name)} | {one.word} | {one.seconds:.0f} | {one.load} | {one.counts} |" for one in found]
    return "\n".join(
        [
            "# Soak",
            "",
            "Written by `make soak`: the fault tests with the numbers and times of the goal table, two at once.",
            "",
            f"{passed} of {len(found)} passed in {seconds / 60:.0f} minutes. Passed means: of what is counted here "
            "as acknowledged nothing was missing in the store and nothing was there twice, and no time was over what "
            "is allowed. An `error` is a time that was over it, with everything counted. Load: of the machine at the "
            "end of the test, running programs in the mean of a minute.",
            "",
            "| Measured on | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in facts.items()),
            "",
            "| Test | Outcome | s | Load | Counted and timed |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def main() -> int:
    """Run them all; returns pytest's exit status. What is given goes to pytest; `--again` adds a part to the page."""
    again, more = "--again" in sys.argv, [word for word in sys.argv[1:] if word != "--again"]
    facts = machine.facts()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ssz-soak-") as folder:
        report = Path(folder) / "report.xml"
        command = [*COMMAND, f"--junitxml={report}", *more]
        done = subprocess.run(command, check=False, cwd=machine.ROOT, env={**os.environ, "SSZ_SOAK": "1"})
        if not report.exists():
            return done.returncode or 1
        text = as_markdown(outcomes(report), facts, time.monotonic() - start)
    page = FOLDER / "SOAK.md"
    if again:
        before = page.read_text(encoding="utf-8") + "\n" if page.exists() else ""
        page.write_text(before + text.replace("# Soak", AGAIN), encoding="utf-8")
    elif more:  # a part of them is no soak
        print(text)
    else:
        page.write_text(text, encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
