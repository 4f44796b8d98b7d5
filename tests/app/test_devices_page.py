"""The devices' page on a real store: who waits, approval, keys shown once, and nothing of foreign stations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import deeds, runtime, visit
from dashboard.access.identity import Who
from models.records.sos import SosBox
from models.records.station import Station
from models.records.unit import Unit
from store import devices, registers
from store.database import Database

PAGE = Path(__file__).parents[2] / "pages" / "admin" / "devices.py"
ADMIN = Who("ผู้ดูแล", "administrator", None, "session", "d" * 64, "token-1")


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


@pytest.fixture
def look_as(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    """A runtime on a store with two stations and a tracker that waits; call it with who looks."""
    with sqlite_db.write() as tx:
        names = {"lumphini": "สน.ลุมพินี", "hat_yai": "สภ.หาดใหญ่"}
        registers.put_stations(tx, [Station(code=code, name_th=th, name_en=code) for code, th in names.items()], 1)
        registers.put_units(tx, [Unit(station=code, unit="201", call_sign="สายตรวจ 201") for code in names], 1)
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", name_th="ตลาด", lat=13.7, lon=100.5)], 1)
        devices.heard_unknown(tx, "osmand", "tracker-7", now(), 12)
    values = runtime.Values("th", ZoneInfo("Asia/Bangkok"), False, 30, 300, 15, 180, 15, Path("/nowhere"))
    nothing = cast(Any, None)
    runtime.hold(runtime.Runtime(values, now, sqlite_db, *[nothing] * (len(fields(runtime.Runtime)) - 3)))

    monkeypatch.setattr(deeds, "address", lambda: "192.0.2.1")  # a page under test has no connection

    def look(who: Who) -> None:
        monkeypatch.setattr(visit, "viewer", lambda _keeper, _used: who)

    look(ADMIN)
    yield look
    runtime.release()


def opened() -> AppTest:
    """The page; an exception in it fails the test."""
    page = AppTest.from_file(str(PAGE), default_timeout=90).run()
    assert [one.value for one in page.exception] == []
    return page


@pytest.mark.usefixtures("look_as")
def test_a_waiting_device_is_approved_given_a_key_and_shut_out(sqlite_db: Database) -> None:
    page = opened()
    assert list(page.dataframe[0].value["อุปกรณ์"]) == ["tracker-7"]
    assert page.selectbox(key="device-station-waiting").options == ["สภ.หาดใหญ่", "สน.ลุมพินี"]
    page.selectbox(key="device-station-waiting").select("lumphini").run()
    page.button(key="device-approve-waiting").click().run()
    assert [one.value for one in page.exception] == []
    with sqlite_db.read() as conn:
        found = devices.load(conn).resolve("osmand", "tracker-7")
    assert found == devices.Target("lumphini", "unit", "201")

    page.text_input(key="device-key-label").set_value("รถ 201")
    page.multiselect(key="device-key-devices").set_value([("osmand", "tracker-7")])
    next(one for one in page.button if one.label == "สร้างกุญแจ").click().run()
    [shown] = [one.value for one in page.code]
    with sqlite_db.read() as conn:
        registry = devices.load(conn)
        speaker = registry.speaker(shown)
    assert speaker is not None
    assert registry.may_speak(speaker, "osmand", "tracker-7")
    page.run()
    assert list(page.code) == []  # shown once

    assert page.button(key="device-key-end").disabled
    page.checkbox(key=f"device-key-sure-{speaker.id}").check().run()
    page.button(key="device-key-end").click().run()
    page.text_input(key="device-search").set_value("TRACKER").run()
    page.button(key="device-block").click().run()
    with sqlite_db.read() as conn:
        registry = devices.load(conn)
        assert (registry.speaker(shown), registry.resolve("osmand", "tracker-7")) == (None, None)


@pytest.mark.parametrize("role", ["viewer", "analyst", "dispatcher", "chief", "commander"])
def test_nobody_else_sees_it(look_as: Callable[[Who], None], role: str) -> None:
    look_as(Who("ผู้ชม", role, None, "session", "z", "token-3"))
    page = opened()
    assert (len(page.dataframe), [one.value for one in page.error]) == (0, ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"])


def test_an_administrator_of_one_station_sees_its_devices_only(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผู้ดูแล", "administrator", frozenset({"hat_yai"}), "session", "y", "token-2"))
    page = opened()
    [known] = [frame.value for frame in page.dataframe]
    assert list(known["อุปกรณ์"]) == ["hat_yai/unit/201"]
    assert "lumphini" not in str([one.options for one in page.selectbox])
