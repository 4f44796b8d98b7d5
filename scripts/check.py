"""Run every check in order and say at the end which were green. Exit status 0 only when all were."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PYTEST = [
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "300", "--durations", "5",
]  # fmt: skip

#: Several tests at once: most of them wait for a server. A file stays with one worker.
TOGETHER = ["-n", "3", "--dist", "loadfile"]
FRONTEND = Path(__file__).resolve().parents[1] / "dashboard" / "live" / "frontend"


@dataclass(frozen=True)
class Check:
    """One check: its name, its command, whether it needs no server, and where it runs."""

    name: str
    command: list[str]
    quick: bool = False
    folder: Path | None = None


CHECKS = (
    Check("lint", [sys.executable, "-m", "ruff", "check", "."], quick=True),
    Check("format", [sys.executable, "-m", "ruff", "format", "--check", "."], quick=True),
    Check("types", [sys.executable, "-m", "mypy", "."], quick=True),
    Check("unit", [*PYTEST, "-n", "2", "tests/unit"], quick=True),
    Check("map", ["sh", "-c", "npm ci --silent --no-audit --no-fund && npm run check && npm test"], folder=FRONTEND),
    Check("store, broker, app", [*PYTEST, *TOGETHER, "tests/store", "tests/jobs", "tests/broker", "tests/app"]),
    Check("fault", [*PYTEST, *TOGETHER, "tests/fault"]),
    Check("browser", [*PYTEST, "-n", "2", "--dist", "loadfile", "tests/e2e"]),
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
        done = subprocess.run(check.command, cwd=check.folder, check=False)  # noqa: S603 - our own commands
        results.append((check.name, done.returncode == 0, time.monotonic() - start))
    print("\n== summary")  # noqa: T201
    for name, green, seconds in results:
        print(f"{'green' if green else 'RED':5} {name:18} {seconds:6.1f} s")  # noqa: T201
    bad = sum(not green for _, green, _ in results)
    print(f"{len(results) - bad} passed, {bad} failed")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
