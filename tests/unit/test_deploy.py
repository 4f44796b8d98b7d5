"""The files of `deploy/`: services are shut in, and what they name exists."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from commands.refit import FAILED
from dashboard.imports.work import MOST_MB

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
    first = next(line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    assert {name: service.get(name) for name in SHUT} == SHUT
    assert service["User"] not in ("root", "0")
    started = first.removeprefix("ExecStart=").split()
    assert (ROOT / started[1]).exists() or (ROOT / started[2] / "__main__.py").exists()


def test_systemd_finds_no_fault_in_a_service_and_calls_it_shut_in(tmp_path: Path) -> None:
    """Where there is no systemd the settings above are all that is asserted here, and that each line is a setting."""
    for unit in UNITS:
        lines = [line for line in lines_of(unit.stem) if line and not line.startswith("#")]
        assert all(re.fullmatch(r"\[(Unit|Service|Install)\]|[A-Z][A-Za-z]+=.*", line) for line in lines), unit
    judge = shutil.which("systemd-analyze")
    if judge is None:
        return
    here = []
    for unit in UNITS:
        # Its program need not be on this machine for its settings to be read.
        text = re.sub(r"^(Exec\w+=)/opt/\S+", r"\1/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text.replace("/usr/bin/psql", "/bin/true"), encoding="utf-8")
        here.append(str(tmp_path / unit.name))
    found = subprocess.run([judge, "verify", "--man=no", *here], capture_output=True, text=True, check=False)
    assert (found.returncode, [line for line in found.stderr.splitlines() if "ssz-" in line]) == (0, [])
    asked = [judge, "security", "--offline=true", "--threshold=15", "--no-pager", *here]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-400:]
    assert found.stdout.count("Overall exposure level") == len(UNITS)


@pytest.mark.parametrize(("mode", "starts"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_no_service_starts_with_secrets_that_others_may_read(tmp_path: Path, mode: int, starts: bool) -> None:
    (tmp_path / "ssz.env").touch(mode=0o600)
    (tmp_path / "web.env").touch()
    (tmp_path / "web.env").chmod(mode)
    before = {line for unit in UNITS for line in lines_of(unit.stem) if line.startswith("ExecStartPre=")}
    assert all(any(line in before for line in lines_of(unit.stem)) for unit in UNITS)
    [line] = before
    asked = shlex.split(line.removeprefix("ExecStartPre="))
    assert asked[:2] == ["/bin/sh", "-c"]
    assert "/etc/ssz " in asked[2]
    ran = subprocess.run([*asked[:2], asked[2].replace("/etc/ssz", str(tmp_path))], capture_output=True, check=False)
    assert (ran.returncode == 0) is starts
    assert (b"web.env" in ran.stdout) is not starts, "the journal says which"


def test_there_is_a_service_of_each_process() -> None:
    assert [unit.stem for unit in UNITS] == ["ssz-ingest", "ssz-migrate", "ssz-refit", "ssz-web"]


def lines_of(name: str) -> list[str]:
    return (DEPLOY / "systemd" / f"{name}.service").read_text(encoding="utf-8").splitlines()


def test_each_service_has_its_own_database_user_and_only_the_owner_migrates() -> None:
    """A web process that migrates would own the tables; one whose migration failed must come back by itself."""
    own = {"ssz-migrate": "owner", "ssz-web": "web", "ssz-refit": "web", "ssz-ingest": "ingest"}
    for name, whose in own.items():
        files = [line for line in lines_of(name) if line.startswith("EnvironmentFile=")]
        assert files == ["EnvironmentFile=/etc/ssz/ssz.env", f"EnvironmentFile=/etc/ssz/{whose}.env"]
        assert any("manage.py migrate" in line for line in lines_of(name)) is (whose == "owner")
        assert not any("DATABASE_URL" in line for line in lines_of(name)), "no address stands in a unit"
    for name in ("ssz-web", "ssz-ingest"):
        assert "Wants=ssz-migrate.service" in lines_of(name)
        assert "ssz-migrate.service" in next(line for line in lines_of(name) if line.startswith("After="))
    run = [
        line.removeprefix("ExecStart=").split() for line in lines_of("ssz-migrate") if line.startswith("ExecStart=")
    ]
    assert [one[0] for one in run] == ["/opt/ssz/.venv/bin/python", "/usr/bin/psql"]
    assert (ROOT / run[1][-1]).is_file()


def test_a_migration_is_never_cut_off_and_a_service_sees_which_boot_it_is_of() -> None:
    """Without the boot's id a worker cannot tell that the one before it is dead, and waits out its lease."""
    for unit in UNITS:
        lines = unit.read_text(encoding="utf-8").splitlines()
        assert not any(line.startswith("ProcSubset") for line in lines), unit
        if any("manage.py migrate" in line for line in lines):
            assert "TimeoutStartSec=infinity" in lines, unit


def test_maps_are_made_apart_from_the_web_process_with_memory_and_priority_of_their_own() -> None:
    """One unit is one end: a fit that is killed for its memory ended the web process it ran in."""
    [environment] = [line for line in lines_of("ssz-web") if line.startswith("Environment=")]
    assert "SSZ_REFIT=external" in environment.split()
    refit = dict(line.split("=", 1) for line in lines_of("ssz-refit") if "=" in line and not line.startswith("#"))
    assert refit["ExecStart"].endswith("manage.py refit --due")
    assert refit["SuccessExitStatus"] == str(FAILED)
    # The process itself may not set it: `nice` is among what is refused.
    assert "SystemCallFilter=~@privileged @resources" in lines_of("ssz-refit")
    assert refit["Nice"] == "15"
    limits = {
        name: dict(line.split("=", 1) for line in lines_of(name) if "Max=" in line)
        for name in ("ssz-web", "ssz-refit")
    }
    assert limits["ssz-refit"]["MemoryMax"] < limits["ssz-web"]["MemoryMax"]
    timer = (DEPLOY / "systemd" / "ssz-refit.timer").read_text(encoding="utf-8").splitlines()
    assert {"OnActiveSec=1min", "OnUnitInactiveSec=5min", "WantedBy=timers.target"} <= set(timer)
    services = compose()["services"]
    assert services["web"]["environment"]["SSZ_REFIT"] == "external"
    assert "manage.py refit --due" in services["refit"]["command"]
    assert services["refit"]["mem_limit"]


