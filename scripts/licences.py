"""Print docs/licences.md: every library the product ships with, its version and its licence, from the libraries
themselves and from the lock file of the map component."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "dashboard" / "live" / "frontend" / "package-lock.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)( ;[^\\]*)?", re.MULTILINE)


def _licence(name: str) -> str:
    """What a library says of its licence, in few words; empty for one of another platform."""
    try:
        said = metadata(name).json
    except PackageNotFoundError:
        return ""
    if said.get("license_expression"):
        return str(said["license_expression"])
    marks = [mark for mark in said.get("classifier", []) if mark.startswith("License ::")]
    classified = [mark.split("::")[-1].strip() for mark in marks]
    written = str(said.get("license", "")).strip().splitlines()
    short = written[0] if written and len(written[0]) <= 60 else ""
    return ", ".join(classified) or short or "see the library"


def python_rows() -> list[str]:
    """A row for each pinned library that is installed on this platform."""
    found = _PIN.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    rows = {name.lower(): (name, version, _licence(name)) for name, version, _ in found}
    return [f"| {name} | {version} | {licence} |" for _, (name, version, licence) in sorted(rows.items()) if licence]


def bundle_rows() -> list[str]:
    """A row for each library of the map's bundle: those whose licence is delivered with it, and the typeface."""
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    delivered = sorted(file.stem for file in (ROOT / "dashboard" / "live" / "assets" / "licenses").glob("*.txt"))
    found = {name: packages.get(f"node_modules/{name}") for name in delivered}
    rows = [f"| {name} | {one['version']} | {one['license']} |" for name, one in found.items() if one]
    return [*rows, *(f"| {name.removesuffix('-OFL')} | - | OFL-1.1 |" for name in delivered if name.endswith("-OFL"))]


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Licences",
            "",
            "What the product is delivered with. The product itself: Apache-2.0 (`LICENSE`). Made by `make licences`",
            "from the libraries' own words; texts of what is in the map's bundle stand in",
            "`dashboard/live/assets/licenses/`.",
            "",
            "## Python",
            "",
            "| Library | Version | Licence |",
            "|---|---|---|",
            *python_rows(),
            "",
            "## Map component",
            "",
            "| Library | Version | Licence |",
            "|---|---|---|",
            *bundle_rows(),
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
