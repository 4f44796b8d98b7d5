"""The bytes of the push feed: what goes in comes out, exact or as said, and what is no frame is called so."""

from __future__ import annotations

import struct
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.live.wire import AHEAD_MS, MAGIC, MOST_UNITS, PREFIX, RECORD, STATUS, UnitValues, message, pack
from tests.live_reader import NoFrameError, Reader, write

NOW = 1_800_000_000_000

times = st.integers(0, 4_000_000_000_000) | st.integers(NOW - 20_000_000, NOW + 1_000_000)
maybe = st.none()
numbers = st.floats(0, 500, allow_nan=False)


@st.composite
def units(draw: st.DrawFn) -> UnitValues:
    """A unit as the store may have it; without a fix, without a place."""
    status = draw(st.sampled_from([None, *STATUS[1:], "a word of tomorrow"]))
    if draw(st.booleans()):
        return UnitValues(None, None, None, None, None, None, status, draw(times))
    lat, lon, at = draw(st.floats(-90, 90)), draw(st.floats(-180, 180)), draw(times)
    heard = draw(st.just(at) | st.integers(at, at + 200_000) | times)
    heading = draw(maybe | st.floats(0, 360))
    return UnitValues(lat, lon, at, draw(maybe | numbers), heading, draw(maybe | numbers), status, heard)


def read(frame: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Reader().read(write(frame))["units"]
    return found


def named(values: UnitValues, number: int = 0) -> dict[str, Any]:
    return {"s": "lumphini", "id": f"c{number}", "kind": "car", "call": "สายตรวจ", **values._asdict()}


@given(st.lists(units(), max_size=5))
@example([UnitValues(13.73, 100.54, NOW, 409.5, 359.97, 254.1, None, NOW + 65_535)])
@example([UnitValues(-90, -180, NOW + AHEAD_MS, 0.0, 0.0, 0.0, "busy", NOW + AHEAD_MS)])
def test_what_goes_in_comes_out(given_units: list[UnitValues]) -> None:
    found = read({"t": "snapshot", "now": NOW, "units": [named(one, at) for at, one in enumerate(given_units)]})
    for number, (values, unit) in enumerate(zip(given_units, found, strict=True)):
        assert (unit["s"], unit["id"], unit["kind"], unit["call"]) == ("lumphini", f"c{number}", "car", "สายตรวจ")
        assert (unit["at"], unit["heard"], unit["st"]) == (values.at, values.heard, values.st)
        near(unit["lat"], values.lat, 0.5e-7)
        near(unit["lon"], values.lon, 0.5e-7)
        near(unit["spd"], values.spd, 0.05)
        if values.acc is None:
            assert unit["acc"] is None
        else:
            assert 0 <= unit["acc"] - values.acc <= 1
        if values.hdg is not None:
            assert abs((unit["hdg"] - values.hdg + 180) % 360 - 180) <= 0.051


def near(found: float | None, told: float | None, within: float) -> None:
    if told is None:
        assert found is None
    else:
        assert found is not None
        assert abs(found - told) <= within * 1.001


def test_a_moving_unit_takes_twenty_bytes_and_no_word_in_the_head() -> None:
    values = UnitValues(13.73, 100.54, NOW - 1200, 41.26, 90.04, 4.0, "busy", NOW - 1200)
    record, odd = pack(MOST_UNITS - 1, values, NOW + AHEAD_MS)
    assert (len(record), odd) == (20, None)
    with pytest.raises(struct.error):
        pack(MOST_UNITS, values, NOW + AHEAD_MS)


def frame_bytes() -> bytes:
    values = UnitValues(13.73, 100.54, NOW, 41.26, 90.04, 4.0, "busy", NOW)
    return write({"t": "snapshot", "now": NOW, "feed": None, "ground": "g", "units": [named(values)]})


@given(st.data())
def test_a_message_cut_short_or_too_long_is_no_frame(data: st.DataObject) -> None:
    whole = frame_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong in (whole[:cut], whole + b"\0" * (cut + 1)):
        with pytest.raises(NoFrameError):
            Reader().read(wrong)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_frame(noise: bytes) -> None:
    with pytest.raises(NoFrameError):
        Reader().read(noise if not noise.startswith(MAGIC) else b"X" + noise)


def test_another_version_and_an_unknown_unit_are_no_frame() -> None:
    whole = frame_bytes()
    with pytest.raises(NoFrameError, match="version"):
        Reader().read(whole[:3] + bytes([whole[3] + 1]) + whole[4:])
    record = whole[-RECORD.size :]
    stray = message({"t": "delta", "now": NOW, "base": NOW}, [record])
    with pytest.raises(NoFrameError, match="roster"):
        Reader().read(stray)
    assert orjson.loads(stray[PREFIX.size : -RECORD.size])["t"] == "delta"
