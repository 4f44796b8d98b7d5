"""The demo in the life of a web process: its ground is in the store before anybody sees a screen, its town begins to
move soon after.

Making the town loads Shapely, PROJ and NumPy. Where the store has the town already, the screens do not wait for that:
it is made in a thread of its own while the units stand where they were last seen.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.sources.demo_ground import DemoRefusedError, NoTownError, is_there
from ingest.sources.endpoint import Endpoint
from models.records.base import Millis
from store.database import Database
from store.errors import StorageError

if TYPE_CHECKING:
    from ingest.sources.demo import Demo
    from models.town.town import Town

log = logging.getLogger("ingest.demo")

#: The first screens come before the town, in s: making it would slow them down by as much as it takes.
FIRST_SCREENS_S = 3.0


class Life:
    """The demo of one process. `furnish`, then `start`, then `stop`; a stop without a start does nothing."""

    def __init__(self, db: Database, seed: int, clock: Callable[[], Millis]) -> None:
        self._db, self._seed, self._clock = db, seed, clock
        self._town: Town | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def furnish(self) -> None:
        """Write the town into a store that has not got it.

        Raises:
            DemoRefusedError: the station has units that are not the demo's.
            NoTownError: this seed gives no town.
            StorageError: the store cannot be read or written.
        """
        if not is_there(self._db, self._seed):
            self._town = self._made()

    def _made(self) -> Town:
        from ingest.sources.demo_prepare import prepare
        from models.town.town import make_town

        try:
            town = make_town(self._seed)
        except ValueError as error:
            raise NoTownError(str(error)) from error
        prepare(self._db, town, self._clock())
        return town

    def start(self, endpoint: Endpoint) -> None:
        """Let the town live on that broker; returns at once."""
        self._thread = threading.Thread(target=self._run, args=(endpoint,), name="demo-life", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye for the boxes and end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, endpoint: Endpoint) -> None:
        if self._town is None and self._ended.wait(FIRST_SCREENS_S):
            return
        try:
            demo = self._begun(endpoint)
        except (StorageError, DemoRefusedError, NoTownError) as error:
            log.error("demo: the town stands still: %s", error)
            return
        demo.start()
        self._ended.wait()
        demo.stop()

    def _begun(self, endpoint: Endpoint) -> Demo:
        from ingest.sources.demo import Demo

        # Once more against the store: a newer program makes another town of the same seed.
        return Demo(endpoint, self._town or self._made(), self._clock)
