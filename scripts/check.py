"""Run every check in order and say at the end which were green. Exit status 0 only when all were."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass(frozen=True)
class Check:
    """One check: its name, its command, and whether it needs servers."""

    name: str
    command: list[str]
    quick: bool = False


CHECKS = (
    Check("lint", [sys.executable, "-m", "ruff", "check", "."], quick=True),
    Check("format", [sys.executable, "-m", "ruff", "format", "--check", "."], quick=True),
    Check("types", [sys.executable, "-m", "mypy", "."], quick=True),
    Check("unit", [*PYTEST, "-n", "2", "tests/unit"], quick=True),
    Check("store", [*PYTEST, "-n", "2", "--dist", "loadfile", "tests/store", "tests/jobs"]),
    Check("broker", [*PYTEST, "tests/broker"]),
    Check("app", [*PYTEST, "tests/app"]),
    Check("fault", [*PYTEST, "-n", "2", "--dist", "loadfile", "tests/fault"]),
    Check("browser", [*PYTEST, "tests/e2e"]),
)


def main() -> int:
    """Run the checks; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what needs no server")
    quick = parser.parse_args().quick
    if os.environ.get("CI") and os.environ.get("ALLOW_SKIPS") == "1":
        print("check: ALLOW_SKIPS=1 is not accepted in CI")  # noqa: T201
        return 1
    results: list[tuple[str, bool, float]] = []
    for check in CHECKS:
        if quick and not check.quick:
            continue
        print(f"\n== {check.name}", flush=True)  # noqa: T201
        start = time.monotonic()
        done = subprocess.run(check.command, check=False)  # noqa: S603 - our own commands
        results.append((check.name, done.returncode == 0, time.monotonic() - start))
    print("\n== summary")  # noqa: T201
    for name, green, seconds in results:
        print(f"{'green' if green else 'RED':5} {name:8} {seconds:6.1f} s")  # noqa: T201
    bad = sum(not green for _, green, _ in results)
    print(f"{len(results) - bad} passed, {bad} failed")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
