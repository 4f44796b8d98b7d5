"""The product as processes of their own, so that a kill is a kill."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil

from store.database import Database, open_database
from tests.servers import free_port, trust, wait_until

ROOT = Path(__file__).resolve().parents[2]
SECRET = "f4Kt-9qLz_2mXw7Rv5Yc8Pn1Bd6Hj3Gs0T"
STATION = "lumphini"


def environment(folder: Path, database_url: str, mqtt_port: int, **settings: object) -> dict[str, str]:
    """The environment of a product process: nothing of the caller's settings, everything under `folder`."""
    # Compiled files are kept: without them a start takes four times as long.
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SSZ_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    values = {
        "DATABASE_URL": database_url,
        "MQTT_URL": f"mqtt://127.0.0.1:{mqtt_port}",
        "DATA_DIR": folder,
        "SECRET_KEY": SECRET,
        "INGEST": "external",
        "REFIT": "external",
        **{name.upper(): value for name, value in settings.items()},
    }
    return {**env, "PYTHONUNBUFFERED": "1", **{f"SSZ_{name}": str(value) for name, value in values.items()}}


class Process:
    """A product process and its log."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = command
        self._env = dict(env)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        """Start it; `more` is added to its environment."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=ROOT, env={**self._env, **more}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._child is not None and self._child.poll() is None

    @property
    def status(self) -> int | None:
        """Its exit status; the signal, negative, when it was killed; None while it lives."""
        return None if self._child is None else self._child.poll()

    @property
    def memory_mb(self) -> float:
        """Its resident memory."""
        return float(psutil.Process(self.pid).memory_info().rss) / 2**20

    def kill(self) -> None:
        """End it as a power switch would (SIGKILL)."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait(60)

    def pause(self) -> None:
        """Freeze it (SIGSTOP): it holds what it holds and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw it if it is frozen."""
        if self.running:
            os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to end (SIGTERM); returns its exit status."""
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return int(self._child.returncode)

    def output(self) -> str:
        """What it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def worker(folder: Path, env: Mapping[str, str], name: str = "ingest") -> Process:
    """An ingest worker, not yet started."""
    return Process(name, [sys.executable, "-m", "ingest"], env, folder)


def hooked(folder: Path, env: Mapping[str, str], *hook: object) -> Process:
    """An ingest worker with a hook of `tests.fault.hooked` in it, not yet started."""
    words = [str(word) for word in hook]
    return Process("hooked", [sys.executable, "-m", "tests.fault.hooked", *words], env, folder)


class Web(Process):
    """A web process, not yet started."""

    def __init__(self, folder: Path, env: Mapping[str, str], name: str = "web") -> None:
        self.port = free_port()
        super().__init__(name, [sys.executable, "serve.py"], {**env, "SSZ_PORT": str(self.port)}, folder)

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def wait(self, timeout_s: float = 120.0) -> None:
        """Wait until it answers."""

        def answers() -> bool:
            assert self.running, self.output()[-2000:]
            try:
                return httpx.get(f"{self.base}/healthz", timeout=5, verify=trust()).status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, timeout_s, "web process")

    def link(self, role: str = "dispatcher") -> str:
        """A fresh sign-in link from the operator's command."""
        return sign_in_link({**self._env}, role)


def manage(env: Mapping[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run an operator's command."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(env),
        check=check,
        capture_output=True,
        text=True,
        timeout=200,
    )


def sign_in_link(env: Mapping[str, str], role: str = "dispatcher") -> str:
    """A fresh sign-in link."""
    found = re.search(r"^Sign in: (\S+)$", manage(env, "user", "link", "--role", role).stdout, re.MULTILINE)
    assert found
    return found.group(1)


def sign_in(env: Mapping[str, str], base: str, role: str = "dispatcher") -> httpx.Client:
    """A signed-in client of a web process."""
    link = sign_in_link(env, role)
    client = httpx.Client(base_url=base, headers={"Origin": base}, follow_redirects=False, timeout=60, verify=trust())
    token = link.split("link=", 1)[1]
    answer = client.post("/sign-in", data={"link": token})
    assert answer.status_code == 303, answer.text
    return client


def fresh(database_url: str) -> Database:
    """A connection of its own to what is stored."""
    return open_database(database_url)


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
