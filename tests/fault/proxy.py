"""A TCP proxy that can cut a connection silently: bytes vanish, nobody is told."""

from __future__ import annotations

import contextlib
import socket
import threading

from tests.servers import free_port


class Proxy:
    """Listens on `port` and forwards to a loopback port until told to swallow."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._closing = False
        self._era = 0
        self._pairs: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def swallow(self) -> None:
        """From now on every byte, both ways, is read and dropped; new connections are taken and left silent."""
        self._open.clear()

    def heal(self, *, closing: bool = True) -> None:
        """Forward again what comes on new connections.

        Those that lost bytes are closed; not `closing`: they stay silent for good and nobody is told, as when a box
        on the way has forgotten them.
        """
        self._era += 1
        if closing:
            self._drop()
        self._open.set()

    def close(self) -> None:
        """Stop."""
        self._closing = True
        self._server.close()
        self._drop()

    def _drop(self) -> None:
        pairs, self._pairs = self._pairs, []
        for end in pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while not self._closing:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=60)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            self._pairs += [near, far]
            if self._closing:  # it came while we closed
                self._drop()
                return
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        era = self._era
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._open.is_set() and era == self._era:
                    sink.sendall(data)
        if self._open.is_set() and era == self._era:
            for end in (source, sink):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
