"""Settings that name a station nobody has: said, for they take effect for nobody."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from models.notices.channels import Channel, Channels
from models.records.base import UNKNOWN_STATION
from models.records.named import nobodys_codes
from models.records.station import Station
from settings import Settings
from starting import named_stations, say_nobodys_codes
from store import registers
from store.database import Database


def test_codes_of_nobody_are_told_by_setting() -> None:
    named = {"A": {"lumphini", "lumpini", "b"}, "B": {"lumphini", UNKNOWN_STATION}, "C": frozenset[str]()}
    assert nobodys_codes(named, ["lumphini", "hat_yai"]) == {"A": ("b", "lumpini")}


def test_a_start_says_which_settings_name_a_station_that_is_not_in_the_register(
    sqlite_db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="สน.ลุมพินี", name_en="Lumphini")], 1)
    settings = Settings(data_dir=tmp_path, demo=True, escalate_stations="lumphini=20/60,lumpini=5/5")
    channels = (Channel("all", "x://"), Channel("chief", "x://SECRET", stations=frozenset({"lumphini", "hatyai"})))
    with caplog.at_level(logging.WARNING):
        say_nobodys_codes(sqlite_db, named_stations(settings, Channels(channels)))
    assert caplog.messages == [
        "setting SSZ_ESCALATE_STATIONS names stations that are not in the register: lumpini",
        "setting SSZ_NOTIFY_FILE names stations that are not in the register: hatyai",
    ]
