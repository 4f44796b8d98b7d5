"""Whether the generated town stands in a store: asked at each start, without making the town."""

from __future__ import annotations

from ingest.sources.demo_messages import box_secret
from store import registers
from store.database import Database


class DemoRefusedError(Exception):
    """The demo's station is in real use in this store; `str()` is one line."""


class NoTownError(Exception):
    """There is no town of this seed; `str()` is one line."""


def is_there(db: Database, seed: int) -> bool:
    """Whether the store has the town of this seed: a demo station whose boxes have the keys of that seed.

    Raises:
        StorageError: it cannot be read.
    """
    with db.read() as conn:
        codes = frozenset(station.code for station in registers.stations(conn, None) if station.kind == "demo")
        boxes = registers.boxes(conn, codes) if codes else []
    return bool(boxes) and all(box.secret == box_secret(seed, box.box) for box in boxes)
