"""The operator's commands as an operator runs them: arguments in, lines and exit status out."""

from __future__ import annotations

import csv
import os
import re
import sqlite3
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import text

import manage
from models.audit.deeds import Did
from models.incidents.changes import EDITABLE
from models.records.station import Station
from store import access, devices, imports, incident_changes, incidents, kiosks, registers
from store.access import digest_of
from store.database import Database, open_database
from store.rows import values_of
from tests.real_data import real

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture
def url(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migrated store that the commands find by their settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("DEMO", "SECRET_KEY", "PORT", "HOST", "TIMEZONE"):
        monkeypatch.delenv(f"SSZ_{name}", raising=False)
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_url)
    return sqlite_url


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def run(*arguments: str | Path) -> int:
    return manage.main([str(argument) for argument in arguments])


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one line of a command that is refused."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("manage.py: ")
    return err.removeprefix("manage.py: ").strip()


def examples() -> None:
    """Every example, in the order of the documentation."""
    assert run("station", "import", EXAMPLES / "stations.csv") == 0
    assert run("zone", "import", EXAMPLES / "zones.geojson") == 0
    for kind, name in (("box", "boxes"), ("camera", "cameras"), ("checkpoint", "checkpoints"), ("unit", "units")):
        assert run(kind, "import", EXAMPLES / f"{name}.csv") == 0
    assert run("import-incidents", EXAMPLES / "incidents.csv", "--station", "mukdahan_example") == 0


def test_every_example_is_imported(store: Database) -> None:
    examples()
    here = frozenset({"mukdahan_example"})
    with store.read() as conn:
        found = [
            len(read(conn, here))
            for read in (
                registers.stations,
                registers.zones,
                registers.boxes,
                registers.cameras,
                registers.checkpoints,
            )
        ]
        assert found == [1, 1, 3, 3, 3]
        assert len(registers.units(conn, here)) == 4
        zone = registers.zones(conn, here)[0]
        rows = {row.id: row for row in incidents.incidents(conn, incidents.Wanted(here))}
        registry = devices.load(conn)
    assert (round(zone.area_m2 / 1e6, 2), zone.utm_epsg, zone.population) == (0.43, 32648, 2100)
    assert {row.offence_group for row in rows.values()} == {1, 2, 4}
    assert rows["ตย.3/2568"].occurred_to is not None
    assert rows["ตย.6/2568"].lat is None
    assert registry.native("mukdahan_example", "unit", "car-201")


