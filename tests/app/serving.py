"""The real web process in a folder of its own, on a free port, and a browser's worth of cookie."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from dashboard.access.sessions import COOKIE, Keeper, Limits, SignedIn
from models.records.access import ALL_STATIONS
from store.database import Database, open_database
from tests.servers import free_port, trust
from tests.stores import new_store

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k3-Vq9xT0zLw7RrB1mNf5Jp8Yd2Hs6Ga4Ue"
METRICS_TOKEN = "metrics-token-of-the-tests-0123456789"
START_S = 120.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def clock() -> int:
    """The wall clock in ms."""
    return time.time_ns() // 1_000_000


def environment(folder: Path, port: int, **settings: str) -> dict[str, str]:
    """The environment of a product in a folder; nothing of the tester's own settings gets in."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("SSZ_", "STREAMLIT_"))}
    ours = {
        "SSZ_DATABASE_URL": f"sqlite:///{folder / 'ssz.db'}",
        "SSZ_DATA_DIR": str(folder),
        "SSZ_PORT": str(port),
        "SSZ_SECRET_KEY": SECRET,
        "SSZ_METRICS_TOKEN": METRICS_TOKEN,
        "SSZ_INGEST": "external",
        "SSZ_REFIT": "external",  # nobody looks at its maps here
    }
    return plain | ours | settings


#: The server ends a connection that was idle for 5 s: one about to be ended is not used again.
SHORT = httpx.Limits(keepalive_expiry=2)


@dataclass
class Product:
    """A running `serve.py`. `lines` are what it has said on standard output."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self._said: queue.Queue[str | None] = queue.Queue()
        self.process: subprocess.Popen[str] | None = None
        self.log = self.folder / "log.txt"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    @property
    def database_url(self) -> str:
        """Its store."""
        return environment(self.folder, self.port, **self.settings)["SSZ_DATABASE_URL"]

    def start(self) -> str:
        """Start it; returns the line it prints once it answers. A store of its own is migrated already where there is
        none yet: to migrate it is half of a start, and `test_start_light` sees that a start does."""
        file = self.folder / "ssz.db"
        if self.database_url == f"sqlite:///{file}" and not file.exists():
            new_store(file)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "serve.py"],
                cwd=ROOT,
                env=environment(self.folder, self.port, **self.settings),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        line = self._said.get(timeout=START_S)
        if line is None:
            raise AssertionError(f"did not start: {self.log.read_text()[-4000:]}")
        return line

    def next_line(self) -> str:
        """The next line it has said on standard output."""
        line = self._said.get(timeout=START_S)
        assert line is not None, "it has ended"
        return line

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._said.put(line.rstrip("\n"))
        process.stdout.close()
        self._said.put(None)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def open_store(self) -> Database:
        """A connection of the test's own."""
        return open_database(self.database_url)

    def link(self, role: str = "administrator", stations: str = ALL_STATIONS, life_ms: int = 60_000) -> str:
        """A sign-in link's secret value, as `manage.py user link` makes it."""
        db = self.open_store()
        keeper = Keeper(db, clock, Limits(3_600_000, 3_600_000))
        try:
            return keeper.new_link("tester", role, life_ms, stations)
        finally:
            keeper.close()
            db.close()

    def session(self, role: str = "administrator", stations: str = ALL_STATIONS) -> SignedIn:
        """A session made in the store, without the sign-in page and its limit."""
        link = self.link(role, stations)
        db = self.open_store()
        keeper = Keeper(db, clock, Limits(3_600_000, 3_600_000))
        try:
            signed = keeper.sign_in(link)
        finally:
            keeper.close()
            db.close()
        assert isinstance(signed, SignedIn)
        return signed

    def client(self, cookie: str = "") -> httpx.Client:
        """An HTTP client; with a cookie a signed-in one. Follows no redirect."""
        cookies = {COOKIE: cookie} if cookie else {}
        return httpx.Client(
            base_url=self.url, cookies=cookies, follow_redirects=False, timeout=60, verify=trust(), limits=SHORT
        )
