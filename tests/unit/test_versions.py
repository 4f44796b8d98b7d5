"""The libraries are the pinned ones, by hash, and none is older than the fix of a fault that concerns us."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]

#: Library -> the first version without the fault, and the fault.
FLOORS = {
    "streamlit": ("1.54", "CVE-2026-33682, CVE-2026-10804, CVE-2024-42474"),
    "starlette": ("1.0.1", "CVE-2026-48710 (Host header), CVE-2025-62727 (Range)"),
}
_PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    """Library -> pinned version."""
    return dict(_PIN.findall((ROOT / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("library", sorted(FLOORS))
def test_no_library_is_older_than_its_fix(library: str) -> None:
    assert Version(pins("requirements.txt")[library]) >= Version(FLOORS[library][0]), FLOORS[library][1]
    assert Version(version(library)) >= Version(FLOORS[library][0])


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_file_that_is_installed_is_known_by_its_hash(file: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / file).read_text(encoding="utf-8").strip())
    assert len(blocks) == len(_PIN.findall((ROOT / file).read_text(encoding="utf-8"))) > 40
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "--require-hashes" in (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
