"""One drive in every format: each has units of its own, and all must tell the same."""

from __future__ import annotations

import pytest

from ingest.decode import decode_http, decode_topic
from models.records.position import Fix

ARRIVAL = 1_763_694_060_000

#: 36 km/h = 10 m/s = 19.438 knots, heading 90 degrees, at 2025-11-21T03:00:00Z.
SAME_DRIVE = {
    "native": b'{"at":"2025-11-21T10:00:00+07:00","lat":13.73,"lon":100.54,"speed_kmh":36,"heading_deg":90}',
    "owntracks": b'{"_type":"location","tst":1763694000,"lat":13.73,"lon":100.54,"vel":36,"cog":90}',
    "traccar": b'{"device":{"uniqueId":"u"},"position":{"fixTime":"2025-11-21T03:00:00.000+0000","valid":true,'
    b'"latitude":13.73,"longitude":100.54,"speed":19.4384449,"course":90}}',
    "osmand": b"id=u&lat=13.73&lon=100.54&timestamp=2025-11-21%2003:00:00&speed=19.4384449&bearing=90",
    "traccar_client": b'{"device_id":"u","location":{"timestamp":"2025-11-21T03:00:00.000Z",'
    b'"coords":{"latitude":13.73,"longitude":100.54,"speed":10,"heading":90}}}',
}
TOPICS = {
    "native": "ssz/v1/lumphini/unit/u/position",
    "owntracks": "owntracks/u/u",
    "traccar": "positions",
}


def drive(form: str) -> Fix:
    payload = SAME_DRIVE[form]
    decoded = decode_topic(TOPICS[form], payload, ARRIVAL) if form in TOPICS else decode_http(form, payload, ARRIVAL)
    assert isinstance(decoded, list)
    assert len(decoded) == 1
    assert isinstance(decoded[0], Fix)
    return decoded[0]


@pytest.mark.parametrize("form", SAME_DRIVE)
def test_units_differ_in_every_format_and_mean_the_same(form: str) -> None:
    fix = drive(form)
    assert fix.speed_kmh == pytest.approx(36, abs=0.001)
    assert (fix.at, fix.lat, fix.lon, fix.heading_deg) == (1_763_694_000_000, 13.73, 100.54, 90.0)
    assert fix.received_at == ARRIVAL


@pytest.mark.parametrize("form", SAME_DRIVE)
def test_only_native_formats_carry_a_station(form: str) -> None:
    assert drive(form).station == ("lumphini" if form == "native" else "")
