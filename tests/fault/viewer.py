"""A screen without a browser: connected to `/live`, remembering every frame and when it came."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from dashboard.access.sessions import COOKIE, Keeper, Limits, SignedIn
from store.database import open_database
from tests.fault.product import now_ms, sign_in
from tests.live_reader import QUERY, Reader
from tests.servers import wait_until

_DAY_MS = 86_400_000


def cookie(database_url: str, role: str = "dispatcher") -> str:
    """The cookie of a session made in the store, without the sign-in page."""
    db = open_database(database_url)
    keeper = Keeper(db, now_ms, Limits(_DAY_MS, _DAY_MS))
    try:
        signed = keeper.sign_in(keeper.new_link("tester", role, 60_000))
    finally:
        keeper.close()
        db.close()
    assert isinstance(signed, SignedIn)
    return signed.cookie


def signed_in(env: Mapping[str, str], base: str, role: str = "dispatcher") -> str:
    """The cookie of a session got as a person gets one: the operator's command, and the sign-in page."""
    client = sign_in(env, base, role)
    client.close()
    return str(client.cookies[COOKIE])


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame, and the steady time at which it came, in s."""

    at: float
    frame: dict[str, Any]


@dataclass
class Viewer:
    """Connects, again when cut, until closed."""

    base: str
    cookie: str
    frames: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="viewer", daemon=True)
        self._thread.start()
        wait_until(lambda: bool(self.frames), 60, "first frame of /live")

    def close(self) -> None:
        """Disconnect."""
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (OSError, WebSocketException):
                self._stop.wait(0.2)

    def _listen(self) -> None:
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Origin": self.base}
        address = self.base.replace("http", "ws", 1) + f"/live?{QUERY}"
        reader = Reader()
        with connect(address, additional_headers=headers, open_timeout=60, proxy=None) as socket:
            while not self._stop.is_set():
                try:
                    data = socket.recv(timeout=0.2)
                except TimeoutError:
                    continue
                self.frames.append(Seen(time.monotonic(), reader.read(data)))

    @property
    def feed(self) -> dict[str, Any]:
        """What the newest frame says of the feed."""
        found: dict[str, Any] = self.frames[-1].frame["feed"]
        return found

    def storage_words(self) -> list[str]:
        """The words for the store, in order, without repetition."""
        words = [seen.frame["feed"]["storage"] for seen in list(self.frames)]
        return [word for at, word in enumerate(words) if at == 0 or words[at - 1] != word]

    def alarms(self, origin: str) -> list[tuple[float, dict[str, Any]]]:
        """(steady time, alarm) of every word about an origin's alarm, oldest first."""
        return [
            (seen.at, alarm)
            for seen in list(self.frames)
            for alarm in seen.frame.get("alarms", ())
            if alarm["origin"] == origin
        ]

    def wait_storage(self, word: str, timeout_s: float = 60) -> None:
        """Wait until the feed says so."""
        wait_until(lambda: self.feed["storage"] == word, timeout_s, f"storage {word}")

    def wait_alarm(self, origin: str, stored: bool, timeout_s: float = 60) -> float:
        """When an origin's alarm was first told as stored, or as not yet stored, in steady s."""

        def times() -> list[float]:
            return [at for at, alarm in self.alarms(origin) if alarm["stored"] is stored]

        wait_until(lambda: bool(times()), timeout_s, f"alarm of {origin}, stored {stored}")
        return times()[0]
