"""The libraries are the pinned ones, by hash, and none is older than the fix of a fault that concerns us."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
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
#: Debian's package of Mosquitto with its security updates, and the first version upstream with the same fixes.
MOSQUITTO_DEBIAN, MOSQUITTO = "2.0.11-1.2+deb12u2", "2.0.18"
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


def test_the_broker_of_these_checks_is_not_older_than_its_fixes() -> None:
    """The one all tests of the broker run on; `docs/deploy.md` installs the same package."""
    package = ["dpkg-query", "--show", "--showformat=${Version}", "mosquitto"]
    if (
        shutil.which("dpkg-query")
        and (found := subprocess.run(package, capture_output=True, text=True, check=False)).stdout
    ):
        newer = ["dpkg", "--compare-versions", found.stdout, "ge", MOSQUITTO_DEBIAN]
        assert subprocess.run(newer, check=False).returncode == 0, found.stdout
        return
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert program is not None
    said = subprocess.run([program, "-h"], capture_output=True, text=True, check=False).stdout
    [number] = re.findall(r"^mosquitto version ([0-9.]+)", said, re.MULTILINE)
    assert Version(number) >= Version(MOSQUITTO)


def _wheel(folder: Path, body: str) -> Path:
    """A library of one module."""
    about = "ssz_probe-1.0.dist-info"
    inside = {
        "ssz_probe.py": body,
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: ssz-probe\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*inside, f"{about}/RECORD"))
    file = folder / "ssz_probe-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in {**inside, f"{about}/RECORD": record}.items():
            packed.writestr(name, text)
    return file


def test_a_library_that_was_tampered_with_is_not_installed(tmp_path: Path) -> None:
    """By the options that the set-up and the image install with."""
    options = ["--require-hashes", "--only-binary", ":all:"]
    for file in (ROOT / "scripts" / "setup.sh", ROOT / "deploy" / "Dockerfile"):
        assert " ".join(options) in file.read_text(encoding="utf-8"), file
    pinned = hashlib.sha256(_wheel(tmp_path, "good = True").read_bytes()).hexdigest()
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"ssz-probe==1.0 --hash=sha256:{pinned}\n", encoding="utf-8")
    asked = [
        sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--no-cache-dir", "install",
        "--no-index", "--no-deps",
        "--find-links", str(tmp_path), *options, "-r", str(wanted), "--target",
    ]  # fmt: skip
    good = subprocess.run([*asked, str(tmp_path / "good")], capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert (tmp_path / "good" / "ssz_probe.py").exists()
    _wheel(tmp_path, "good = False")
    bad = subprocess.run([*asked, str(tmp_path / "bad")], capture_output=True, text=True, check=False)
    assert bad.returncode != 0
    assert "DO NOT MATCH THE HASHES" in bad.stderr
    assert not (tmp_path / "bad" / "ssz_probe.py").exists()
