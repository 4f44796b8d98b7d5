"""Start the web process: `python serve.py`. What stops it from starting is said in one line, and the exit code is 2.

The same app can be served by `streamlit run streamlit_app.py`; this launcher adds the checks, the settings of the
product, a quiet server header, an orderly end on SIGTERM, and with `DEMO=1` the sign-in link.
"""

from __future__ import annotations

import gc
import signal

if __name__ == "__main__":
    # Loading makes objects by the hundred thousand, and all of them stay: looking for garbage among them is a
    # fifth of a start. The app turns the collector on again when it has started.
    gc.disable()
    # Nothing is open yet that would have to be closed: Ctrl-C ends a process that is loading without a word.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import contextlib
import logging
import os
import socket
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvicorn
from streamlit.web.bootstrap import load_config_options

import logs
from dashboard import runtime
from dashboard.access.secret import derived
from dashboard.access.signin import link_path
from settings import Settings, SettingsError, load_settings
from store.audit.keys import demo_secret
from store.errors import StorageError

#: Where the program's own files are, whatever folder it is started in.
ROOT = Path(__file__).resolve().parent

#: How long open connections may take to end when the server stops, in s.
STOP_S = 5

#: A WebSocket is pinged this long after its last answer, and given up when none comes within the other, in s.
PING_S, PONG_S = 9, 5

#: Largest message taken from a browser's WebSocket, in bytes.
MOST_FROM_BROWSER = 32 * 1024 * 1024

#: How long the demo's printed sign-in link works, in ms.
LINK_MS = 10 * 60_000


def refuse(line: str) -> NoReturn:
    """Say in one line why the product does not start."""
    sys.stderr.write(f"{line}\n")
    raise SystemExit(2)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket; taken before anything else starts, so that nothing has to be undone."""
    # The protocol named: asyncio turns off Nagle's waiting (RFC 896) for sockets that say they are TCP only, and an
    # answer in two pieces would wait 40 ms for the browser's delayed acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        refuse(f"cannot listen on {host}:{port}: {error.strerror or error} (setting SSZ_PORT)")
    return listener


class Server(uvicorn.Server):
    """Uvicorn that says where it is once it answers, and in one line why it does not."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; uvicorn's own traceback of a failed start is left out, `main` tells the reason."""
        log = logging.getLogger("uvicorn.error")
        log.disabled = True
        try:
            await super().startup(sockets=sockets)
        finally:
            log.disabled = False
        if self.started:
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop at the first signal. The next ones of an impatient hand change nothing: the end is bounded
        already (`STOP_S`), and forced it would cut off what is stopped in order, with a traceback."""
        if not self.should_exit:
            super().handle_exit(sig, frame)

    def _announce(self) -> None:
        base = self._settings.base_url
        line = f"Listening: {base}"
        if self._settings.demo:
            link = runtime.current().keeper.new_link("demo", "administrator", LINK_MS)
            line = f"Sign in: {base}{link_path(link)}"
        elif first := _first_link():
            line += f"\nFirst administrator (one use, 60 minutes): {base}{link_path(first)}"
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _first_link() -> str | None:
    """Where the first account is made; None when there is one. A store that cannot be written now stops no start."""
    try:
        return runtime.current().choosing.first_link()
    except StorageError as error:
        logging.getLogger(__name__).warning("no link to the first account: %s", error)
        return None


def configure(settings: Settings) -> None:
    """Give Streamlit what it must know of our settings, before the app is imported."""
    try:
        secret = settings.secret_key.get_secret_value() if settings.secret_key else demo_secret(settings.data_dir)
    except OSError as error:
        refuse(f"cannot write to {settings.data_dir}: {error.strerror} (setting SSZ_DATA_DIR)")
    os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] = derived(secret, "streamlit cookies")
    # Streamlit looks for `.streamlit/config.toml` where the process stands, and without it shows faults to everybody.
    with contextlib.chdir(ROOT):
        load_config_options(
            {
                "server.address": settings.host,
                "server.port": settings.port,
                "server.allowedHosts": sorted(settings.hosts),
                "browser.serverAddress": "localhost",
            }
        )


def _quiet(number: int, frame: FrameType | None) -> None:
    """Uvicorn has stopped in order and raises the signal once more: then there is nothing left to do."""


def main() -> int:
    """Check, start, and stay until stopped; returns the exit code."""
    logs.begin()
    try:
        settings = load_settings()
    except SettingsError as error:
        refuse(str(error))
    listener = listen(settings.host, settings.port)
    configure(settings)
    from streamlit_app import app

    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MOST_FROM_BROWSER,
        # A cut that nobody tells of is noticed within these two together; browsers answer by themselves, even when
        # their page sleeps.
        ws_ping_interval=PING_S,
        ws_ping_timeout=PONG_S,
        # Compressed for each viewer anew, a frame encoded once would cost much more; Streamlit's own is off too.
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=STOP_S,
    )
    server = Server(config, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _quiet)
    # Uvicorn leaves by SystemExit when the start fails; the reason is with the runtime.
    with contextlib.suppress(SystemExit):
        server.run(sockets=[listener])
    listener.close()
    return 0 if server.started else told(runtime.failure())


def told(error: BaseException | None) -> int:
    """The exit code of a start that failed, after saying why."""
    if error is None or isinstance(error, runtime.CannotStartError):
        sys.stderr.write(f"{error or 'stopped before it had started'}\n")
        return 2
    traceback.print_exception(error)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
