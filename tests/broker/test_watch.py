"""The external layout: the web process hears presses and heartbeats itself, and stores nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.assembly import start_watch
from models.records.change import Heartbeat
from models.records.sos import EventKind, Signal
from settings import Settings
from store.database import open_database
from store.follower import Follower
from tests.broker.conftest import MakeDevice, MakeWorker
from tests.broker.world import DEMO_KEY, STATION, now_ms, number, position
from tests.servers import Mosquitto, wait_until

pytestmark = pytest.mark.broker


def test_presses_and_heartbeats_are_heard_beside_the_worker(
    worker: MakeWorker, device: MakeDevice, mosquitto: Mosquitto, station_url: str, tmp_path: Path
) -> None:
    signals: list[Signal] = []
    beats: list[Heartbeat] = []
    words: list[str] = []
    db = open_database(station_url)
    follower = Follower(db, now_ms)
    follower.start()
    settings = Settings(
        database_url=station_url, mqtt_url=mosquitto.url, data_dir=tmp_path, secret_key=DEMO_KEY, _env_file=None
    )
    stop = start_watch(settings, db, follower, now_ms, signals.append, beats.append, words.append)
    box = device()
    try:

        def heard(number_of: int) -> bool:
            return len({signal.id for signal in signals}) >= number_of

        def pressed() -> bool:
            box.say(f"ssz/v1/{STATION}/sos/b1/event", {"id": "e1", "at": now_ms(), "kind": "press"})
            return heard(1)

        wait_until(pressed, what="a press without any worker")
        assert number(station_url, "SELECT count(*) FROM sos_event") == 0
        topic, fields = position(0, 0, now_ms())
        box.say(topic, {**fields, "alarm": "sos"})
        wait_until(lambda: heard(2), what="a panic inside a position")
        assert {signal.kind for signal in signals} == {EventKind.PRESS, EventKind.PANIC}
        worker()
        wait_until(lambda: bool(beats), what="a heartbeat")
        wait_until(lambda: words[-1:] == ["ok"], what="both connections are told")
        told = len(words)
        mosquitto.stop()
        wait_until(lambda: words[told:] == ["down"], what="the broker's end is told")
        mosquitto.start()
        wait_until(lambda: words[told:] == ["down", "ok"], what="the broker's return is told")
        wait_until(lambda: number(station_url, "SELECT count(*) FROM alarm") == 0, what="nothing stored by the watch")
    finally:
        stop()
        follower.stop()
        db.close()
