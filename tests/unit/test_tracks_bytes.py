"""The bytes of tracks: what the page's decoder is tested against, and what no number may break."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from dashboard.live import tracks
from store.tracks import Track, Tracks

START = 1_700_000_000_000
SAMPLE = Path(tracks.__file__).parent / "frontend" / "tests" / "tracks-sample.json"

#: What the page's test reads: the bytes as hex, and what is in them.
TOLD = Tracks(
    START,
    START + 600_000,
    True,
    [
        (
            ("lumphini", "สายตรวจ-1"),
            Track([START, START + 599_999], [13.730001, -13.7], [100.540002, -100.5], [42.55, None], [359.9, None]),
        ),
        (("hat_yai", "c2"), Track([START + 5000], [7.0], [100.47], [0.0], [0.0])),
    ],
)


def test_the_pages_sample_is_what_the_server_encodes() -> None:
    assert json.loads(SAMPLE.read_text(encoding="utf-8"))["hex"] == tracks.encode(TOLD).hex()


def test_a_fix_takes_sixteen_bytes() -> None:
    spots = Track(
        [START + second * 1000 for second in range(100)], *([each] * 100 for each in (13.7, 100.5, 30.0, 90.0))
    )
    one = tracks.encode(Tracks(START, START + 600_000, False, [(("s", "u"), spots)]))
    assert len(one) == 28 + 2 + len("s/u") + 4 + 100 * 16


def test_a_speed_no_car_drives_is_not_said_rather_than_wrapped_round() -> None:
    spots = Track([START], [90.0], [180.0], [9e9], [-5.0])
    encoded = tracks.encode(Tracks(START, START + 1, False, [(("s", "u"), spots)]))
    assert struct.unpack("<IiiHH", encoded[-16:]) == (0, 90_000_000, 180_000_000, 65535, 65535)
