"""Real servers and the product, each a process of its own in a folder of its own, on free loopback ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import text
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from benchmarks.blast import Blaster
from benchmarks.ground import prepare
from benchmarks.load import PROBE, STATION, position, position_topic
from dashboard.access.sessions import COOKIE, Keeper, Limits, SignedIn
from models.records.access import ALL_STATIONS
from store.database import open_database
from store.migrate import upgrade
from tests.fault.product import ROOT, Web, environment, now_ms
from tests.live_reader import QUERY
from tests.servers import Mosquitto, PgCluster, wait_until

#: As the product's own broker is set, with a queue for what is measured.
BROKER = ("autosave_interval 30", "max_queued_messages 1000000", "set_tcp_nodelay true", "connection_messages false")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of a process so far, and when that was read."""

    seconds: float
    at: float


def cpu_of(process: psutil.Process) -> Cpu:
    """What a process used so far: user and system time of all its threads, without its children."""
    times = process.cpu_times()
    return Cpu(times.user + times.system, time.monotonic())


class Station:
    """One broker, one database and one product on them."""

    def __init__(self, folder: Path, url: str, broker: Mosquitto, **settings: object) -> None:
        self.folder, self.url, self.broker = folder, url, broker
        self.environment = environment(folder, url, broker.port, **{"ingest": "embedded", **settings})
        self.web = Web(folder, self.environment)

    def start(self) -> None:
        """Start the product and wait until it answers."""
        self.web.start()
        self.web.wait(90)

    @property
    def process(self) -> psutil.Process:
        """The product's process."""
        return psutil.Process(self.web.pid)

    def count(self, statement: str = "SELECT COUNT(*) FROM position WHERE unit <> 'probe'") -> int:
        """A number out of the database, through a fresh connection."""
        db = open_database(self.url)
        try:
            with db.read() as conn:
                return int(conn.execute(text(statement)).scalar_one())
        finally:
            db.close()

    def accepted(self) -> int:
        """Positions accepted so far, by the running counts: cheap to ask."""
        return self.count(
            "SELECT COALESCE(SUM(count), 0) FROM source_count"
            " WHERE source = 'native' AND station = 'bench' AND reason = 'accepted'"
        )

    def listening(self) -> None:
        """Wait until the product's sessions exist on the broker and positions come through to the store."""
        blaster = Blaster(self.broker.port, "bench-probe")

        def heard() -> bool:
            now = now_ms()
            body = b'{"id":"probe-%d","at":%d,"kind":"heartbeat"}' % (now, now)
            blaster.send(
                [(position_topic(PROBE), position(0, now, 0)), (f"ssz/v1/{STATION}/sos/{PROBE}/event", body)]
            )
            blaster.settle()
            fixes = self.count("SELECT COUNT(*) FROM position WHERE unit = 'probe'")
            return bool(fixes and self.count("SELECT COUNT(*) FROM sos_event WHERE origin = 'probe'"))

        wait_until(heard, 60, "the product listens", every_s=0.3)
        blaster.close()

    def cookie(self, role: str = "dispatcher") -> str:
        """A signed-in session's cookie, made in the store."""
        db = open_database(self.url)
        keeper = Keeper(db, now_ms, Limits(12 * 3_600_000, 8 * 3_600_000))
        try:
            signed = keeper.sign_in(keeper.new_link("bench", role, 60_000, ALL_STATIONS))
        finally:
            keeper.close()
            db.close()
        assert isinstance(signed, SignedIn)
        return signed.cookie


class Viewer:
    """One open wall's connection: takes every frame of `/live`, as a browser does."""

    def __init__(self, station: Station) -> None:
        self.frames = self.bytes = 0
        self._socket = connect(
            f"ws://localhost:{station.web.port}/live?{QUERY}",
            additional_headers={"Cookie": f"{COOKIE}={station.cookie()}", "Origin": station.web.base},
            max_size=None,
            proxy=None,
        )
        self._thread = threading.Thread(target=self._read, name="viewer", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for frame in self._socket:
                self.frames += 1
                self.bytes += len(frame)
        except WebSocketException:
            return

    @property
    def alive(self) -> bool:
        """Whether it is still fed."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Leave."""
        self._socket.close()
        self._thread.join(10)


class Rig:
    """Makes folders, brokers and databases, and takes everything down at the end."""

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick
        self._stack = ExitStack()
        self._cluster: PgCluster | None = None
        self._number = 0
        self.folder = Path(tempfile.mkdtemp(prefix="ssz-bench-"))
        self.folder.chmod(0o755)
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def of(self, full: int, quick: int) -> int:
        """A size: the full one, or the one for trying."""
        return quick if self.quick else full

    def new_folder(self) -> Path:
        """An empty folder."""
        self._number += 1
        path = self.folder / f"{self._number:03d}"
        path.mkdir()
        return path

    def cluster(self) -> PgCluster:
        """The PostgreSQL cluster of this run."""
        if self._cluster is None:
            self._cluster = PgCluster(self.folder / "pg")
            self._stack.callback(self._cluster.stop, "fast")
        return self._cluster

    @contextmanager
    def station(
        self, dialect: str = "sqlite", ground: bool = True, place: Path | None = None, **settings: object
    ) -> Iterator[Station]:
        """A fresh broker and database with a product not yet started; stopped at the end.

        `place`: where database and data are to stand, instead of a folder of the rig's.
        """
        folder = self.new_folder()
        data = place or folder
        url = f"sqlite:///{data / 'ssz.db'}" if dialect == "sqlite" else self.cluster().create()
        if ground:
            upgrade(url)
            prepare(url)
        broker = Mosquitto(folder / "broker", BROKER)
        station = Station(folder, url, broker, data_dir=data, **settings)
        try:
            yield station
        finally:
            station.web.stop()
            broker.stop()
            if dialect != "sqlite":
                self.cluster().drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Take everything down."""
        self._stack.close()


def program(module: str, *arguments: object) -> subprocess.Popen[bytes]:
    """One of our own programs as a process, its output piped."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))


def output_of(process: subprocess.Popen[bytes], timeout_s: float) -> bytes:
    """What a program printed.

    Raises:
        RuntimeError: it failed.
    """
    out, err = process.communicate(timeout=timeout_s)
    if process.returncode:
        raise RuntimeError(err.decode(errors="replace")[-2000:])
    return out


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Wait, asking five times a second."""
    wait_until(condition, timeout_s, what, every_s=0.2)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
