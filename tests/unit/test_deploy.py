"""The files of `deploy/`: services are shut in, and what they name exists."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

#: What a service may not do. The capability list is empty: `CapabilityBoundingSet=` with nothing behind it.
SHUT = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes", "ProtectControlGroups": "yes", "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "UMask": "0077",
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_is_shut_in(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.read_text(encoding="utf-8"))
    service = dict(read["Service"])
    assert {name: service.get(name) for name in SHUT} == SHUT
    assert service["User"] not in ("root", "0")
    started = service["ExecStart"].split()
    assert (ROOT / started[1]).exists() or (ROOT / started[2] / "__main__.py").exists()


def test_there_is_a_service_of_each_process() -> None:
    assert [unit.stem for unit in UNITS] == ["ssz-ingest", "ssz-web"]


def test_nothing_in_deploy_holds_a_secret_or_opens_a_port_to_all() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file() and "local" not in file.parts:
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"(SECRET_KEY|PASSWORD)\s*[:=]\s*['\"]?[A-Za-z0-9]", text), file
            assert "BEGIN" not in text, file


def test_compose_opens_the_proxy_and_the_devices_doors_only() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    ports = re.findall(r'^\s+- "(\d+:\d+)"$', text, re.MULTILINE)
    assert sorted(ports) == [
        "443:443",
        "80:80",
        "8883:8883",
        "8884:8884",
    ]
    services = re.findall(r"^  ([a-z]+):$", text.split("\nservices:\n")[1].split("\nvolumes:")[0], re.MULTILINE)
    assert services == ["postgres", "mosquitto", "web", "ingest", "proxy"]
    assert text.count("no-new-privileges:true") == len(services)
