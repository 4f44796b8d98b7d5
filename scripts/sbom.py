"""Hold the lists of `make sbom` to what is pinned: every library with its version and a hash, and no other.

`python3 scripts/sbom.py var/sbom.json var/sbom-map.json`; exit status 1 and a line for each fault when one is not so.
The standard library alone, for it runs before anything is installed.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "dashboard" / "live" / "frontend" / "package-lock.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\\n]+)", re.MULTILINE)


def pinned() -> set[tuple[str, str]]:
    """(name, version) of every library of the product."""
    return {(_plain(name), version) for name, version in _PIN.findall((ROOT / "requirements.txt").read_text("utf-8"))}


def locked() -> set[tuple[str, str]]:
    """(name, version) of everything the map's bundle is made of or with."""
    packages: dict[str, Any] = json.loads(LOCK.read_text("utf-8"))["packages"]
    return {(path.rpartition("node_modules/")[2], one["version"]) for path, one in packages.items() if path}


def faults(listed: dict[str, Any], wanted: set[tuple[str, str]]) -> list[str]:
    """What is wrong with a CycloneDX list; `wanted`: the (name, version) it must hold."""
    if listed.get("bomFormat") != "CycloneDX":
        return ["it is no CycloneDX list"]
    components: list[dict[str, Any]] = listed.get("components", [])
    found = {(_plain(one["name"]), one.get("version", "")): one for one in components}
    wanted = {(_plain(name), version) for name, version in wanted}
    return [
        *(f"{name} {version} is missing" for name, version in sorted(wanted - set(found))),
        *(f"{name} {version} is not pinned" for name, version in sorted(set(found) - wanted)),
        *(f"{name} {version} has no hash" for (name, version), one in sorted(found.items()) if not _hashed(one)),
    ]


def _hashed(component: dict[str, Any]) -> bool:
    places = [component, *component.get("externalReferences", [])]
    return any(one.get("content") for place in places for one in place.get("hashes", []))


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def main(files: list[str]) -> int:
    """Check the two lists; 0 or 1."""
    told = [
        f"{file}: {fault}"
        for file, wanted in zip(files, (pinned(), locked()), strict=True)
        for fault in faults(json.loads(Path(file).read_text("utf-8")), wanted)
    ]
    said = told or [f"libraries: {len(pinned())}, of the map's bundle: {len(locked())}"]
    sys.stdout.writelines(f"{line}\n" for line in said)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
