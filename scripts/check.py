"""Run every check and say at the end which were green. Exit status 0 only when all were."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "dashboard" / "live" / "frontend"
NPM = "npm ci --silent --no-audit --no-fund && npm run check && npm test"

PYTEST = [
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "scripts.slowest", "--timeout", "300",
    "--durations", "15",
]  # fmt: skip

#: Four at once on two cores: a test draws in software or waits for a server; five were too many for browsers. A file
#: stays with one worker, and files are dealt in the order given.
TOGETHER = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]

#: Tests that wait more than they compute, in the order in which they are dealt among those of the browser.
WAITING = ("fault", "broker", "app", "jobs", "store")

#: Files of one or two long tests, of those that draw: dealt last, all others would wait for them.
LONG = ("test_product.py", "test_map_engine.py", "test_desk.py", "test_hostile_text.py")


@dataclass(frozen=True)
class Check:
    """One check: its name, its command, whether it needs no server, and where it runs.

    `spare`: it runs at the lowest priority beside its stage, in the time in which the stage's tests wait for servers.
    """

    name: str
    command: list[str]
    quick: bool = False
    folder: Path = ROOT
    spare: bool = False


def mixed(drawing: Sequence[str], waiting: Sequence[str]) -> list[str]:
    """Both in their order, the one spread evenly among the other, so that no time has only browsers to run."""
    places = [(number / len(drawing), name) for number, name in enumerate(drawing)]
    places += [((number + 0.5) / len(waiting), name) for number, name in enumerate(waiting)]
    return [name for _, name in sorted(places)]


def tests_of(folder: str) -> list[str]:
    """The test files of a folder of `tests`, sorted."""
    return [str(file.relative_to(ROOT)) for file in sorted((ROOT / "tests" / folder).glob("test_*.py"))]


def stages() -> list[list[Check]]:
    """The checks of one stage run beside each other."""
    late = tests_of("e2e")[::-1]  # the others' long files are late in the alphabet
    drawing = [file for wanted in (True, False) for file in late if (Path(file).name in LONG) is wanted]
    waiting = [file for folder in WAITING for file in tests_of(folder)]
    return [
        [
            Check("lint", [sys.executable, "-m", "ruff", "check", "."], quick=True),
            Check("format", [sys.executable, "-m", "ruff", "format", "--check", "."], quick=True),
            Check("unit", [*PYTEST, "-n", "2", "tests/unit"], quick=True),
        ],
        [
            Check("store, broker, app, fault, browser", [*PYTEST, *TOGETHER, *mixed(drawing, waiting)]),
            Check("types", [sys.executable, "-m", "mypy", "."], quick=True, spare=True),
            Check("map", ["sh", "-c", NPM], folder=FRONTEND, spare=True),
        ],
    ]


def run(check: Check, alone: bool) -> tuple[str, bool, float]:
    """Run a check; its name, whether it is green, and how many s it took. One that runs alone, but for spare ones,
    speaks as it goes on, one beside others at its end."""
    begun = time.monotonic()
    if alone:
        print(f"\n== {check.name}", flush=True)  # noqa: T201
    spare = ["nice", "-n", "19"] if check.spare else []
    done = subprocess.run(  # noqa: S603 - our own commands
        [*spare, *check.command], cwd=check.folder, check=False,
        stdout=None if alone else subprocess.PIPE, stderr=None if alone else subprocess.STDOUT,
    )  # fmt: skip
    if not alone:
        print(f"\n== {check.name}\n{done.stdout.decode(errors='replace')}", flush=True)  # noqa: T201
    return check.name, done.returncode == 0, time.monotonic() - begun


def main() -> int:
    """Run the checks; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what needs no server")
    quick = parser.parse_args().quick
    if os.environ.get("CI") and os.environ.get("ALLOW_SKIPS") == "1":
        print("check: ALLOW_SKIPS=1 is not accepted in CI")  # noqa: T201
        return 1
    # Else each of the many processes the tests start reads our own source anew: a third of a start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    results: list[tuple[str, bool, float]] = []
    for stage in stages():
        wanted = [check for check in stage if check.quick or not quick]
        with ThreadPoolExecutor() as beside:
            single = sum(not check.spare for check in wanted) == 1
            results += beside.map(run, wanted, [single and not check.spare for check in wanted])
    print("\n== summary")  # noqa: T201
    for name, green, seconds in results:
        print(f"{'green' if green else 'RED':5} {name:35} {seconds:6.1f} s")  # noqa: T201
    bad = sum(not green for _, green, _ in results)
    print(f"{len(results) - bad} passed, {bad} failed")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