def test_nothing_in_deploy_holds_a_secret() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file() and not {"local", "certificates"} & set(file.parts) and file.suffix != ".env":
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"(SECRET_KEY|PASSWORD)\s*[:=]\s*['\"]?[A-Za-z0-9]", text), file
            assert "-----BEGIN" not in text, file


def test_secrets_get_neither_into_the_repository_nor_into_the_image() -> None:
    places = [
        ".env", "deploy/local.env", "deploy/postgres.env", "deploy/certificates/privkey.pem",
        "deploy/mosquitto/local/authority/devices.key", "var/secret", "elsewhere/broker.key",
    ]  # fmt: skip
    asked = ["git", "check-ignore", "--no-index", *places]
    ignored = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert ignored.splitlines() == places
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*", "what goes in is named; the rest stays out"
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks", "scripts"}
    assert allowed == {"LICENSE", "requirements.txt", "*.py", ".streamlit/config.toml", "pages"} | rooms
    assert re.findall(r"^COPY (.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE) == [
        "requirements.txt .",
        ". .",
    ]


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_opens_the_proxy_and_the_devices_doors_only() -> None:
    services = compose()["services"]
    opened = {(name, port) for name, one in services.items() for port in one.get("ports", ())}
    assert opened == {
        ("proxy", "80:80"),
        ("proxy", "443:443"),
        ("mosquitto", "8883:8883"),
        ("mosquitto", "8884:8884"),
    }
    assert sorted(services) == ["ingest", "migrate", "mosquitto", "postgres", "proxy", "refit", "rights", "web"]
    for name, one in services.items():
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert "network_mode" not in one, "a network of another container is gone when that one starts again"


def test_no_container_is_given_what_another_one_s_is() -> None:
    services = compose()["services"]
    mounted = {
        name: [volume.split(":")[0] for volume in one["volumes"] if volume.startswith(("/", "."))]
        for name, one in services.items()
    }
    assert mounted == {
        "postgres": [],
        "migrate": [],
        "rights": ["./postgres-roles.sql"],
        "mosquitto": ["./mosquitto/local/broker"],
        "web": ["./mosquitto/local/worker"],
        "ingest": ["./mosquitto/local/worker"],
        "refit": [],
        "proxy": ["./nginx.conf", "./certificates"],
    }
    assert {name: one.get("env_file") for name, one in services.items()} == {
        "postgres": "postgres.env", "mosquitto": None, "proxy": None, "rights": "owner.env",
        "migrate": ["local.env", "owner.env"], "web": ["local.env", "web.env"], "refit": ["local.env", "web.env"],
        "ingest": ["local.env", "ingest.env"],
    }  # fmt: skip


def test_in_containers_too_only_the_owner_migrates_and_all_others_wait_for_it() -> None:
    services = compose()["services"]
    done, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    migrating = {name for name, one in services.items() if "manage.py migrate" in one.get("command", "")}
    assert migrating == {"migrate"}
    assert services["migrate"]["depends_on"] == {"postgres": healthy}
    assert "-h 127.0.0.1" in services["postgres"]["healthcheck"]["test"]
    assert services["rights"]["depends_on"] == {"migrate": done}
    [mounted] = services["rights"]["volumes"]
    file, inside, mode = mounted.split(":")
    assert (DEPLOY / file).is_file()
    assert mode == "ro"
    assert services["rights"]["command"].endswith(f"-v ON_ERROR_STOP=1 -f {inside}")
    for name in ("web", "ingest"):
        assert services[name]["depends_on"]["rights"] == done
    for name in ("migrate", "rights"):
        assert services[name]["restart"] == "no", "run once; what waits for it must see how it ended"
        assert services[name]["cap_drop"] == ["ALL"]


def test_a_container_s_user_and_group_are_the_number_its_files_are_handed_to() -> None:
    head = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    broker, worker = (re.findall(rf"--{part}-user (\d+)", head) for part in ("broker", "worker"))
    assert compose()["services"]["mosquitto"]["user"] == f"{broker[0]}:{broker[0]}"
    made = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"--(?:uid|gid) (\d+)", made) == worker * 3


def test_the_proxy_finds_the_dashboard_by_an_address_that_stays() -> None:
    services = compose()["services"]
    web, proxy = (services[name]["networks"]["inside"]["ipv4_address"] for name in ("web", "proxy"))
    said = services["web"]["environment"]
    assert (said["SSZ_HOST"], said["FORWARDED_ALLOW_IPS"]) == (web, proxy)
    found = re.search(r"s/([^/]+)/([^/]+)/", services["proxy"]["command"])
    assert found is not None
    assert found[2] == f"{web}:8501"
    assert f"server {found[1]};" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def test_the_proxy_lets_an_import_through_and_nothing_else_of_its_size() -> None:
    bound = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"][
        "maxUploadSize"
    ]
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    found = re.findall(r"^ *(?:location (\S+) \{\n *)?client_max_body_size (\d+[km]);", text, re.MULTILINE)
    # A form's own lines are less than 1 MB.
    assert dict(found) == {"": "1m", "/_stcore/upload_file/": f"{bound + 1}m", "/in/": "256k"}
    assert bound == MOST_MB
