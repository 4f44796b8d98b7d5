"""What the wall counts from the store, on both databases."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dashboard.live.figures import KEEP_MS, Figures, day_began, summed
from models.access.scope import Scope
from models.alarms.causes import Trouble
from models.alarms.kinds import Kind
from models.alarms.life import Step
from models.records.incident import IncidentReport
from models.records.sos import EventKind, Signal
from store import alarms, incidents, sos, tally
from store.alarms import Place
from store.alarms.trouble import settle
from store.database import Database
from store.errors import StorageBusyError, StorageError
from store.tally import Tally
from tests.app.live_support import add_stations

NOW = 1_790_000_000_000
HOUR = 3_600_000
BANGKOK = ZoneInfo("Asia/Bangkok")
ALL = Scope(None)


def press(db: Database, name: str, at: int, station: str = "lumphini") -> str:
    """An alarm raised at a moment by a box of its own; returns its id."""
    signal = Signal(station, "box", f"box-{name}", name, at, EventKind.PRESS, at)
    with db.write() as tx:
        return alarms.raise_or_join(tx, signal, Place(), at).id


def answer(db: Database, alarm: str, at: int) -> None:
    with db.write() as tx:
        alarms.step(tx, alarm, Step.ACKNOWLEDGE, by="dispatcher", role="dispatcher", origin="", now=at)


def incident(db: Database, name: str, at: int, station: str = "lumphini") -> None:
    with db.write() as tx:
        incidents.take(tx, IncidentReport(station, "cctv", name, at, "theft", at))


def counted(db: Database) -> dict[str, Tally]:
    with db.read() as conn:
        return tally.tallies(conn, day_began(NOW, BANGKOK), NOW, 15_000)


def test_alarms_of_today_and_those_answered_in_time(db: Database) -> None:
    add_stations(db, "lumphini", "hat_yai")
    answer(db, press(db, "in-time", NOW - HOUR), NOW - HOUR + 15_000)
    answer(db, press(db, "too-late", NOW - HOUR), NOW - HOUR + 15_001)
    press(db, "never", NOW - HOUR)
    press(db, "just-now", NOW - 5_000)
    with db.write() as tx:  # trouble of equipment is nobody's to answer within seconds
        kinds = frozenset({Kind.TAMPER})
        settle(tx, Trouble("lumphini", "box", "b", kinds, {Kind.TAMPER: ""}), NOW - HOUR, said=kinds)
    answer(db, press(db, "yesterday", day_began(NOW, BANGKOK) - 1), day_began(NOW, BANGKOK))
    answer(db, press(db, "other", NOW - HOUR, "hat_yai"), NOW - HOUR + 1_000)
    found = counted(db)
    assert (found["lumphini"].raised, found["lumphini"].answered) == (3, 1)
    assert (found["hat_yai"].raised, found["hat_yai"].answered) == (1, 1)


def test_incidents_of_a_day_and_none_ever_are_not_the_same(db: Database) -> None:
    add_stations(db, "lumphini", "hat_yai", "pak_kret")
    for name, at in (("a", NOW - 24 * HOUR), ("b", NOW - HOUR), ("old", NOW - 25 * HOUR), ("to-come", NOW + HOUR)):
        incident(db, name, at)
    incident(db, "long-ago", NOW - 90 * 24 * HOUR, "hat_yai")
    found = counted(db)
    assert (found["lumphini"].incidents, found["lumphini"].newest) == (2, NOW - HOUR)
    assert (found["hat_yai"].incidents, found["hat_yai"].newest) == (0, NOW - 90 * 24 * HOUR)
    assert summed(found, Scope(frozenset({"hat_yai"})))["incidents"] == 0
    assert summed(found, Scope(frozenset({"pak_kret"})))["incidents"] is None
    assert summed(found, ALL)["newest"] == NOW - HOUR


def test_the_store_is_read_once_for_everybody_who_asks(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add_stations(sqlite_db, "lumphini")
    at = [NOW]
    figures = Figures(sqlite_db, lambda: at[0], BANGKOK, 15)
    press(sqlite_db, "one", NOW - HOUR)
    sheets = [figures.sheet(ALL) for _ in range(300)]
    assert figures.reads == 1
    assert sheets[-1] == {"at": NOW, "within_s": 15, "raised": 1, "answered": 0, "incidents": None, "newest": None}
    at[0] += KEEP_MS
    assert figures.sheet(ALL)["at"] == at[0]
    assert figures.reads == 2

    def away() -> None:
        raise StorageBusyError("away")

    monkeypatch.setattr(sqlite_db, "read", away)
    at[0] += KEEP_MS
    assert [figures.sheet(ALL)["at"] for _ in range(3)] == [at[0] - KEEP_MS] * 3, "told with its age"
    assert figures.reads == 3, "a store that is away is not asked by every viewer"
    with pytest.raises(StorageError):
        Figures(sqlite_db, lambda: at[0], BANGKOK, 15).sheet(ALL)


def test_presses_of_one_box_are_one_alarm(sqlite_db: Database) -> None:
    add_stations(sqlite_db, "lumphini")
    for i in range(3):
        with sqlite_db.write() as tx:
            sos.take_signal(tx, Signal("lumphini", "box", "b", f"e{i}", NOW, EventKind.PRESS, NOW - HOUR + i), NOW)
    assert counted(sqlite_db)["lumphini"].raised == 1