def test_every_example_again_changes_nothing(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    capsys.readouterr()
    examples()
    assert "incidents: 0 new, 6 known before" in capsys.readouterr().out
    with store.read() as conn:
        assert len(registers.zone_versions(conn, "mukdahan_example", "riverside")) == 1


def test_the_real_stations_and_poles(store: Database) -> None:
    assert run("station", "import", real("geo/pilot_stations.csv")) == 0
    assert run("box", "import", real("geo/sos_poles_nakhonsawan.csv"), "--station", "nakhon_sawan") == 0
    with store.read() as conn:
        stations = {station.code: station for station in registers.stations(conn, None)}
        boxes = registers.boxes(conn, None)
    assert len(stations) == 18
    assert [code for code, station in stations.items() if station.lat is None] == ["nakhon_sawan"]
    assert (stations["lumphini"].kind, stations["lumphini"].province) == ("metro", "กรุงเทพมหานคร")
    assert len(boxes) == 27
    assert (boxes[0].box, boxes[0].lat, boxes[0].lon) == ("EP01", 15.6975278, 100.1220556)


def test_a_real_city_of_incidents(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with store.write() as tx:
        registers.put_stations(tx, [Station(code="vancouver", name_th="V", name_en="V", kind="test")], 1)
    file = real("crime/vancouver.parquet")
    assert run("import-incidents", file, "--station", "vancouver", "--timezone", "America/Vancouver") == 0
    assert "incidents: 92455 new, 0 known before" in capsys.readouterr().out
    with store.read() as conn:
        assert incidents.count(conn, incidents.Wanted(None)) == 92_455
        first = next(iter(incidents.incidents(conn, incidents.Wanted(None, end=1_577_865_600_001))))
    # 2020-01-01T00:00:00 in Vancouver is eight hours later in UTC.
    assert (first.occurred_from, first.offence_group) == (1_577_865_600_000, None)


def test_what_columns_and_names_mean_is_written_down(store: Database, tmp_path: Path) -> None:
    examples()
    file = tmp_path / "n.csv"
    file.write_text("id,occurred_at,what\n1,2025-01-01 10:00,ของแปลก\n", encoding="utf-8")
    said = ("--map", "offence=what", "--offence", "ของแปลก=2")
    assert run("import-incidents", file, "--station", "mukdahan_example", *said) == 0
    with store.read() as conn:
        deeds = str(
            [*conn.exec_driver_sql("SELECT * FROM audit"), *conn.exec_driver_sql("SELECT * FROM audit_waiting")]
        )
    assert all(did in deeds for did in (Did.IMPORT_MAPPED, Did.OFFENCE_NAMED, "fields=offence", "groups=2"))
    assert "ของแปลก" not in deeds  # ids only


def test_a_station_names_an_offence_and_puts_its_cases_there(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples()
    file = tmp_path / "n.csv"
    file.write_text("id,occurred_at,offence\n1,2025-01-01 10:00,แข่งรถ\n", encoding="utf-8")
    here = ("--station", "mukdahan_example")
    assert run("import-incidents", file, *here) == 0
    assert "theft (group 2) in the standard table" in refused(capsys, "offences", "name", "ลักทรัพย์=3", *here)
    assert run("offences", "list", *here) == 0
    assert "without a code: 1 of แข่งรถ (no group)" in capsys.readouterr().out
    assert run("offences", "name", "แข่งรถ=3", *here) == 0
    assert "stored: 1 of แข่งรถ (no group), which is แข่งรถ (group 3) now" in capsys.readouterr().out
    assert run("offences", "regroup", *here) == 0
    assert "1 regrouped" in capsys.readouterr().out
    assert run("offences", "list", *here) == 0
    assert capsys.readouterr().out == "แข่งรถ=แข่งรถ (group 3)\n"
    assert "no station *" in refused(capsys, "offences", "list", "--station", "*")
    with store.read() as conn:
        [row] = [one for one in incidents.incidents(conn, incidents.Wanted(None)) if one.id == "1"]
        deeds = str(
            [*conn.exec_driver_sql("SELECT * FROM audit_waiting"), *conn.exec_driver_sql("SELECT * FROM audit")]
        )
    assert (row.offence, row.offence_group, Did.OFFENCES_REGROUPED in deeds) == ("แข่งรถ", 3, True)


def test_a_file_named_on_an_old_thai_disk(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples()
    file = tmp_path / os.fsdecode(b"n\xe0.csv")  # Windows-874, no UTF-8
    file.write_text("id,occurred_at,offence\n1,2025-01-01 10:00,x\n2,2025-13-01,x\n", encoding="utf-8")
    assert run("import-incidents", file, "--station", "mukdahan_example", "--only-good") == 0
    assert "n\ufffd.csv.errors.csv" in capsys.readouterr().out
    assert run("import-incidents", "--list") == 0
    assert "n\ufffd.csv  new=1" in capsys.readouterr().out


def test_bad_rows_stop_an_import_and_come_back(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples()
    file = tmp_path / "new.csv"
    file.write_text("id,occurred_at,offence\n1,2025-01-01 10:00,x\n2,2025-13-01,=cmd()\n", encoding="utf-8")
    capsys.readouterr()
    assert run("import-incidents", file, "--station", "mukdahan_example") == 1
    assert capsys.readouterr().err.startswith("manage.py: 1 of 2 rows are bad, nothing imported")
    with store.read() as conn:
        assert incidents.count(conn, incidents.Wanted(None)) == 6
    (bad,) = csv.DictReader(StringIO((tmp_path / "new.csv.errors.csv").read_text(encoding="utf-8-sig"), newline=""))
    assert (bad["row"], bad["id"], bad["offence"]) == ("3", "2", "'=cmd()")
    assert "วันที่ไม่ถูกต้อง" in bad["reason_th"]
    assert "not a date" in bad["reason_en"]
    out = tmp_path / "out.csv"
    assert run("import-incidents", file, "--station", "mukdahan_example", "--only-good", "--errors", out) == 0
    assert out.exists()
    with store.read() as conn:
        assert incidents.count(conn, incidents.Wanted(None)) == 7


def test_an_import_is_taken_out_by_its_batch(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    found = re.search(r"^batch (\w+)$", capsys.readouterr().out, re.MULTILINE)
    assert found
    with store.write() as tx:
        [row] = incidents.incidents(tx.conn, incidents.Wanted(None), limit=1)
        fields = {name: value for name, value in values_of(row).items() if name in EDITABLE} | {"status": "x"}
        assert incident_changes.edit(tx, incident_changes.Key(row.station, row.source, row.id), 0, fields, "a", 1)
    told = refused(capsys, "import-incidents", "--undo", found[1])
    assert told == f"1 incidents of import {found[1]} were changed by hand; --edited-too takes them out"
    assert run("import-incidents", "--undo", found[1], "--edited-too") == 0
    with store.read() as conn:
        assert imports.batches(conn, None) == []
    assert refused(capsys, "import-incidents", "--undo", found[1]) == f"no import {found[1]}"


def test_a_bad_register_file_changes_nothing(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples()
    file = tmp_path / "boxes.csv"
    file.write_text("station,box,lat,lon\nmukdahan_example,NEW,16.5,104.7\nmukdahan_example,BAD,104.7,16.5\n")
    assert run("box", "import", file) == 1
    assert "swapped" in (tmp_path / "boxes.csv.errors.csv").read_text(encoding="utf-8-sig")
    with store.read() as conn:
        assert "NEW" not in {box.box for box in registers.boxes(conn, None)}
    assert run("box", "import", file, "--only-good") == 0
    with store.read() as conn:
        assert "NEW" in {box.box for box in registers.boxes(conn, None)}


def test_bad_streets_leave_those_that_are_there(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples()
    line = '"LINESTRING(104.72 16.54, 104.73 16.54)"'
    file = tmp_path / "streets.csv"
    arguments = ("street", "import", file, "--station", "mukdahan_example")
    file.write_text(f"name,geometry\na,{line}\nb,{line}\n")
    assert run(*arguments) == 0
    file.write_text(f'name,geometry\nc,{line}\nd,"POINT(1 2)"\n')
    capsys.readouterr()
    assert run(*arguments) == 1
    assert capsys.readouterr().err.startswith("manage.py: 1 of 2 rows are bad, nothing imported")
    assert "is not a LineString" in (tmp_path / "streets.csv.errors.csv").read_text(encoding="utf-8-sig")
    names = []
    for also in ((), ("--only-good",)):
        run(*arguments, *also)
        with store.read() as conn:
            names.append([street.name_th for street in registers.streets(conn, None)])
    assert names == [["a", "b"], ["c"]]


def test_a_sign_in_link_is_the_last_line(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    assert run("user", "link", "--role", "dispatcher", "--name", "ร้อยเวร 20", "--stations", "mukdahan_example") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    found = re.fullmatch(r"Sign in: http://localhost:8501/sign-in\?link=([\w-]{43})", last)
    assert found
    with store.read() as conn:
        link = access.link(conn, digest_of(found[1]))
    assert link
    assert (link.name, link.role, link.stations, link.used_at) == (
        "ร้อยเวร 20",
        "dispatcher",
        "mukdahan_example",
        None,
    )


def test_a_token_is_the_last_line_and_can_be_ended(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("token", "create", "ci", "--role", "analyst") == 0
    value = capsys.readouterr().out.splitlines()[-1]
    with store.read() as conn:
        token = access.token(conn, digest_of(value))
    assert token
    assert (token.name, token.role, token.stations, token.revoked_at) == ("ci", "analyst", "*", None)
    assert "there already" in refused(capsys, "token", "create", "ci")
    assert run("token", "revoke", "ci") == 0
    assert refused(capsys, "token", "revoke", "ci") == "no token ci that still works"


def test_a_kiosk_link_is_printed_once_listed_and_ended(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    made = ("kiosk", "create", "--station", "mukdahan_example", "--days", "90", "--name", "hall")
    assert run(*made, "--visitor", "--rotate", "30") == 0
    link = capsys.readouterr().out.splitlines()[-1]
    secret = link.partition("/sign-in/kiosk#")[2]
    with store.read() as conn:
        kiosk = kiosks.kiosk(conn, digest_of(secret))
    assert kiosk
    assert (kiosk.name, kiosk.stations, kiosk.visitor, kiosk.rotate_s) == ("hall", "mukdahan_example", True, 30)
    assert kiosk.expires_at - kiosk.created_at == 90 * 86_400_000
    assert run("kiosk", "create", "--station", "*") == 0
    assert "there already" in refused(capsys, *made)
    assert "no station nowhere" in refused(capsys, "kiosk", "create", "--station", "nowhere")
    assert "--days" in refused(capsys, "kiosk", "create", "--station", "*", "--days", "0")
    assert "--rotate" in refused(capsys, "kiosk", "create", "--station", "*", "--rotate", "1")
    capsys.readouterr()
    assert run("kiosk", "revoke", "hall") == 0
    assert run("kiosk", "list") == 0
    told = capsys.readouterr().out
    assert secret not in told
    assert re.search(r"^hall  mukdahan_example  revoked .*  never opened  rotates 30 s  visitor$", told, re.MULTILINE)
    assert re.search(r"^kiosk-[0-9a-f]{6}  \*  until .*  never opened$", told, re.MULTILINE)
    assert refused(capsys, "kiosk", "revoke", "hall") == "no kiosk hall that still works"


def test_a_device_is_approved_and_given_a_key(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    at = ("--station", "mukdahan_example")
    assert run("device", "approve", "osmand", "350001", *at, "--unit", "car-201") == 0
    assert run("device", "approve", "chirpstack", "a84041", *at, "--box", "SOS-01") == 0
    assert run("device", "key", "phones", "--device", "osmand:350001") == 0
    key = capsys.readouterr().out.splitlines()[-1]
    assert run("device", "approve", "traccar", "866", *at, "--unit", "car-201") == 0
    assert run("device", "key", "two", "--device", "osmand:350001", "--device", "traccar:866") == 0
    both = capsys.readouterr().out.splitlines()[-1]
    assert run("device", "key", "line", "--channel", "line", *at) == 0
    with store.read() as conn:
        registry = devices.load(conn)
        assert {item.label: (item.station, item.channel) for item in devices.keys(conn)} == {
            "phones": ("", ""),
            "two": ("", ""),
            "line": ("mukdahan_example", "line"),
        }
    assert registry.resolve("osmand", "350001") == devices.Target("mukdahan_example", "unit", "car-201")
    assert registry.resolve("chirpstack", "a84041") == devices.Target("mukdahan_example", "box", "SOS-01")
    assert devices.hash_of(key) in registry.speakers
    speaker = registry.speaker(both)
    assert speaker is not None
    assert registry.may_speak(speaker, "osmand", "350001"), "an option given twice takes both"
    assert registry.may_speak(speaker, "traccar", "866")


def test_backup_and_restore(store: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    assert run("backup", tmp_path / "b.db") == 0
    assert run("import-incidents", "--undo", imports_of(store)) == 0
    store.close()
    assert "not empty" in refused(capsys, "restore", tmp_path / "b.db")
    assert run("restore", tmp_path / "b.db", "--replace") == 0
    again = open_database(url)
    with again.read() as conn:
        assert incidents.count(conn, incidents.Wanted(None)) == 6
    again.close()


def test_retention_says_what_went(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("retention", "run") == 0
    assert "position: 0 deleted" in capsys.readouterr().out


def imports_of(store: Database) -> str:
    with store.read() as conn:
        return imports.batches(conn, None)[0].batch


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "required"),
        (("nothing",), "invalid choice"),
        (("station",), "required"),
        (("station", "import", "none.csv"), "cannot read none.csv: No such file or directory"),
        (("station", "import", "."), "cannot read ."),
        (("box", "import", EXAMPLES / "boxes.csv"), "no station mukdahan_example: import it first"),
        (("box", "import", EXAMPLES / "boxes.csv", "--station", "nowhere"), "no station nowhere"),
        (("camera", "import", EXAMPLES / "units.csv"), "no column point"),
        (("import-incidents", EXAMPLES / "incidents.csv", "--station", "nowhere"), "no station nowhere"),
        (("import-incidents", EXAMPLES / "incidents.csv"), "needs FILE and --station"),
        (("import-incidents", "x", "--station", "s", "--timezone", "Mars/One"), "not a known time zone"),
        (("import-incidents", "x", "--station", "s", "--source", ""), "1 to 64"),
        (("street", "import", EXAMPLES / "zones.geojson"), "required: --station"),
        (("street", "import", EXAMPLES / "zones.geojson", "--station", "nowhere"), "no station nowhere"),
        (("user", "link", "--role", "king"), "invalid choice"),
        (("user", "link", "--stations", "nowhere"), "no station nowhere"),
        (("user", "link", "--stations", ","), "no station named"),
        (("device", "approve", "smoke", "x", "--station", "s", "--unit", "u"), "invalid choice"),
        (("device", "approve", "osmand", "x", "--station", "s"), "one of the arguments --unit --box"),
        (("device", "key", "x"), "needs either"),
        (("device", "key", "x", "--channel", "line"), "needs --channel C and --station S"),
        (("device", "key", "x", "--device", "osmand"), "write SOURCE:ID"),
        (("device", "key", "x", "--device", "osmand:none"), "no device osmand none"),
        (("restore", "none.db"), "no backup none.db"),
        (("replay", "x.csv", "--station", "s", "--speed", "fast"), "speed fast"),
    ],
)
@pytest.mark.usefixtures("url")
def test_what_is_refused_is_said_in_one_line(
    arguments: tuple[str | Path, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refused(capsys, *arguments)


def test_a_unit_that_is_not_there(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    examples()
    arguments = ("device", "approve", "osmand", "x", "--station", "mukdahan_example", "--unit", "ghost")
    assert "has no unit ghost" in refused(capsys, *arguments)


def test_nobody_is_replayed_without_a_broker(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSZ_MQTT_URL", "mqtt://127.0.0.1:9")
    assert "no broker at 127.0.0.1:9" in refused(capsys, "replay", "x.csv", "--station", "s")
    assert "no broker at 127.0.0.1:9" in refused(capsys, "demo")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "x"), ("DATABASE_URL", "mysql://x"), ("TIMEZONE", "Mars/One"), ("MQTT_URL", "http://x")],
)
@pytest.mark.usefixtures("url")
def test_a_wrong_setting_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"SSZ_{name}", value)
    assert f"SSZ_{name}" in refused(capsys, "migrate")


def test_a_new_database_is_made_by_migrate_only(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "deep" / "new.db"
    monkeypatch.setenv("SSZ_DATABASE_URL", f"sqlite:///{file}")
    for arguments in (("user", "link"), ("backup", "b.db")):
        assert "no database at" in refused(capsys, *arguments)
        assert not file.exists()
    assert run("migrate") == 0
    assert run("user", "link") == 0


def test_a_newer_database_is_left_alone(url: str, store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with store.write() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    before = Path(url.removeprefix("sqlite:///")).read_bytes()
    for arguments in (
        ("migrate",),
        ("user", "link"),
        ("import-incidents", EXAMPLES / "incidents.csv", "--station", "a"),
    ):
        assert "newer than this program" in refused(capsys, *arguments)
    assert Path(url.removeprefix("sqlite:///")).read_bytes() == before


@pytest.mark.parametrize("body", [b"this is no database" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_corrupt_database_is_left_alone(url: str, body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    file.write_bytes(body)
    for arguments in (("migrate",), ("user", "link"), ("backup", "b.db")):
        assert refused(capsys, *arguments)
    assert file.read_bytes() == body
    assert not Path("b.db").exists()


def test_a_database_that_is_not_migrated(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "empty.db"
    sqlite3.connect(file).close()
    file.touch()
    monkeypatch.setenv("SSZ_DATABASE_URL", f"sqlite:///{file}")
    assert "not migrated" in refused(capsys, "user", "link")


def test_the_list_of_commands_is_the_documented_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    listed = set(re.findall(r"^    ([a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    documented = set(
        re.findall(r"^## `([a-z-]+)", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed == documented
