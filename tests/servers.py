"""Real servers for tests: a PostgreSQL cluster and a Mosquitto broker, on loopback, in a folder of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import uvicorn
from psycopg import sql

from tests.fault.scale import scaled


class MissingBinaryError(Exception):
    """A server's program is not on this machine; `str()` names it."""


#: Ports the system gives to nobody by itself (Linux: `ip_local_port_range` begins at 32768). One of its own choice it
#: may give to any connection before its server has bound it, or while its server is down; and a client that tries
#: that port meanwhile may even be given it for its own end, and is connected with itself.
FIRST_PORT, LAST_PORT = 20_000, 32_000


def _our_ports(worker: str) -> Iterator[int]:
    """Ports of this process, without end, from anywhere on: of the workers of one run (`gw0`, `gw1`, …) each has an
    eighth of them for itself."""
    number = re.search(r"\d+$", worker)
    eighth = (LAST_PORT - FIRST_PORT) // 8
    first = FIRST_PORT + eighth * (int(number[0]) % 8 if number else secrets.randbelow(8))
    begin = secrets.randbelow(eighth)
    return (first + (begin + step) % eighth for step in count())


_PORTS = _our_ports(os.environ.get("PYTEST_XDIST_WORKER", ""))


def free_port() -> int:
    """A loopback TCP port nobody listens on now, and which nobody is given by chance."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(
    condition: Callable[[], bool], timeout_s: float = 60.0, what: str = "condition", every_s: float = 0.1
) -> None:
    """Ask until the condition holds, at first often, then every so many s: who waits long takes nothing from those
    who work.

    Raises:
        TimeoutError: it did not hold in time.
    """
    deadline, pause = time.monotonic() + timeout_s, 0.005
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not hold within {timeout_s} s")
        pause = min(every_s, pause * 1.5)
        time.sleep(pause)


def serve_to_the_end(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
    """Serve in this thread, in a loop of its own, until told to end, and leave nothing behind: told to hurry, or run
    out of patience, uvicorn leaves connections as they are, and each of them would fail a later test when it is found
    unclosed."""
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(served_to_the_end(server, sockets))


async def served_to_the_end(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
    """The same in a loop that is there."""
    await server.serve(sockets=sockets)
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for connection in list(server.server_state.connections):
        if connection.transport is not None:
            connection.transport.abort()
    await asyncio.sleep(0)  # closing is the loop's next turn


@cache
def trust() -> ssl.SSLContext:
    """What an HTTP client trusts, read once a process: httpx reads it for every client, for longer than most of them
    live."""
    return ssl.create_default_context()


def listening(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def postgres_bin() -> Path:
    """The folder of the newest PostgreSQL server programs.

    Raises:
        MissingBinaryError: none is installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise MissingBinaryError("PostgreSQL server programs (initdb, pg_ctl)")


def unprivileged_user() -> str | None:
    """The user PostgreSQL must run as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class PgCluster:
    """A PostgreSQL cluster of our own: trust on loopback.

    `fsync` is on in the long form alone: what a server that is killed had written is with the kernel all the same,
    and the disk is shared with other tests. Nor does anybody but a test itself clean up and gather statistics.
    """

    def __init__(self, folder: Path) -> None:
        """Make the cluster under `folder` (a new one, not below a folder closed to others) and start it."""
        self.folder = folder
        self.port = free_port()
        self._bin = postgres_bin()
        self._user = unprivileged_user()
        folder.mkdir(parents=True, exist_ok=True)
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", "ssz", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        prefix = ["runuser", "-u", self._user, "--"] if self._user else []
        subprocess.run(
            [*prefix, str(self._bin / program), *arguments],
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=200,
        )

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            f"-c fsync={scaled('off', 'on')} -c autovacuum={scaled('off', 'on')} -c max_connections=60 "
            "-c log_min_messages=fatal"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is its power cut."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://ssz@127.0.0.1:{self.port}/{name}"

    def admin(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection to the maintenance database, in autocommit."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="ssz", dbname="postgres", autocommit=True)

    def create(self, template: str = "template0") -> str:
        """Make a database and return its address."""
        name = f"t_{secrets.token_hex(6)}"
        with self.admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database; whoever is still connected is thrown out."""
        name = url.rsplit("/", 1)[1]
        with self.admin() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def mosquitto_binary() -> str:
    """The Mosquitto broker's program.

    Raises:
        MissingBinaryError: it is not installed.
    """
    for place in (shutil.which("mosquitto"), "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"):
        if place and Path(place).exists():
            return place
    raise MissingBinaryError("mosquitto")


class Mosquitto:
    """A Mosquitto broker with persistence, on a fixed free port, that can be killed and started again."""

    def __init__(self, folder: Path, extra: Sequence[str] = ()) -> None:
        """Write a configuration under `folder`, with `extra` lines added, and start."""
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._binary = mosquitto_binary()
        self._config = folder / "mosquitto.conf"
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 1",
            "max_queued_messages 300000",
            "max_inflight_messages 0",
            "max_packet_size 81920",
            *(["user root"] if os.geteuid() == 0 else []),
            *extra,
        ]
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    @property
    def pid(self) -> int:
        """The broker's process id; 0 while it is down."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the broker and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self._binary, "-c", str(self._config)], stdout=log, stderr=log)
        wait_until(lambda: listening(self.port), what=f"mosquitto on port {self.port}")

    def stop(self) -> None:
        """Ask the broker to end (SIGTERM: it saves first) and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: what it held in memory only is gone."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """SIGTERM, then start again on the same port."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze the broker (SIGSTOP): connections stay, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw a frozen broker."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        # Asked again each second: Mosquitto forgets a SIGTERM that comes after it listens and before its loop begins.
        for _ in range(60):
            self._process.send_signal(how)
            if how is signal.SIGTERM:
                self._process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                break
        assert self._process.poll() is not None, f"mosquitto on port {self.port} does not end"
        self._process = None
