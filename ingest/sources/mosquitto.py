"""A Mosquitto of our own: found on the machine, run as a child with a generated configuration, gone when we go."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from ingest.sources.endpoint import BrokerError
from ingest.sources.mosquitto_log import LogReader, Refusal, refusals

#: Places a distribution puts the program that are often missing from a user's PATH.
_EXTRA_DIRS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")

_START_S = 10.0
_STOP_S = 10.0
_RESTART_S = 1.0

log = logging.getLogger("ingest.broker")


def find_mosquitto() -> str | None:
    """The path of the Mosquitto program, or None."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_EXTRA_DIRS])
    return shutil.which("mosquitto", path=path)


def configuration(port: int, folder: Path) -> str:
    """The generated configuration: loopback only, persistent, with a queue that outlasts an outage of ours.

    `max_queued_messages` is raised, because the default of 1,000 loses messages it has acknowledged, but is never 0.
    """
    # Started by root, Mosquitto would become a user who may not write into our folder.
    user = ["user root"] if os.geteuid() == 0 else []
    return "\n".join(
        [
            "# Generated at each start; changes are lost.",
            *user,
            f"listener {port} 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 30",
            "max_queued_messages 200000",
            "max_inflight_messages 2000",
            "max_packet_size 81920",
            "max_connections 2000",
            "max_keepalive 120",
            "set_tcp_nodelay true",
            "connection_messages true",  # also says whom it cut off, and why: `mosquitto_log`
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "",
        ]
    )


def port_taken(port: int) -> bool:
    """Whether something already listens on 127.0.0.1:port."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _death_wish() -> list[str]:
    """What makes the child end when we do, even by kill -9; only Linux has it, elsewhere `stop` alone ends it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


class Mosquitto:
    """A running Mosquitto on 127.0.0.1:port with its files in `folder`; started again should it end by itself."""

    def __init__(self, port: int, folder: Path, program: str) -> None:
        """Start it and wait until it takes connections.

        Raises:
            BrokerError: the port is taken, or the program ended or did not listen in time.
        """
        if port_taken(port):
            raise BrokerError(f"port {port} on 127.0.0.1 is taken: set SSZ_MQTT_PORT or SSZ_MQTT_URL")
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "mosquitto.conf"
        config.write_text(configuration(port, folder), encoding="utf-8")
        self._log = folder / "mosquitto.log"
        self._log.unlink(missing_ok=True)
        self._reader = LogReader(self._log)
        self._command = [*_death_wish(), program, "-c", str(config)]
        self._process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        # The child is bound to the life of the thread that makes it, so that thread stays with it.
        self._thread = threading.Thread(target=self._keep, name="mosquitto", daemon=True)
        self._thread.start()
        self._wait_until_up(port)

    @property
    def pid(self) -> int | None:
        """Process id of the child, None when it is not running."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def refused(self) -> list[Refusal]:
        """What it cut off since the last call."""
        return refusals(self._reader.new_lines())

    def stop(self) -> None:
        """End it; it saves its queue first."""
        self._stop.set()
        process = self._process
        if process and process.poll() is None:
            process.terminate()
        self._thread.join(_STOP_S)
        if process and process.poll() is None:
            process.kill()
            self._thread.join()

    def _keep(self) -> None:
        while not self._stop.is_set():
            with self._log.open("ab") as output:
                self._process = subprocess.Popen(  # noqa: S603 - a program of this machine, no shell
                    self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
                )
            code = self._process.wait()
            if not self._stop.is_set():
                log.error("mosquitto ended by itself with code %s: %s", code, self._last_words())
                self._stop.wait(_RESTART_S)

    def _wait_until_up(self, port: int) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
                return
            process = self._process
            if process and process.poll() is not None:
                self._stop.set()
                raise BrokerError(f"mosquitto ended at once: {self._last_words()}")
            self._stop.wait(0.02)
        self.stop()
        raise BrokerError(f"mosquitto did not listen on port {port} in {_START_S:.0f} s")

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        errors = [line for line in lines if "Error" in line]
        return (errors or lines or ["no message"])[-1]
