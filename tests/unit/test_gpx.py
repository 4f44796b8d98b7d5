"""GPX: another program's reader finds the fixes, the pauses, and what the file says of itself."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pyogrio

from models.formats.gpx import GAP_MS, TrackSaid, gpx_file
from models.records.position import Fix

START = 1_790_000_000_000
NAME = "{http://www.topografix.com/GPX/1/1}"


def fix(second: int, speed: float | None = 36.0, heading: float | None = 360.0) -> Fix:
    return Fix("lumphini", "c1", START + second * 1000, 13.7 + second / 1e5, 100.5, speed, heading)


def made(*pieces: list[Fix]) -> bytes:
    about = TrackSaid("สายตรวจ <1>&\0", (("หน่วย", "c1"), ("ข้อมูลล่าสุด", "1 ม.ค. 2569")), START)
    return b"".join(gpx_file(about, pieces))


def test_a_pause_begins_a_segment_also_between_pieces(tmp_path: Path) -> None:
    gap = GAP_MS // 1000
    body = made([fix(0), fix(10)], [fix(20), fix(21 + gap)], [fix(22 + gap, None, None)])
    file = tmp_path / "track.gpx"
    file.write_bytes(body)
    # GDAL, which wrote nothing of it.
    _, _, shapes, values = pyogrio.raw.read(file, layer="track_points", columns=["track_seg_id", "time"])
    assert list(values[0]) == [0, 0, 0, 1, 1]
    assert len(shapes) == 5
    tree = ElementTree.fromstring(body)  # noqa: S314 - our own bytes
    points = tree.findall(f".//{NAME}trkpt")
    assert (points[1].get("lat"), points[1].get("lon")) == ("13.7001000", "100.5000000")
    assert points[0].findtext(f"{NAME}time") == "2026-09-21T14:13:20.000Z"
    said = "".join(points[0].itertext())
    assert ("10.00" in said, said.endswith("0.0")) == (True, True)  # 36 km/h in m/s; north is 0
    assert points[4].find(f"{NAME}extensions") is None
    assert tree.findtext(f"{NAME}metadata/{NAME}name") == "สายตรวจ <1>&"
    assert "ข้อมูลล่าสุด: 1 ม.ค. 2569" in str(tree.findtext(f"{NAME}metadata/{NAME}desc"))


def test_a_track_without_a_fix_is_a_file_all_the_same() -> None:
    tree = ElementTree.fromstring(made([], []))  # noqa: S314 - our own bytes
    assert (tree.findall(f".//{NAME}trkseg"), len(tree.findall(f"{NAME}trk"))) == ([], 1)
