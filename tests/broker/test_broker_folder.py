"""What `manage.py broker` writes, without a broker: renewed in time and only then, whole, handed to its readers."""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import manage
from commands import authority
from commands.authority import CERTIFICATE_DAYS, RENEW_DAYS, ends_in_days, hosts_of
from commands.handing import Owner, write_file
from store.database import open_database
from tests.broker.deployed import Deployed
from tests.broker.world import register
from tests.servers import free_port, listening, wait_until

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.broker


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one registered station, as the commands find it."""
    db = open_database(sqlite_url, 1)
    register(db)
    db.close()
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SSZ_SECRET_KEY", secrets.token_urlsafe(32))
    return sqlite_url


def config(folder: Path, *more: str) -> int:
    return manage.main(["broker", "config", str(folder), *more])


def held(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Certificates and keys: bytes, mode and owner."""
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mode & 0o777, file.stat().st_uid)
        for file in folder.rglob("*")
        if file.suffix in (".key", ".crt")
    }


def deeds(url: str) -> list[tuple[str, str]]:
    db = open_database(url, 1)
    try:
        with db.read() as conn:
            rows = conn.execute(text("SELECT action, object FROM audit WHERE action LIKE 'device.%' ORDER BY seq"))
            return [(str(row[0]), str(row[1])) for row in rows]
    finally:
        db.close()


