"""Asking another server with an end: of all of an answer together, in time and in bytes.

The time-out of `requests` is one of each read, so that a server that says a byte now and then holds a thread for
days, in its headers already. Here the socket is shut once the time is over.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError


class Bounded(HTTPAdapter):
    """Sends one request at a time; what takes longer than `patience_s` or more than `most` bytes is a
    `requests.ConnectionError`."""

    def __init__(self, patience_s: float, most: int) -> None:
        self._patience_s = patience_s
        self._most = most
        self._opened: list[socket.socket] = []
        self._over = threading.Event()
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have each socket that is opened kept at hand, under a number of its own: TLS takes the first one away."""
        super().init_poolmanager(*args, **kwargs)
        keep = self._keep

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return keep(super()._new_conn())

        class Tls(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return keep(super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class TlsPool(HTTPSConnectionPool):
            ConnectionCls = Tls

        self._pools = {"http": PlainPool, "https": TlsPool}
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """The same through a proxy of the environment."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def _keep(self, opened: socket.socket) -> socket.socket:
        self._opened.append(opened.dup())
        if self._over.is_set():
            self._shut()
        return opened

    def _shut(self) -> None:
        self._over.set()
        for one in list(self._opened):
            with suppress(OSError):  # it was closed meanwhile
                one.shutdown(socket.SHUT_RDWR)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer.

        Raises:
            requests.RequestException: there is none, not in time, or it is too long.
        """
        ending = threading.Timer(self._patience_s, self._shut)
        ending.daemon = True
        ending.start()
        try:
            answer = super().send(request, True, self._patience_s, verify, cert, proxies)
            body = answer.raw.read(self._most + 1, decode_content=True)
        except HTTPError as error:  # while the body is read, urllib3's own
            raise requests.ConnectionError(error, request=request) from error
        finally:
            ending.cancel()
            for one in self._opened:
                one.close()
            self._opened.clear()
        answer.close()
        if self._over.is_set() or len(body) > self._most:
            raise requests.ConnectionError("the answer has no end", request=request)
        answer._content = body
        return answer
