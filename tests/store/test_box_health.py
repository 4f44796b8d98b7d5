"""What boxes say of their health: the newest word by the box's own clock stands, in whatever order words arrive."""

from __future__ import annotations

from itertools import permutations

import pytest

from models.records.sos import EventKind, Signal, SosBox
from models.records.station import Station
from store import boxes, registers, sos
from store.database import Database

NOW = 1_780_000_000_000

WORDS = (
    (EventKind.FAULT, 40.0, None),
    (EventKind.TEST, None, True),
    (EventKind.RESTORE, 30.0, False),
    (EventKind.HEARTBEAT, None, None),
)


def test_health_does_not_depend_on_the_order_of_arrival(db: Database) -> None:
    orders = list(permutations(range(len(WORDS))))
    with db.write() as tx:
        registers.put_stations(
            tx, [Station(code="lumphini", name_th="ลุมพินี", name_en="Lumphini", lat=13.7, lon=100.5)], NOW
        )
        named = [SosBox(station="lumphini", box=f"b{n}", lat=13.7, lon=100.5) for n in range(len(orders))]
        registers.put_boxes(tx, named, NOW)
    for n, order in enumerate(orders):
        for arrival, which in enumerate(order):
            kind, battery_pct, mains = WORDS[which]
            signal = Signal(
                station="lumphini",
                origin_kind="box",
                origin=f"b{n}",
                id=f"e{which}",
                at=NOW - 3_600_000 + which * 1000,
                kind=kind,
                received_at=NOW + arrival,
                battery_pct=battery_pct,
                mains=mains,
            )
            with db.write() as tx:
                sos.take_signal(tx, signal, NOW + arrival)
    with db.read() as conn:
        for n in range(len(orders)):
            box = boxes.box(conn, "lumphini", f"b{n}")
            assert box is not None
            health = (box.battery_pct, box.mains, box.fault, box.tested_at, box.heard_at)
            assert health == (30.0, False, "", NOW - 3_600_000 + 1000, NOW + 3), orders[n]


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        (("button", "tamper"), "button"),  # a minor fault hides no critical one
        (("tamper", "button"), "button"),
        (("button", "wire"), "wire"),  # of two equally grave ones the newest
        (("button", "wire", "lamp"), "wire"),
        (("button", "", "tamper"), "tamper"),  # it said that all was well
        (("lamp", "button", ""), ""),
    ],
)
def test_the_worst_fault_stands_until_the_box_is_well_again(
    sqlite_db: Database, words: tuple[str, ...], stands: str
) -> None:
    orders = list(permutations(range(len(words))))
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L", lat=13.7, lon=100.5)], NOW)
        named = [SosBox(station="lumphini", box=f"b{n}", lat=13.7, lon=100.5) for n in range(len(orders))]
        registers.put_boxes(tx, named, NOW)
        for n, order in enumerate(orders):
            for arrival, which in enumerate(order):
                word, at = words[which], NOW - 3_600_000 + which * 1000
                kind = {"tamper": EventKind.TAMPER, "": EventKind.RESTORE}.get(word, EventKind.FAULT)
                note = word if kind is EventKind.FAULT else ""
                signal = Signal("lumphini", "box", f"b{n}", f"e{which}", at, kind, NOW + arrival, note=note)
                sos.take_signal(tx, signal, NOW + arrival)
    with sqlite_db.read() as conn:
        for n, order in enumerate(orders):
            box = boxes.box(conn, "lumphini", f"b{n}")
            assert box is not None
            assert box.fault == stands, order
