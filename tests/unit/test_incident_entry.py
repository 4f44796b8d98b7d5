"""The form of an incident, read: what is typed the Thai way is taken, what is wrong is named field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.html_table import table_html
from dashboard.incidents.nearby import alarm_rows, camera_rows, report_rows, zone_rows
from dashboard.words import word
from models.incidents import entry
from models.incidents.changes import difference, told, written
from models.incidents.duplicates import CLOSE_MS, WITHIN_M, WITHIN_MS, suspects
from models.incidents.entry import Said
from models.incidents.said import edited, said_of
from models.records.alarm import AlarmNow
from models.records.camera import CameraPoint
from models.records.incident import Incident, IncidentReport
from models.records.report import Report
from models.records.station import Zone
from store.cameras import Near
from store.incident_nearby import Nearby

BANGKOK = ZoneInfo("Asia/Bangkok")
GOOD = Said("mueang_mukdahan", "", "12 พ.ย. 2569", "14.30 น.", offence="ลักทรัพย์", lat="16.545", lon="104.725")


def here(lat: float, lon: float) -> bool:
    return abs(lat - 16.54) < 0.5 and abs(lon - 104.72) < 0.5


def ms(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=BANGKOK).timestamp() * 1000)  # type: ignore[misc, arg-type]


NOW = ms(2026, 11, 22, 3, 0)


def read(**changed: str) -> IncidentReport | entry.Problems:
    return entry.read(replace(GOOD, **changed), BANGKOK, NOW, "new-1", here)


def taken(**changed: str) -> IncidentReport:
    found = read(**changed)
    assert isinstance(found, IncidentReport), found
    return found


def wrong(**changed: str) -> dict[str, str]:
    found = read(**changed)
    assert isinstance(found, dict)
    return {field: problem.code for field, problem in found.items()}


def test_a_moment_typed_the_thai_way_and_an_offence_of_the_table() -> None:
    found = taken()
    assert (found.source, found.id, found.offence, found.offence_group) == ("entry", "new-1", "theft", 2)
    assert (found.occurred_from, found.occurred_to) == (ms(2026, 11, 12, 14, 30), None)
    assert (found.lat, found.lon, found.place_quality) == (16.545, 104.725, "exact")


def test_a_day_without_an_hour_is_a_window_and_no_hour_is_made_up() -> None:
    found = taken(from_time="", number=" ๑๒/๒๕๖๙ ")
    assert (found.occurred_from, found.occurred_to) == (ms(2026, 11, 12), ms(2026, 11, 13) - 1)
    assert found.id == "๑๒/๒๕๖๙"
    window = taken(to_day="13/11/69", to_time="06:00")
    assert window.occurred_to == ms(2026, 11, 13, 6, 0)


def test_without_a_place_the_quality_is_none_whatever_was_chosen() -> None:
    found = taken(lat="", lon="", quality="street")
    assert (found.lat, found.lon, found.place_quality) == (None, None, "none")
    assert taken(quality="street").place_quality == "street"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"from_day": ""}, {"from_day": "required"}),
        ({"from_day": "30 ก.พ. 2569"}, {"from_day": "bad_date"}),
        ({"from_day": "12/11/2454"}, {"from_day": "bad_year"}),
        ({"from_time": "25:61"}, {"from_day": "bad_time"}),
        ({"from_day": "23/11/2569"}, {"from_day": "future"}),
        ({"to_day": "11/11/2569"}, {"to_day": "window"}),
        ({"to_time": "10:00"}, {"to_day": "required"}),
        ({"reported_day": "1/1/2570"}, {"reported_day": "future"}),
        ({"offence": "  "}, {"offence": "required"}),
        ({"lat": "104.725", "lon": "16.545"}, {"lat": "swapped"}),
        ({"lat": "13.75", "lon": "100.5"}, {"lat": "far"}),
        ({"lon": ""}, {"lat": "half_place"}),
        ({"number": "9" * 65, "offence": ""}, {"number": "too_long", "offence": "required"}),
        ({"station": ""}, {"station": "required"}),
    ],
)
def test_each_wrong_field_is_named_with_its_reason(changed: dict[str, str], told: dict[str, str]) -> None:
    assert wrong(**changed) == told


def test_text_keeps_its_lines_and_loses_what_nobody_sees() -> None:
    assert taken(description=" แถวแรก\u202e \r\nแถวสอง\x00 ").description == "แถวแรก\nแถวสอง"


def known(name: str, **more: Any) -> Incident:
    base: dict[str, Any] = {
        "station": "mueang_mukdahan", "source": "file", "id": name, "occurred_from": taken().occurred_from,
        "offence": "theft", "lat": 16.545, "lon": 104.725, "received_at": NOW,
    }  # fmt: skip
    return Incident(**(base | more))


def test_suspected_are_the_same_number_and_the_same_offence_near_in_time_and_place() -> None:
    new = taken()
    north = WITHIN_M / 111_200
    rows = [
        known("number-2", offence="robbery", occurred_from=0, id="new-1"),
        known("near", lat=16.545 + north * 0.9),
        known("far", lat=16.545 + north * 1.1),
        known("late", occurred_from=new.occurred_from + WITHIN_MS),
        known("later", occurred_from=new.occurred_from + WITHIN_MS + 1),
        known("no-place", lat=None, lon=None),
        known("robbery", offence="robbery"),
        known("close", offence="robbery", offence_group=2, lat=16.5451, occurred_from=new.occurred_from - CLOSE_MS),
        known("closer", offence="robbery", offence_group=1),
        known("not-close", offence="robbery", offence_group=2, lat=16.5455),
        known("not-now", offence="robbery", offence_group=2, occurred_from=new.occurred_from - CLOSE_MS - 1),
        known("nowhere", offence="robbery", offence_group=2, lat=None, lon=None),
        known("elsewhere", station="lumphini"),
    ]
    found = suspects(new, rows)
    assert [(one.incident.id, one.number) for one in found] == [
        ("new-1", True), ("late", False), ("close", False), ("near", False), ("no-place", False),
    ]  # fmt: skip
    assert found[3].metres == pytest.approx(180, abs=2)
    assert found[4].metres is None
    window = known("window", occurred_from=0, occurred_to=new.occurred_from - WITHIN_MS)
    assert [one.apart for one in suspects(new, [window])] == [WITHIN_MS]


def test_a_difference_is_told_without_the_text_to_those_who_may_not_see_it() -> None:
    before = known("a", description="เดิม", status="", arrested=None).model_dump()
    after = before | {"description": "ใหม่", "arrested": True}
    changed = difference(before, after)
    assert changed == {"arrested": (None, True), "description": ("เดิม", "ใหม่")}
    assert told(written(changed), text=True) == changed
    assert told(written(changed), text=False) == {"arrested": (None, True), "description": (None, None)}


def test_a_case_that_breaks_the_rules_of_entry_can_still_be_changed() -> None:
    """Of a file or a message: what nobody touched is held against no rule, what was touched is."""
    odd = known(
        "odd", status="ส" * 100, description="ข" * 9_000, lat=13.75, lon=100.5, place_quality="street",
        occurred_from=NOW + 11 * 3_600_000, reported_at=ms(2001, 1, 2, 3, 4), offence="ก" * 200,
    )  # fmt: skip
    old = known("old", occurred_from=ms(1544, 6, 1))
    for case in (odd, old):
        first = said_of(case, BANGKOK, text=True)
        fields, problems = edited(case, first, replace(first, arrested="yes"), BANGKOK, NOW, here, text=True)
        assert problems == {}
        assert difference(case.model_dump(), fields) == {"arrested": (None, True)}
    first = said_of(odd, BANGKOK, text=False)
    texts = replace(first, lat="13.76", from_time="10:00", status="ส" * 101, description="x")
    _, problems = edited(odd, first, texts, BANGKOK, NOW, here, text=False)
    assert {name: one.code for name, one in problems.items()} == {
        "from_day": "future", "lat": "far", "status": "too_long",
    }  # fmt: skip
    fields, problems = edited(odd, first, replace(first, quality="exact"), BANGKOK, NOW, here, text=False)
    assert (problems, difference(odd.model_dump(), fields)) == ({}, {"place_quality": ("street", "exact")})
    assert (taken(status="ส" * 100).status, len(taken(description="ข" * 10_000).description)) == ("ส" * 100, 10_000)


def test_the_record_leads_to_its_beat_its_zone_and_its_cameras_on_the_live_map() -> None:
    def zone(code: str, kind: str) -> Zone:
        return Zone(
            station="hat_yai", code=code, version=1, kind=kind, polygon="", area_m2=1, perimeter_m=1, utm_epsg=32647,
            valid_from=1,
        )  # fmt: skip

    rows = zone_rows([zone("z/1", "risk"), zone("b2", "beat")], "th")
    way = word("rec.way", "th")
    assert [(row[word("rec.kind", "th")], row[way]) for row in rows] == [
        ("เขตตรวจ", "/incidents?zone=hat_yai%2Fb2"), ("พื้นที่ปลอดภัย", "/incidents?zone=hat_yai%2Fz%2F1"),
    ]  # fmt: skip
    near = [Near(CameraPoint(station="hat_yai", point="c1", lat=7.01, lon=100.47), 12.0)]
    assert camera_rows(near, True, "th")[0][way] == "/map?map=7.01000%2C100.47000%2C18"
    assert way not in camera_rows(near, False, "th")[0]


def test_the_record_leads_to_the_desk_a_sheet_and_a_report() -> None:
    alarms = [
        AlarmNow(
            "hat_yai", f"a/{state}", "box", "SOS-01", "sos", state, 1, NOW, NOW, NOW, 1, "", "", None, None, 1, "",
            "", "", NOW,
        )
        for state in ("raised", "closed")
    ]  # fmt: skip
    report = Report(
        station="hat_yai", channel="line", id="r&1", at=NOW - 1, kind="tip", text="เห็นชายต้องสงสัย", received_at=NOW
    )
    near = Nearby([], alarms, [report], [])
    way = word("rec.way", "th")
    rows = alarm_rows(near, True, BANGKOK, "th")
    assert [row[way] for row in rows] == [
        "/desk?alarm=hat_yai%2Fa%2Fraised", "/live/desk/a%2Fclosed/sheet.pdf",
        "/citizen-report?station=hat_yai&channel=line&id=r%261",
    ]  # fmt: skip
    shown = table_html(rows, "x", ways={way: word("rec.open", "th")})
    assert shown.count("<a href=") == 3
    assert "เห็นชายต้องสงสัย" not in shown
    assert [row[way] for row in alarm_rows(near, False, BANGKOK, "th")][:2] == ["-", "-"]
    hidden = table_html(report_rows(report, "สภ.หาดใหญ่", False, False, BANGKOK, "th"), "x")
    assert "เห็นชายต้องสงสัย" not in hidden
    assert "เห็นชายต้องสงสัย" in table_html(report_rows(report, "สภ.หาดใหญ่", True, False, BANGKOK, "th"), "x")
