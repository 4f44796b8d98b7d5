"""GPX 1.1: the track of one unit, made piece by piece while it is sent.

What the file is of stands in `<metadata><desc>`, a line each. Where a unit was not heard for a while a new segment
begins: no program then draws a road nobody drove. Speed and heading are in the extension that other programs read
(Garmin's TrackPointExtension 2: metres a second, degrees from north).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from models.records.base import Millis
from models.records.position import Fix

MIME = "application/gpx+xml"

#: A pause longer than this ends a segment, ms: the unit was lost by then.
GAP_MS = 5 * 60_000

_BEGIN = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Smart Safety Zone 4.0" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
"""
#: What XML cannot hold: control characters, halves of a pair, and two that are none.
_NEVER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class TrackSaid:
    """What a track's file says of itself: `name` of the track, `said` as label and value in order, `made` when."""

    name: str
    said: tuple[tuple[str, str], ...]
    made: Millis


def gpx_file(about: TrackSaid, pieces: Iterable[Iterable[Fix]]) -> Iterator[bytes]:
    """The file in pieces. `pieces`: the fixes of one unit, ascending in time, those that are drawn only."""
    name = _text(about.name)
    desc = _text("\n".join(f"{label}: {value}" for label, value in about.said))
    yield (
        f"{_BEGIN}<metadata><name>{name}</name><desc>{desc}</desc><time>{_time(about.made)}</time></metadata>\n"
        f"<trk><name>{name}</name>\n"
    ).encode()
    before: Millis | None = None
    for piece in pieces:
        lines: list[str] = []
        for fix in piece:
            if before is None:
                lines.append("<trkseg>\n")
            elif fix.at - before > GAP_MS:
                lines.append("</trkseg>\n<trkseg>\n")
            lines.append(_point(fix))
            before = fix.at
        if lines:
            yield "".join(lines).encode()
    yield b"</trk>\n</gpx>\n" if before is None else b"</trkseg>\n</trk>\n</gpx>\n"


def _point(fix: Fix) -> str:
    said = ""
    if fix.speed_kmh is not None:
        said += f"<gpxtpx:speed>{fix.speed_kmh / 3.6:.2f}</gpxtpx:speed>"
    if fix.heading_deg is not None:
        said += f"<gpxtpx:course>{fix.heading_deg % 360:.1f}</gpxtpx:course>"
    if said:
        said = f"<extensions><gpxtpx:TrackPointExtension>{said}</gpxtpx:TrackPointExtension></extensions>"
    return f'<trkpt lat="{fix.lat:.7f}" lon="{fix.lon:.7f}"><time>{_time(fix.at)}</time>{said}</trkpt>\n'


def _time(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(text: str) -> str:
    return escape(_NEVER.sub("", text))
