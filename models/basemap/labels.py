"""From which zoom on a name fits on what it names."""

from __future__ import annotations

import math
from typing import Final

#: Metres of a screen pixel at zoom 0 on the equator, for tiles of 512 pixels: 2 pi 6378137 / 512.
_METRES_A_PIXEL: Final = 78271.517
#: Side of a square that a name fits on, in pixels.
_ROOM_PX: Final = 95.0
#: Names are not looked for beyond it; what is smaller goes without one.
LAST_LABEL_ZOOM: Final = 17


def label_zoom(area_m2: float, lat: float, room_px: float = _ROOM_PX) -> int | None:
    """First whole zoom at which an area of that size is as large as a name; None: it never is.

    `lat` in degrees. A pixel at zoom z is 78271.517 * cos(lat) / 2^z metres (Web Mercator).
    """
    if area_m2 <= 0:
        return None
    metres_a_pixel = math.sqrt(area_m2) / room_px
    zoom = math.ceil(math.log2(_METRES_A_PIXEL * math.cos(math.radians(lat)) / metres_a_pixel))
    return max(zoom, 5) if zoom <= LAST_LABEL_ZOOM else None