def test_written_again_no_key_changes_until_a_host_does(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "mqtt"
    assert config(folder, "--host", "broker.example", "10.0.0.7") == 0
    (folder / "broker" / "broker.key").chmod(0o640)  # as an operator may have left it
    first = held(folder)
    assert config(folder) == config(folder, "--host", "broker.example", "10.0.0.7") == 0
    assert held(folder) == first
    assert config(folder, "--host", "other.example") == 0
    changed = {name for name, one in held(folder).items() if one != first[name]}
    assert changed == {"broker/broker.crt", "broker/broker.key", "worker/broker.crt"}
    assert hosts_of((folder / "broker" / "broker.crt").read_bytes()) == ["other.example"]
    assert (folder / "broker" / "broker.key").stat().st_mode & 0o777 == 0o640
    issued = ("device.certificate_issued", "certificate:broker")
    assert deeds(url).count(issued) == 2
    assert not list(folder.rglob(".*.new")), "nothing half written is left"


@pytest.mark.parametrize(("left", "renewed"), [(RENEW_DAYS + 1, False), (RENEW_DAYS - 1, True)])
def test_what_ends_soon_is_issued_anew_by_the_next_config(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, renewed: bool
) -> None:
    folder = tmp_path / "mqtt"
    with monkeypatch.context() as short:
        short.setattr(authority, "CERTIFICATE_DAYS", left)
        assert config(folder, "--host", "broker.example") == 0
    before = held(folder)
    assert config(folder) == 0
    ours = ("broker/broker", "worker/ingest", "replay/replay")
    for stem in ours:
        assert (held(folder)[f"{stem}.key"] != before[f"{stem}.key"]) is renewed
        days = ends_in_days((folder / f"{stem}.crt").read_bytes(), datetime.now(UTC))
        assert (days > CERTIFICATE_DAYS - 1) is renewed
    assert hosts_of((folder / "broker" / "broker.crt").read_bytes()) == ["broker.example"]
    assert (folder / "worker" / "broker.crt").read_bytes() == (folder / "broker" / "broker.crt").read_bytes()


def test_a_devices_certificate_that_ends_soon_is_said_until_another_is_issued(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = Deployed(tmp_path)
    broker.write()
    with monkeypatch.context() as short:
        short.setattr(authority, "CERTIFICATE_DAYS", 30)
        issued = broker.issue("lumphini/sos/b1")
    capsys.readouterr()
    broker.write()
    ends = ends_in_days(Path(f"{issued}.crt").read_bytes(), datetime.now(UTC))
    end = datetime.now(UTC) + timedelta(days=ends)
    assert f"ends {end:%Y-%m-%d}, issue another (`broker certificate`): lumphini/sos/b1" in capsys.readouterr().out
    broker.run("certificate", "lumphini/sos/b1", "--out", str(tmp_path / "second"))
    capsys.readouterr()
    broker.write()
    assert "lumphini/sos/b1" not in capsys.readouterr().out
    broker.run("revoke", str(tmp_path / "second.crt"))
    broker.run("gateway", "line", "ssz/v1/lumphini/report/line")
    assert deeds(url)[3:] == [
        ("device.certificate_issued", "certificate:lumphini/sos/b1"),
        ("device.certificate_issued", "certificate:lumphini/sos/b1"),
        ("device.certificate_revoked", "certificate:lumphini/sos/b1"),
        ("device.gateway_password", "gateway:line"),
    ]


def test_without_what_signed_so_far_no_other_authority_is_made(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "mqtt"
    assert config(folder) == 0
    first = held(folder / "broker")
    (folder / "authority").rename(tmp_path / "safe")  # kept elsewhere, and forgotten
    for again in (["config", str(folder)], ["gateway", str(folder), "traccar", "positions"]):
        with pytest.raises(SystemExit) as refused:
            manage.main(["broker", *again])
        assert refused.value.code == 2
    assert held(folder / "broker") == first
    assert not (folder / "authority").exists()
    (tmp_path / "safe").rename(folder / "authority")
    assert config(folder) == 0
    assert held(folder / "broker") == first


def test_a_file_is_seen_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "acl"
    write_file(file, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_file(file, b"new")
    assert file.read_bytes() == b"old"
    write_file(file, b"new", 0o644, Owner(os.geteuid(), os.getegid()))
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder other users may come by, unlike pytest's own."""
    place = Path(tempfile.mkdtemp(prefix="ssz-broker-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_mosquitto_starts_as_its_own_user_by_the_steps_of_the_page_alone(url: str, open_place: Path) -> None:
    root = os.geteuid() == 0  # elsewhere all users are this one: the steps are the same
    mosquitto, worker = ("mosquitto", "nobody") if root else (getpass.getuser(), getpass.getuser())
    folder, data = open_place / "mqtt", open_place / "data"
    data.mkdir()
    log = data / "mosquitto.log"
    log.touch(0o640)  # `install -m 0640` of the page; its group is to read it
    if root:
        for path in (data, log):  # Debian's package does so with /var/lib/mosquitto
            shutil.chown(path, mosquitto)
    ports = [free_port() for _ in range(3)]
    doors = [f"--{door}-port={port}" for door, port in zip(("devices", "gateways", "workers"), ports, strict=True)]
    users = ["--broker-user", mosquitto, "--worker-user", worker]
    assert config(folder, "--host", "localhost", "--listen", "127.0.0.1", "--data", str(data), *doors, *users) == 0
    assert config(folder, "--listen", "127.0.0.1", "--data", str(data), *doors) == 0  # users are remembered

    started = (ROOT / "deploy" / "systemd" / "mosquitto.service.d" / "ssz.conf").read_text(encoding="utf-8")
    line = next(line for line in started.splitlines() if line.startswith("ExecStart=/"))
    command = line.removeprefix("ExecStart=").replace("/etc/ssz/mqtt", str(folder)).split()
    with (open_place / "said").open("wb") as said:
        running = subprocess.Popen(command, stderr=said)
    try:
        wait_until(
            lambda: all(map(listening, ports)), what=f"Mosquitto: {(open_place / 'said').read_text(errors='replace')}"
        )
        (user_line,) = [
            line for line in Path(f"/proc/{running.pid}/status").read_text().splitlines() if "Uid" in line
        ]
        wait_until(lambda: log.stat().st_size > 0, what="a line in its log")
        assert log.stat().st_mode & 0o777 == 0o640
        assert user_line.split()[2] == str(pwd.getpwnam(mosquitto).pw_uid)
    finally:
        running.terminate()
        running.wait(60)
    for part, user in (("broker", mosquitto), ("worker", worker)):
        for file in (folder / part).iterdir():
            assert (file.owner(), file.stat().st_mode & 0o777) == (user, 0o600), file
        assert (folder / part).stat().st_mode & 0o777 == 0o750
    keys = folder / "authority"
    assert (keys.owner(), keys.stat().st_mode & 0o777) == (getpass.getuser(), 0o700)
    signing = {file.name for file in keys.glob("*.key")}
    assert signing == {"devices.key", "workers.key"}
    assert not [file for file in folder.rglob("*") if file.name in signing and keys not in file.parents]
