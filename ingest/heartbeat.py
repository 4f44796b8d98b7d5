"""The heartbeat: a message of our own every 5 s, through the broker and back into the database.

Only when it returns there is the feed alive; `is_connected()` proves nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from ingest.sources.mqtt_publish import Outgoing, Sender
from models.records.base import SYSTEM_STATION, Millis

#: Time between two beats, in s (contract, section 3).
BEAT_S = 5.0


def beat_topic(worker: str) -> str:
    """The topic a worker's heartbeat travels on."""
    return f"ssz/v1/{SYSTEM_STATION}/heartbeat/{worker}/beat"


class Heart:
    """Publishes the heartbeat of a worker on a thread of its own while it is connected."""

    def __init__(
        self,
        sender: Sender,
        worker: str,
        clock: Callable[[], Millis],
        may_beat: Callable[[], bool],
        every_s: float = BEAT_S,
    ) -> None:
        """A heart that does not beat yet. It rests while `may_beat()` is False: an idle worker proves nothing."""
        self._sender = sender
        self._may_beat = may_beat
        self._topic = beat_topic(worker)
        self._clock = clock
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._every_s + 1)

    def _run(self) -> None:
        wait_s = 0.05  # the first beat goes out as soon as there is a connection
        while not self._stop.wait(wait_s):
            if not self._may_beat():
                wait_s = 0.25
                continue
            payload = json.dumps({"at": self._clock()}).encode()
            (sent,) = self._sender.send([Outgoing(self._topic, payload)], self._every_s)
            wait_s = self._every_s if sent else 0.25
