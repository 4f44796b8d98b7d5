"""The lists of what the product is made of: each library with version and hash, none missing, none too many."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts import sbom

ROOT = Path(__file__).resolve().parents[2]


def listed(wanted: set[tuple[str, str]]) -> dict[str, Any]:
    """A list as cyclonedx-py writes one of pins: the hashes stand with the place a library comes from."""
    hashes = [{"alg": "SHA-256", "content": "83490def"}]
    return {
        "bomFormat": "CycloneDX",
        "components": [
            {"name": name, "version": version, "externalReferences": [{"type": "distribution", "hashes": hashes}]}
            for name, version in sorted(wanted)
        ],
    }


def test_the_list_of_the_map_s_bundle_is_that_of_its_lock_file() -> None:
    """By the very line of the Makefile, which needs no network."""
    (line,) = [one for one in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "npm sbom" in one]
    command = line.strip().removeprefix("@").partition(" > ")[0]
    made = subprocess.run(command, shell=True, cwd=ROOT, check=True, capture_output=True, timeout=200)  # noqa: S602
    found = json.loads(made.stdout)
    assert sbom.faults(found, sbom.locked()) == []
    assert {"maplibre-gl", "pmtiles"} <= {name for name, _ in sbom.locked()}
    assert sbom.faults(found, sbom.locked() | {("left-pad", "1.3.0")}) == ["left-pad 1.3.0 is missing"]


def test_a_library_that_is_missing_is_another_or_has_no_hash_is_a_fault() -> None:
    pins = sbom.pinned()
    assert len(pins) > 40
    assert sbom.faults(listed(pins), pins) == []
    (name, version) = sorted(pins)[3]
    less, other = listed(pins - {(name, version)}), listed((pins - {(name, version)}) | {(name, "0.0.1")})
    assert sbom.faults(less, pins) == [f"{name} {version} is missing"]
    assert sbom.faults(other, pins) == [f"{name} {version} is missing", f"{name} 0.0.1 is not pinned"]
    bare = listed(pins)
    del bare["components"][3]["externalReferences"]
    assert sbom.faults(bare, pins) == [f"{name} {version} has no hash"]
    assert sbom.faults({"components": []}, pins) == ["it is no CycloneDX list"]


def test_the_command_holds_what_it_wrote_to_the_pins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nsbom:")[2].partition("\n\n")[0]
    assert recipe.splitlines()[-1] == "\t@python3 scripts/sbom.py var/sbom.json var/sbom-map.json"
    files = [tmp_path / "sbom.json", tmp_path / "sbom-map.json"]
    for file, wanted in zip(files, (sbom.pinned(), sbom.locked()), strict=True):
        file.write_text(json.dumps(listed(wanted)), encoding="utf-8")
    assert sbom.main([str(file) for file in files]) == 0
    files[0].write_text(json.dumps(listed(set())), encoding="utf-8")
    assert sbom.main([str(file) for file in files]) == 1
    assert "is missing" in capsys.readouterr().out
